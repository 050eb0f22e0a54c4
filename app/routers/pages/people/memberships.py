"""A participant's memberships of target groups, with their first and last day."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.models import GroupMembership
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.memberships import get_membership, list_memberships
from app.queries.people.participants import get_participant, get_participant_view
from app.services.people import memberships as services
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(prefix="/peserta/{participant_id}/kelompok", include_in_schema=False)


class MembershipForm(BaseModel):
    target_group: str = ""
    position: str = ""
    valid_from: str = ""
    valid_to: str = ""

    def to_input(self) -> services.MembershipInput:
        """Return the fields as the service takes them. Raises `Invalid` with the errors of wrong dates."""
        dates = FormDates()
        first, last = dates.day("valid_from", self.valid_from), dates.day("valid_to", self.valid_to)
        dates.require_valid()
        return services.MembershipInput(self.target_group, first, last, self.position)


@router.get("")
def memberships_page(
    request: Request, db: ReadDb, actor: CurrentActor, participant_id: int, language: Lang
) -> Response:
    actor.require(Permission.ATTENDANCE_WRITE)
    return _list_page(request, db, actor, participant_id, MembershipForm(), language)


@router.post("")
def add_membership(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    participant_id: int,
    form: Annotated[MembershipForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    with catch_problem(db) as caught:
        services.add_membership(db, actor, participant_id, form.to_input())
    if problem := caught.problem:
        return _list_page(request, db, actor, participant_id, form, language, problem)
    return redirect(f"/peserta/{participant_id}/kelompok", _("The membership is added."))


@router.get("/{membership_id}")
def membership_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    participant_id: int,
    membership_id: int,
    language: Lang,
) -> Response:
    actor.require(Permission.ATTENDANCE_WRITE)
    membership = get_membership(db, actor, participant_id, membership_id)
    return _membership_page(
        request, db, actor, membership, MembershipForm(valid_to=str(membership.valid_to or "")), language
    )


@router.post("/{membership_id}")
def end_membership(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    participant_id: int,
    membership_id: int,
    form: Annotated[MembershipForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Set the last day of a membership. If the day is empty or not possible, the form is shown again."""
    with catch_problem(db) as caught:
        last_day = form.to_input().valid_to
        services.end_membership(db, actor, participant_id, membership_id, last_day)
    if problem := caught.problem:
        membership = get_membership(db, actor, participant_id, membership_id)
        return _membership_page(request, db, actor, membership, form, language, problem)
    return redirect(f"/peserta/{participant_id}/kelompok", _("The changes are saved."))


@router.post("/{membership_id}/hapus")
def remove_membership(
    db: WriteDb, actor: CurrentActor, participant_id: int, membership_id: int, _: Translate
) -> Response:
    """Delete a membership that was entered by mistake."""
    services.remove_membership(db, actor, participant_id, membership_id)
    return redirect(f"/peserta/{participant_id}/kelompok", _("The membership is removed."))


def _list_page(
    request: Request,
    db: Db,
    actor: Actor,
    participant_id: int,
    form: MembershipForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    """Return the page of a person's groups. Raises `NotFound` unless their record is open to the actor."""
    get_participant(db, actor, participant_id)
    return render(
        request,
        "people/memberships.html",
        form=form,
        problem=problem,
        participant=get_participant_view(db, actor, participant_id),
        memberships=list_memberships(db, actor, participant_id, language),
        groups=[(group.code, group.label) for group in reference.list_target_groups(db, language)],
    )


def _membership_page(
    request: Request,
    db: Db,
    actor: Actor,
    membership: GroupMembership,
    form: MembershipForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "people/membership.html",
        form=form,
        problem=problem,
        participant=get_participant_view(db, actor, membership.participant_id),
        membership=membership,
        names=reference.get_place_and_group_names(db, language),
    )
