"""Possible duplicates: list of pairs, comparison of a pair, merge, and undo of a merge."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.database import Db
from app.errors import Problem
from app.i18n import N_
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor, Permission
from app.queries.people.duplicates import compare_pair, list_possible_duplicates
from app.queries.people.merges import has_folded_registrations, list_recent_merges
from app.services.people.duplicates import mark_as_different
from app.services.people.merge import merge_people
from app.services.people.merge_undo import undo_merge
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

PATH = "/mungkin-kembar"


class MergeForm(BaseModel):
    """For each field of `MERGED_FIELDS` in which the two people differ: the id of the person whose value is kept."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]

    def choices(self) -> dict[str, int]:
        """Return by field the id of the person whose value is kept, without unknown fields."""
        return {field: person for field, person in self.__pydantic_extra__.items() if field in MERGED_FIELDS}


@router.get("/mungkin-kembar")
def possible_duplicates_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    after: Annotated[int | None, Query(alias="sesudah")] = None,
) -> Response:
    actor.require(Permission.PEOPLE_MERGE)
    return _list_page(request, db, actor, after=after)


@router.get("/mungkin-kembar/{pair_id}")
def pair_page(request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, pair_id: int) -> Response:
    """Show two possible duplicates side by side, with the sessions for which both are registered."""
    actor.require(Permission.PEOPLE_MERGE)
    pair = compare_pair(db, vault, actor, pair_id)
    shared = [session.code for session in pair.people[0].sessions if session.shared]
    return render(request, "people/duplicates/pair.html", pair=pair, shared=shared)


@router.post("/mungkin-kembar/{pair_id}/gabungkan")
def merge_pair(
    db: WriteDb, actor: CurrentActor, _: Translate, pair_id: int, form: Annotated[MergeForm, Form()]
) -> Response:
    """Merge the two people of a pair, and redirect to the list of pairs.

    The message says whether it can be undone: not if registrations of the same session were folded into one.
    """
    people_merge = merge_people(db, actor, pair_id, form.choices())
    text = (
        N_("%(first)s and %(second)s are one participant now. This can't be undone.")
        if has_folded_registrations(db, people_merge.id)
        else N_("%(first)s and %(second)s are one participant now. This can be undone for 30 days.")
    )
    return redirect(
        PATH,
        _(text) % {"first": people_merge.absorbed_name, "second": people_merge.kept_name},
    )


@router.post("/mungkin-kembar/{pair_id}/berbeda")
def mark_pair_as_different(db: WriteDb, actor: CurrentActor, _: Translate, pair_id: int) -> Response:
    """Record that the two are different people, so that the pair is not suggested again."""
    mark_as_different(db, actor, pair_id)
    return redirect(PATH, _("Saved: they are two people. You will not be asked about them again."))


@router.post("/penggabungan/{merge_id}/batalkan")
def undo_people_merge(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, merge_id: int
) -> Response:
    """Undo a merge, and redirect to the list. If it can't be undone, the list says why."""
    with catch_problem(db) as caught:
        people_merge = undo_merge(db, actor, merge_id)
    if problem := caught.problem:
        return _list_page(request, db, actor, problem=problem)
    return redirect(
        PATH,
        _("%(first)s and %(second)s are two participants again.")
        % {"first": people_merge.absorbed_name, "second": people_merge.kept_name},
    )


def _list_page(
    request: Request, db: Db, actor: Actor, *, after: int | None = None, problem: Problem | None = None
) -> Response:
    page = list_possible_duplicates(db, actor, after=after)
    return render(
        request,
        "people/duplicates/list.html",
        problem=problem,
        pairs=page.pairs,
        merges=list_recent_merges(db, actor),
        first=PATH if after else "",
        following=f"{PATH}?sesudah={page.following}" if page.following else "",
    )
