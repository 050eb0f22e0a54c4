"""People who may be one: the pairs, one pair side by side, and the merges that can still be undone."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.database import Db
from app.errors import Conflict
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor
from app.queries.people.duplicates import pair_beside, possible_duplicates
from app.queries.people.merges import recent_merges
from app.services.people.duplicates import tell_apart
from app.services.people.merge import merge
from app.services.people.merge_undo import undo_merge
from app.web.dependencies import PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

LIST = "/mungkin-kembar"


class MergeForm(BaseModel):
    """By field (`MERGED_FIELDS`) the number of the person whose value stays, where the two differ."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]

    def choices(self) -> dict[str, int]:
        return {field: person for field, person in self.__pydantic_extra__.items() if field in MERGED_FIELDS}


@router.get("/mungkin-kembar")
def possible_duplicates_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    after: Annotated[int | None, Query(alias="sesudah")] = None,
) -> Response:
    return _list(request, look, actor, after=after)


@router.get("/mungkin-kembar/{pair_id}")
def pair_page(request: Request, look: Reader, vault: Vault, actor: PageActor, pair_id: int) -> Response:
    pair = pair_beside(look, vault, actor, pair_id)
    return render(request, "people/duplicates/pair.html", pair=pair)


@router.post("/mungkin-kembar/{pair_id}/gabungkan")
def merge_pair(
    db: Writer, actor: PageActor, _: Translate, pair_id: int, form: Annotated[MergeForm, Form()]
) -> Response:
    made = merge(db, actor, pair_id, form.choices())
    response = see(LIST)
    flash(
        response,
        _("%(first)s and %(second)s are one participant now. This can be undone for 30 days.")
        % {"first": made.absorbed_name, "second": made.kept_name},
    )
    return response


@router.post("/mungkin-kembar/{pair_id}/berbeda")
def tell_pair_apart(db: Writer, actor: PageActor, _: Translate, pair_id: int) -> Response:
    tell_apart(db, actor, pair_id)
    response = see(LIST)
    flash(response, _("Noted: they are two people. You will not be asked about them again."))
    return response


@router.post("/penggabungan/{merge_id}/batalkan")
def undo_people_merge(
    request: Request, db: Writer, actor: PageActor, _: Translate, merge_id: int
) -> Response:
    try:
        made = undo_merge(db, actor, merge_id)
    except Conflict as conflict:
        db.rollback()
        return _list(request, db, actor, refusal=conflict.sentence(_))
    response = see(LIST)
    flash(
        response,
        _("%(first)s and %(second)s are two participants again.")
        % {"first": made.absorbed_name, "second": made.kept_name},
    )
    return response


def _list(request: Request, db: Db, actor: Actor, *, after: int | None = None, refusal: str = "") -> Response:
    page = possible_duplicates(db, actor, after=after)
    return render(
        request,
        "people/duplicates/list.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        refusal=refusal,
        pairs=page.pairs,
        merges=recent_merges(db, actor),
        first=LIST if after else "",
        following=f"{LIST}?sesudah={page.following}" if page.following else "",
    )
