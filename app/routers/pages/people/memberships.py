"""To which groups a participant belongs, and from when until when."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import Language, Translator
from app.models import GroupMembership
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.memberships import membership_by_id, memberships_of
from app.queries.people.participants import participant
from app.services.people import memberships as services
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import optional_day, render_form
from app.web.pages import see

router = APIRouter(prefix="/peserta/{participant_id}/kelompok", include_in_schema=False)


class MembershipForm(BaseModel):
    target_group: str = ""
    position: str = ""
    valid_from: str = ""
    valid_to: str = ""

    def given(self) -> services.MembershipInput:
        first, last = optional_day(self.valid_from), optional_day(self.valid_to)
        return services.MembershipInput(self.target_group, first, last, self.position)


@router.get("")
def memberships_page(
    request: Request, look: Reader, actor: PageActor, participant_id: int, _: Translate, language: Lang
) -> Response:
    actor.require(Permission.ATTENDANCE_WRITE)
    return _list(request, look, actor, participant_id, MembershipForm(), _, language)


@router.post("")
def add_membership(
    request: Request,
    db: Writer,
    actor: PageActor,
    participant_id: int,
    form: Annotated[MembershipForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    try:
        services.add_membership(db, actor, participant_id, form.given())
    except Invalid as problem:
        db.rollback()
        return _list(request, db, actor, participant_id, form, _, language, problem)
    return _done(participant_id, _("The membership is noted."))


@router.get("/{membership_id}")
def membership_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    participant_id: int,
    membership_id: int,
    _: Translate,
    language: Lang,
) -> Response:
    found = membership_by_id(look, actor, participant_id, membership_id)
    return _one(request, look, actor, found, MembershipForm(valid_to=str(found.valid_to or "")), _, language)


@router.post("/{membership_id}")
def end_membership(
    request: Request,
    db: Writer,
    actor: PageActor,
    participant_id: int,
    membership_id: int,
    form: Annotated[MembershipForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    try:
        services.end_membership(db, actor, participant_id, membership_id, optional_day(form.valid_to))
    except Invalid as problem:
        db.rollback()
        found = membership_by_id(db, actor, participant_id, membership_id)
        return _one(request, db, actor, found, form, _, language, problem)
    return _done(participant_id, _("The changes are saved."))


@router.post("/{membership_id}/hapus")
def remove_membership(
    db: Writer, actor: PageActor, participant_id: int, membership_id: int, _: Translate
) -> Response:
    services.remove_membership(db, actor, participant_id, membership_id)
    return _done(participant_id, _("The membership is removed."))


def _done(participant_id: int, sentence: str) -> Response:
    response = see(f"/peserta/{participant_id}/kelompok")
    flash(response, sentence)
    return response


def _list(
    request: Request,
    look: Db,
    actor: Actor,
    participant_id: int,
    form: MembershipForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render_form(
        request,
        "people/memberships.html",
        form,
        _,
        problem,
        participant=participant(look, actor, participant_id),
        memberships=memberships_of(look, actor, participant_id, language),
        groups=[(group.code, group.label) for group in reference.target_groups(look, language)],
    )


def _one(
    request: Request,
    look: Db,
    actor: Actor,
    membership: GroupMembership,
    form: MembershipForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render_form(
        request,
        "people/membership.html",
        form,
        _,
        problem,
        participant=participant(look, actor, membership.participant_id),
        membership=membership,
        names=reference.names(look, language),
    )
