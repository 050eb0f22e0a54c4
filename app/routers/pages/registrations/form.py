"""One form that registers somebody for a session, and finds whom it means while they are typed."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from pydantic import Field

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Language, Translator
from app.models import Channel, RegistrationStatus, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.participants import PersonSeen, people_seen
from app.queries.workshops.public_workshops import groups_to_choose_from
from app.queries.workshops.workshop_sessions import workshop_session, workshop_session_by_code
from app.services.registrations.advice import advise
from app.services.registrations.person_choices import can_select_person, chosen_person
from app.services.registrations.recognition import PersonInput
from app.services.registrations.registrations import register
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear, RegistrationRequest
from app.spreadsheets.attendance.judgement import Decision
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.forms import is_whole_number, render_form
from app.web.pages import see
from app.web.registrations.person_form import PersonDetailsForm, key_of_person

router = APIRouter(prefix="/sesi/{code}/daftarkan-orang", include_in_schema=False)

NONE_OF_THEM = "none"


class RegistrationForm(PersonDetailsForm):
    """Somebody as typed. `person` is whom that was chosen to be: a known person's number, "new", or not chosen yet.

    `choose` is the button by which that is said. `key` is the form's own: sent twice, it registers once.
    """

    person: str = ""
    choose: str = ""
    consent: bool = False
    overrule: bool = False
    key: str = Field("", max_length=64)

    def chosen(self) -> int | Literal["new"] | None:
        said = self.choose or self.person
        if said == "new":
            return "new"
        return int(said) if is_whole_number(said) else None


@router.get("")
def registration_form_page(
    request: Request, look: Reader, vault: Vault, actor: PageActor, code: str, _: Translate, language: Lang
) -> Response:
    """An empty form."""
    held = workshop_session_by_code(look, actor, code, Permission.ATTENDANCE_WRITE)
    form = RegistrationForm(key=uuid4().hex)
    return _page(request, look, vault, actor, held, form, _, language)


@router.post("/cari")
def find_person(
    request: Request,
    look: Reader,
    vault: Vault,
    actor: PageActor,
    code: str,
    form: Annotated[RegistrationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """The form with whom it may mean. It changes nothing; a NIK or a phone number has no place in an address."""
    held = workshop_session_by_code(look, actor, code, Permission.ATTENDANCE_WRITE)
    if form.choose == NONE_OF_THEM:
        form = form.model_copy(update={"person": ""})
    elif isinstance(person := form.chosen(), int):
        typed = form.person_input(groups_to_choose_from(look, held.workshop_id, language))
        try:
            known = chosen_person(look, vault, actor, person, typed)
        except Invalid as problem:
            return _page(request, look, vault, actor, held, form, _, language, problem)
        form = form.filled_from(known).model_copy(update={"person": str(person)})
    return _page(request, look, vault, actor, held, form, _, language)


@router.post("")
def register_person(
    request: Request,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    code: str,
    form: Annotated[RegistrationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    held = workshop_session_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    known_person = form.chosen()
    registration_request = RegistrationRequest(
        Channel.ORGANIZER,
        language="id",
        consent=form.consent,
        request_key=key_of_person(form.key, form.name),
        overrule=form.overrule,
        decision=None if known_person is None else Decision(person=known_person),
    )
    try:
        person = form.person_input(groups_to_choose_from(db, held.workshop_id, language))
        registration = register(db, vault, actor, held.id, person, registration_request)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _page(request, db, vault, actor, held, form, _, language, problem)
    response = see(f"/pendaftaran/{registration.code}")
    waits = registration.status is RegistrationStatus.WAITLISTED
    flash(response, _("Registered, on the waiting list.") if waits else _("Registered, with a place."))
    return response


def _page(
    request: Request,
    look: Db,
    vault: NikVault,
    actor: Actor,
    held: WorkshopSession,
    form: RegistrationForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    groups = groups_to_choose_from(look, held.workshop_id, language)
    person = form.person_input(groups)
    return render_form(
        request,
        "registrations/form.html",
        form,
        _,
        problem,
        workshop_session=workshop_session(look, actor, held.code),
        kelurahan=reference.kelurahan(look),
        groups=[(group.code, group.label) for group in groups],
        names=reference.names(look, language),
        advice=advise(look, vault, held, person) if form.name or form.phone or form.nik else None,
        chosen=_chosen(look, vault, actor, form.person, person),
        candidates=_candidates(look, problem),
        already=problem.registration.code if isinstance(problem, AlreadyRegistered) else "",
    )


def _chosen(look: Db, vault: NikVault, actor: Actor, chosen: str, person: PersonInput) -> PersonSeen | None:
    """Return the person that was chosen, None if there is none or the actor may not choose them."""
    person_id = int(chosen) if is_whole_number(chosen) else None
    if person_id is None or not can_select_person(look, vault, actor, person_id, person):
        return None
    return people_seen(look, [person_id])[person_id]


def _candidates(look: Db, problem: Problem | None) -> Sequence[PersonSeen]:
    """The people between whom somebody has to choose."""
    return list(people_seen(look, problem.candidates).values()) if isinstance(problem, PersonUnclear) else ()
