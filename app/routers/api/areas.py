"""Kelurahan and target groups, to which the other routes refer by code."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.queries.areas import reference
from app.web.dependencies import ApiActor, Lang, ReadDb

router = APIRouter(prefix="/api/v1", tags=["reference"])


class KelurahanOut(BaseModel):
    """A kelurahan with its Kemendagri code."""

    code: str
    name: str
    official_name: str
    kecamatan_code: str
    kecamatan: str


class TargetGroupOut(BaseModel):
    code: str
    label: str


@router.get("/kelurahan")
def list_kelurahan(db: ReadDb, _actor: ApiActor) -> list[KelurahanOut]:
    """All kelurahan of the city, in code order."""
    return [KelurahanOut.model_validate(view, from_attributes=True) for view in reference.list_kelurahan(db)]


@router.get("/target-groups")
def list_target_groups(db: ReadDb, _actor: ApiActor, language: Lang) -> list[TargetGroupOut]:
    """The target groups in the order of the reports."""
    return [
        TargetGroupOut.model_validate(view, from_attributes=True)
        for view in reference.list_target_groups(db, language)
    ]
