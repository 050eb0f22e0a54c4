"""The page of a session with its registrations and waiting list, its roster as a file, and each registration."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator
from app.models import AttendanceStatus, RegistrationStatus
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.attendance_imports import list_attendance_imports
from app.queries.messages.contacts import count_people_without_email
from app.queries.people.proposals import list_registration_proposals
from app.queries.registrations import registrations as queries
from app.queries.registrations.history import list_registration_history
from app.queries.registrations.seats import count_waiting_by_cap, get_seats
from app.queries.registrations.window import get_registration_window
from app.queries.workshops import workshop_sessions
from app.queries.workshops.session_staff import list_session_staff
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.people.searches import log_search
from app.services.registrations import registrations as services
from app.services.registrations.rosters import RosterFormat, download_roster
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import EmptyIsNone, catch_problem
from app.web.pages import build_url, redirect, render
from app.web.registrations.invitations import build_invitation_text, build_public_url

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
MAX_WAITING = 20


class RegistrationQuery(BaseModel):
    """The filters of the list of registrations, and the registration that the page of it begins after."""

    q: str = ""
    status: Annotated[RegistrationStatus | None, EmptyIsNone] = None
    kelurahan: str = ""
    target_group: str = Field("", alias="kelompok")
    outcome: Annotated[AttendanceStatus | Literal["none"] | None, EmptyIsNone] = Field(None, alias="hasil")
    after: int = Field(0, alias="sesudah", ge=0)

    @property
    def filters(self) -> queries.RegistrationFilters:
        return queries.RegistrationFilters(
            self.q, self.status, self.kelurahan, self.target_group, self.outcome
        )

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self.filters != queries.RegistrationFilters()

    def address(self, code: str, after: int) -> str:
        """Return the URL of the list of registrations of the session `code` with these filters.

        It begins after the registration with the id `after`; 0 is the first page.
        """
        return build_url(f"/sesi/{code}", self.model_dump(by_alias=True) | {"sesudah": after}) + "#pendaftar"


@router.get("/sesi/{code}")
def workshop_session_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    _: Translate,
    language: Lang,
    form: Annotated[RegistrationQuery, Query()],
) -> Response:
    """Show a session; to users who may record attendance also its registrations, waiting list and uploads.

    A search among the registered people writes to the activity log.
    """
    workshop_session = workshop_sessions.get_workshop_session_view(db, actor, code)
    if actor.can(Permission.ATTENDANCE_WRITE):
        log_search(container_of(request).engine, vault, actor, "session", workshop_session.code, form.q)
    registrations = (
        _registrations_context(request, db, actor, workshop_session, _, language, form)
        if actor.can(Permission.ATTENDANCE_WRITE)
        else {}
    )
    return render(request, "workshops/sessions/one.html", workshop_session=workshop_session, **registrations)


def _registrations_context(
    request: Request,
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSessionView,
    _: Translator,
    language: Language,
    form: RegistrationQuery,
) -> dict[str, Any]:
    """Return the template variables that the page has only for users who may record attendance.

    Raises `NotFound` if the session is out of the actor's scope.
    """
    row = workshop_sessions.get_workshop_session(
        db, actor, workshop_session.code, Permission.ATTENDANCE_WRITE
    )
    seats = get_seats(db, row)
    registrations = queries.list_registrations(
        db, actor, row, form.filters, after=form.after, limit=PAGE_SIZE + 1
    )
    shown = registrations[:PAGE_SIZE]
    address = build_public_url(request, workshop_session.workshop_code)
    text = build_invitation_text(workshop_session, address, _)
    return {
        "staff": list_session_staff(db, workshop_session),
        "attendance_imports": list_attendance_imports(db, actor, session_code=workshop_session.code),
        "window": get_registration_window(row, now()),
        "without_email": count_people_without_email(db, row.id) if row.cancelled_at else 0,
        "caps": list(seats.all_caps()),
        "waiting": count_waiting_by_cap(db, row, seats),
        "registrations": shown,
        "first": form.address(workshop_session.code, after=0) if form.after else "",
        "next": form.address(workshop_session.code, after=shown[-1].id)
        if len(registrations) > PAGE_SIZE
        else "",
        "waiting_list": queries.list_waiting(db, actor, row, limit=MAX_WAITING),
        "form": form,
        "kelurahan": reference.list_kelurahan(db),
        "groups": {group.code: group.label for group in reference.list_target_groups(db, language)},
        "names": reference.get_place_and_group_names(db, language),
        "public_address": address,
        "invitation": text,
        "whatsapp": f"https://wa.me/?text={quote(text)}",
    }


@router.get("/sesi/{code}/daftar-hadir.{file_format}")
def roster_file(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    file_format: RosterFormat,
    language: Lang,
    _: Translate,
) -> Response:
    """Download the attendance list, as Excel to fill in or as PDF to sign.

    This GET writes to the activity log, because the file has personal data.
    """
    base_url = container_of(request).settings.base_url
    return download(download_roster(read_db, db, actor, code, file_format, base_url, _, language))


@router.get("/pendaftaran/{code}")
def registration_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang
) -> Response:
    """Show a registration by its code, with its history. 404 if the actor may not record its attendance."""
    return _registration_page(request, db, actor, code, language)


@router.post("/pendaftaran/{code}/batalkan")
def cancel_registration(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, _: Translate, language: Lang
) -> Response:
    """Cancel a registration, give its seat to the first on the waiting list who fits, and redirect to its page."""
    registration = queries.get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    with catch_problem(db) as caught:
        services.cancel_registration(db, actor, registration)
    if problem := caught.problem:
        return _registration_page(request, db, actor, code, language, problem)
    return redirect(
        f"/pendaftaran/{registration.code}",
        _("The registration is cancelled. Its place went to the first on the waiting list who fits."),
    )


@router.post("/pendaftaran/{code}/beri-tempat")
def give_seat(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, _: Translate, language: Lang
) -> Response:
    """Give a person on the waiting list a seat although a cap is reached, and redirect to the registration."""
    registration = queries.get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    with catch_problem(db) as caught:
        services.give_seat_beyond_caps(db, actor, registration)
    if problem := caught.problem:
        return _registration_page(request, db, actor, code, language, problem)
    return redirect(
        f"/pendaftaran/{registration.code}", _("The place is given. The log says that you decided it.")
    )


def _registration_page(
    request: Request, db: Db, actor: Actor, code: str, language: Language, problem: Problem | None = None
) -> Response:
    row = queries.get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    registration = queries.get_registration_view(db, row)
    return render(
        request,
        "registrations/one.html",
        problem=problem,
        registration=registration,
        workshop_session=workshop_sessions.get_workshop_session_view(db, actor, registration.session_code),
        history=list_registration_history(db, row),
        proposals=len(list_registration_proposals(db, row)),
        names=reference.get_place_and_group_names(db, language),
    )
