"""The form by which an organizer registers a person. It looks for known people while it is filled in."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from pydantic import Field

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import Language
from app.models import Basis, Channel, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import Decision
from app.people.person import PersonInput
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.participants import PersonSummary, get_person_summaries
from app.queries.people.records import list_open_people
from app.queries.privacy.notices import get_current_notice
from app.queries.registrations.window import RegistrationWindow, get_registration_window
from app.queries.workshops import workshop_sessions
from app.queries.workshops.group_question import list_selectable_groups
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.people.searches import log_search
from app.services.registrations import registrations as services
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear, RegistrationRequest
from app.services.registrations.suggestions import (
    can_select_person,
    get_selectable_person,
    suggest_people,
)
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, parse_person
from app.web.pages import redirect, render
from app.web.registrations.person_form import PersonDetailsForm, build_request_key

router = APIRouter(prefix="/sesi/{code}/daftarkan-orang", include_in_schema=False)

NOBODY = "none"


class RegistrationForm(PersonDetailsForm):
    """The person's details. `person` is the id of a known person, "new", or "" while nothing is chosen.

    `choose` is the button that chooses. `key` is random for each form: a form that is sent twice registers once.
    `basis` is the legal basis, and `notice` the version of the privacy notice that the form showed.
    """

    person: str = ""
    choose: str = ""
    basis: Basis = Basis.PUBLIC_TASK
    notice: str = ""
    overrule: bool = False
    key: str = Field("", max_length=64)

    def get_choice(self) -> int | Literal["new"] | None:
        """Return the choice of the button, else the earlier choice: the id of a known person or "new".

        None while nothing is chosen.
        """
        return parse_person(self.choose or self.person)


@router.get("")
def registration_form_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, code: str, language: Lang
) -> Response:
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    form = RegistrationForm(key=uuid4().hex)
    return _page(request, db, vault, actor, workshop_session, form, language)


@router.post("/cari")
def find_person(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    form: Annotated[RegistrationForm, Form()],
    language: Lang,
) -> Response:
    """Show the form with the known people that it could mean; if one is chosen, with the details of their record.

    The details of a record that is not open to the actor are not filled in.

    It changes nothing but the log, and is a POST, because a NIK or a phone number must not be in a URL.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    _log_search(request, vault, actor, code, form)
    if form.choose == NOBODY:
        form = form.model_copy(update={"person": ""})
    elif isinstance(person_id := form.get_choice(), int):
        person = form.person_input(list_selectable_groups(db, workshop_session.workshop_id, language))
        try:
            participant = get_selectable_person(db, vault, actor, person_id, person)
        except Invalid as problem:
            return _page(request, db, vault, actor, workshop_session, form, language, problem)
        if list_open_people(db, actor, [person_id]):
            form = form.fill_from(participant)
        form = form.model_copy(update={"person": str(person_id)})
    return _page(request, db, vault, actor, workshop_session, form, language)


@router.post("")
def register_person(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    form: Annotated[RegistrationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Register the person with a seat or on the waiting list, and redirect to the registration.

    If that is refused, or it is unclear who the person is, the form is shown again.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    known_person = form.get_choice()
    registration_request = RegistrationRequest(
        Channel.ORGANIZER,
        language="id",
        consent=form.basis is Basis.CONSENT,
        basis=form.basis,
        notice=form.notice,
        request_key=build_request_key(form.key, form.name),
        overrule=form.overrule,
        decision=None if known_person is None else Decision(person=known_person),
    )
    with catch_problem(db) as caught:
        person = form.person_input(list_selectable_groups(db, workshop_session.workshop_id, language))
        registration = services.register_person(
            db, vault, actor, workshop_session.id, person, registration_request
        )
    if problem := caught.problem:
        _log_search(request, vault, actor, code, form)
        return _page(request, db, vault, actor, workshop_session, form, language, problem)
    is_waiting = registration.status is RegistrationStatus.WAITLISTED
    message = _("Registered, on the waiting list.") if is_waiting else _("Registered, with a place.")
    return redirect(f"/pendaftaran/{registration.code}", message)


def _log_search(request: Request, vault: NikVault, actor: Actor, code: str, form: RegistrationForm) -> None:
    """Log what the form looks for. No transaction that writes may be open, because this is one of its own."""
    terms = (form.name, form.phone, form.nik, form.email)
    log_search(container_of(request).engine, vault, actor, "session", code, *terms)


def _page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session: WorkshopSession,
    form: RegistrationForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    """Return the form with the people whom it could mean, and the one that was chosen.

    People are suggested once a name, phone or NIK is filled in.
    """
    groups = list_selectable_groups(db, workshop_session.workshop_id, language)
    person = form.person_input(groups)
    view = workshop_sessions.get_workshop_session_view(db, actor, workshop_session.code)
    return render(
        request,
        "registrations/form.html",
        form=form,
        problem=problem,
        workshop_session=view,
        may_be_full=view.has_limits
        or get_registration_window(workshop_session, now()) is not RegistrationWindow.OPEN,
        kelurahan=reference.list_kelurahan(db),
        groups=[(group.code, group.label) for group in groups],
        notice=get_current_notice(db),
        names=reference.get_place_and_group_names(db, language),
        suggestions=suggest_people(db, vault, actor, workshop_session, person)
        if form.name or form.phone or form.nik
        else None,
        chosen=_find_chosen_person(db, vault, actor, form.person, person),
        candidates=_candidates(db, actor, problem),
        already=problem.registration.code if isinstance(problem, AlreadyRegistered) else "",
    )


def _find_chosen_person(
    db: Db, vault: NikVault, actor: Actor, chosen: str, person: PersonInput
) -> PersonSummary | None:
    """Return the known person that was chosen.

    None if nobody or a new person was chosen, or if the actor may not choose this person.
    """
    person_id = parse_person(chosen)
    if not isinstance(person_id, int) or not can_select_person(db, vault, actor, person_id, person):
        return None
    return get_person_summaries(db, actor, [person_id])[person_id]


def _candidates(db: Db, actor: Actor, problem: Problem | None) -> Sequence[PersonSummary]:
    """Return the people that the user has to choose from; empty unless the problem is a `PersonUnclear`."""
    return (
        list(get_person_summaries(db, actor, problem.candidates).values())
        if isinstance(problem, PersonUnclear)
        else ()
    )
