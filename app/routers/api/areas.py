"""Kelurahan and target groups, to which the other routes refer by code."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.queries.areas import reference
from app.web.dependencies import FiguresActor, Lang, ReadDb

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
def list_kelurahan(db: ReadDb, _actor: FiguresActor) -> list[KelurahanOut]:
    """Return the kelurahan of the city that exist today, in the order of their codes. Every role may call this."""
    kelurahan = sorted(reference.list_kelurahan(db), key=lambda view: view.code)
    return [KelurahanOut.model_validate(view, from_attributes=True) for view in kelurahan]


@router.get("/target-groups")
def list_target_groups(db: ReadDb, _actor: FiguresActor, language: Lang) -> list[TargetGroupOut]:
    """Return all target groups in the order of the reports. Every role may call this.

    The labels are in the language of the request: English, unless `Accept-Language` prefers Indonesian.
    """
    return [
        TargetGroupOut.model_validate(view, from_attributes=True)
        for view in reference.list_target_groups(db, language)
    ]
