"""Check-in at the venue, on a phone: mark attendance on the session's list or by ticket, and register walk-ins."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from app.database import Db
from app.errors import NotFound, Problem
from app.i18n import Language
from app.models import AttendanceStatus, WorkshopSession
from app.nik_vault import NikVault
from app.people.fields import BY_KEY, MERGED_FIELDS
from app.people.person import PersonInput
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.photos import find_signature
from app.queries.people.participants import get_person_summaries
from app.queries.people.proposals import show_proposals
from app.queries.registrations import check_in as queries
from app.queries.registrations.registrations import get_registration_view
from app.queries.workshops import workshop_sessions
from app.queries.workshops.workshops import list_target_group_codes
from app.services.people.searches import log_search
from app.services.registrations import confirmations
from app.services.registrations.attendance_marks import (
    MAX_DAYS_BEFORE,
    MarkInput,
    get_registration_at_session,
    mark_attendance,
)
from app.services.registrations.codes import parse_ticket_code
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear
from app.services.registrations.walk_ins import WalkInInput, register_walk_in
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, parse_person
from app.web.pages import build_url, redirect, render
from app.web.registrations.person_form import build_request_key
from app.web.security import camera_headers

router = APIRouter(prefix="/sesi/{code}/hadir", include_in_schema=False)

# The value of a button: an attendance, or "none" (FastAPI treats an empty field as missing).
Button = Literal["present", "absent", "excused", "none"]


class CheckInQuery(BaseModel):
    """The parameters of the page: the search, the registration just marked and its attendance before, the group of the
    last walk-in, whether attendance may be recorded long before the session, and the page of a long list."""

    q: str = ""
    marked: str = Field("", alias="ditandai")
    before: Button = Field("none", alias="sebelumnya")
    group: str = Field("", alias="kelompok")
    early: Literal["", "1"] = Field("", alias="awal")
    page: int = Field(1, alias="halaman", ge=1, le=100_000)

    def address(self, code: str, **changed: object) -> str:
        """Return the URL of the check-in page of the session `code` with some parameters changed.

        `marked` and `before` are left out if they are not among `changed`. With `marked` the URL leads to that
        registration.
        """
        query = self.model_copy(update={"marked": "", "before": "", **changed})
        fragment = f"#{query.marked}" if query.marked else ""
        params = query.model_dump(by_alias=True) | ({"halaman": ""} if query.page == 1 else {})
        return build_url(f"/sesi/{code}/hadir", params) + fragment


Params = Annotated[CheckInQuery, Query()]


class MarkForm(BaseModel):
    """A mark sent without JavaScript. `registration` is a code, or the whole text of a ticket's QR code."""

    registration: str = ""
    status: Button

    @property
    def outcome(self) -> AttendanceStatus | None:
        """The attendance, None for a mark that takes earlier ones back."""
        return None if self.status == "none" else AttendanceStatus(self.status)


class WalkInForm(BaseModel):
    name: str = ""
    kelurahan: str = ""
    target_group: str = ""
    person: str = ""
    key: str = Field("", max_length=64)

    def walk_in(self, *, confirmed: bool) -> WalkInInput:
        """Return the walk-in as the service takes it; `confirmed` allows it long before the session."""
        return WalkInInput(
            PersonInput(name=self.name, kelurahan=self.kelurahan, target_group=self.target_group),
            known_person=parse_person(self.person),
            request_key=build_request_key(self.key, self.name),
            confirmed=confirmed,
        )


class MarkIn(BaseModel):
    """A mark as the page's script sends it, perhaps much later than `at`."""

    registration: str
    status: AttendanceStatus | None
    at: AwareDatetime
    nonce: str = Field(min_length=1, max_length=64)
    early: bool = False


class WalkInIn(BaseModel):
    """A walk-in as the page's script sends it, perhaps much later than `at`. `person` is an id or "new" if one was
    chosen, and `key` that of the form in which it was typed: sent twice, it registers once."""

    name: str
    kelurahan: str
    target_group: str = ""
    person: str = ""
    key: str = Field(min_length=1, max_length=64)
    at: AwareDatetime
    early: bool = False

    def walk_in(self) -> WalkInInput:
        """Return the walk-in as the service takes it."""
        form = WalkInForm.model_validate(self.model_dump(exclude={"at", "early"}))
        return replace(form.walk_in(confirmed=self.early), at=self.at)


class MarkOut(BaseModel):
    """The registration after a mark. `attendance` may be that of a later mark of another device."""

    registration: str
    name: str
    attendance: AttendanceStatus | None


@router.get("")
def check_in_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    params: Params,
    language: Lang,
) -> Response:
    """Show the check-in list. A search in it writes to the activity log."""
    _workshop_session(db, actor, code)
    log_search(container_of(request).engine, vault, actor, "session", code, params.q)
    form = WalkInForm(target_group=params.group, key=uuid4().hex)
    return _page(request, db, actor, code, params, form, language)


@router.post("")
def mark_by_form(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    params: Params,
    form: Annotated[MarkForm, Form()],
    language: Lang,
) -> Response:
    """Store a mark for a registration or a scanned ticket, and redirect to the page, which offers to take it back.

    For an unknown ticket or one of another session the page says so.
    """
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db, NotFound) as caught:
        registration = get_registration_at_session(
            db, actor, workshop_session, parse_ticket_code(form.registration)
        )
        before = get_registration_view(db, registration).attendance
        mark_attendance(db, actor, registration, MarkInput(form.outcome, confirmed=bool(params.early)))
    if problem := caught.problem:
        walk_in_form = WalkInForm(target_group=params.group, key=uuid4().hex)
        return _page(request, db, actor, code, params, walk_in_form, language, problem)
    return redirect(params.address(code, marked=registration.code, before=before or "none"))


@router.post("/datang")
def walk_in_by_form(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    params: Params,
    form: Annotated[WalkInForm, Form()],
    language: Lang,
    _: Translate,
) -> Response:
    """Register a walk-in who is present, and redirect to the page. If that is refused, the form is shown again."""
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db) as caught:
        registration = register_walk_in(
            db, vault, actor, workshop_session.id, form.walk_in(confirmed=bool(params.early))
        )
    if problem := caught.problem:
        if isinstance(problem, PersonUnclear):
            log_search(container_of(request).engine, vault, actor, "session", code, form.name)
        return _page(request, db, actor, code, params, form, language, problem)
    return redirect(
        params.address(code, q="", page=1, marked=registration.code, group=form.target_group),
        _("%(name)s is registered and present.") % {"name": get_registration_view(db, registration).name},
    )


@router.get("/keadaan")
def attendance_by_code(db: ReadDb, actor: CurrentActor, code: str) -> dict[str, AttendanceStatus | None]:
    """Return the attendance of each registration of the session by its code, None if none is recorded.

    The page's script asks for this, to show marks made on other devices.
    """
    workshop_session = _workshop_session(db, actor, code)
    return queries.get_attendance_by_code(db, workshop_session)


@router.post("/tanda")
def mark_by_script(db: WriteDb, actor: CurrentActor, code: str, data: MarkIn) -> MarkOut:
    """Store a mark made on the device, perhaps offline, and return the registration's attendance after it.

    A mark whose `nonce` was sent before is not stored again. 404 for an unknown registration, 409 for one of another
    session.
    """
    workshop_session = _workshop_session(db, actor, code)
    registration = get_registration_at_session(db, actor, workshop_session, data.registration)
    mark_attendance(db, actor, registration, MarkInput(data.status, data.at, data.nonce, data.early))
    view = get_registration_view(db, registration)
    return MarkOut(registration=view.code, name=view.name, attendance=view.attendance)


@router.post("/datang/tertunda")
def walk_in_by_script(
    request: Request, db: WriteDb, vault: Vault, actor: CurrentActor, code: str, data: WalkInIn
) -> MarkOut:
    """Register a walk-in who was typed on the device without a connection, and return the registration.

    A walk-in whose form was sent before is not registered again. If it is not clear who this is, the answer (409,
    "person-unclear") lists the people to choose from.
    """
    workshop_session = _workshop_session(db, actor, code)
    try:
        registration = register_walk_in(db, vault, actor, workshop_session.id, data.walk_in())
    except PersonUnclear as problem:
        db.rollback()
        log_search(container_of(request).engine, vault, actor, "session", code, data.name)
        people = _candidates(db, actor, problem)
        problem.details["people"] = [{"id": id_, "text": text} for id_, text in people]
        raise
    view = get_registration_view(db, registration)
    return MarkOut(registration=view.code, name=view.name, attendance=view.attendance)


@router.get("/datang")
def redirect_to_check_in(code: str) -> Response:
    """Redirect to the check-in page.

    The URL of the walk-in's form stays in the address bar after a refusal, and may be reloaded from there.
    """
    return redirect(f"/sesi/{code}/hadir")


@router.get("/{registration_code}")
def marks_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, code: str, registration_code: str
) -> Response:
    """Show all marks of a registration of the session, and what it says otherwise than the person's record."""
    return _marks_page(request, db, vault, actor, code, registration_code)


@router.post("/{registration_code}/sesuai")
def confirm_at_door(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    registration_code: str,
    _: Translate,
) -> Response:
    """Write what the registration says to the person's record, as staff have checked it, and redirect to the page."""
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db) as caught:
        registration = get_registration_at_session(db, actor, workshop_session, registration_code)
        confirmations.confirm_at_door(db, actor, registration)
    if problem := caught.problem:
        return _marks_page(request, db, vault, actor, code, registration_code, problem)
    return redirect(
        f"/sesi/{code}/hadir/{registration_code}", _("The person's data is saved as confirmed here.")
    )


def _marks_page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    code: str,
    registration_code: str,
    problem: Problem | None = None,
) -> Response:
    workshop_session = _workshop_session(db, actor, code)
    registration = get_registration_at_session(db, actor, workshop_session, registration_code)
    return render(
        request,
        "registrations/check_in/marks.html",
        problem=problem,
        to_confirm=show_proposals(
            db, vault, registration, confirmations.list_changes_to_confirm(db, registration)
        ),
        labels={field: BY_KEY[field].label for field in MERGED_FIELDS},
        workshop_session=workshop_sessions.get_workshop_session_view(db, actor, code),
        registration=get_registration_view(db, registration),
        marks=queries.list_marks(db, registration),
        signature=find_signature(db, registration.id),
    )


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    params: CheckInQuery,
    form: WalkInForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    """Return the check-in page with the form of a walk-in, and the problem with it or with a mark.

    It allows the camera, to scan tickets. With a `PersonUnclear` it asks which known person is meant.
    """
    workshop_session = _workshop_session(db, actor, code)
    check_in_list = queries.get_check_in_list(
        db, actor, workshop_session, params.q, page=params.page, marked=params.marked
    )
    days = queries.count_days_until(workshop_session.starts_at)
    group_names = {group.code: group.label for group in reference.list_target_groups(db, language)}
    return render(
        request,
        "registrations/check_in/page.html",
        form=form,
        problem=problem,
        headers=camera_headers(),
        workshop_session=workshop_sessions.get_workshop_session_view(db, actor, code),
        cancelled=workshop_session.cancelled_at is not None,
        check_in=check_in_list,
        params=params,
        days_until=days,
        last_offline_day=queries.get_last_offline_day(workshop_session),
        must_confirm=days > MAX_DAYS_BEFORE and not params.early,
        places=reference.list_kelurahan(db),
        group_names=group_names,
        groups=[
            (group, group_names[group])
            for group in list_target_group_codes(db, workshop_session.workshop_id) or group_names
        ],
        candidates=_candidates(db, actor, problem) if isinstance(problem, PersonUnclear) else [],
        present_already=isinstance(problem, AlreadyRegistered),
    )


def _workshop_session(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """Return the session. Raises `Forbidden` if the actor's role may not record attendance.

    Raises `NotFound` for an unknown session, and for one out of the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    return workshop_sessions.get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)


def _candidates(db: Db, actor: Actor, unclear: PersonUnclear) -> list[tuple[str, str]]:
    """Return id and description of the people that the user has to choose from, by id."""
    people = get_person_summaries(db, actor, unclear.candidates)
    return [
        (str(person.id), f"{person.name}, {person.place}{f' RT {person.rt}' if person.rt else ''}")
        for _, person in sorted(people.items())
    ]
