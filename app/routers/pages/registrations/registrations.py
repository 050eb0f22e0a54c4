"""The people of a session: registrations and waiting list, the roster as a file, and each registration."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator
from app.models import WhatsAppList
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.photos import find_signature
from app.queries.messages.contacts import get_registration_reach
from app.queries.people.proposals import list_registration_proposals
from app.queries.registrations import registrations as queries
from app.queries.registrations.history import list_registration_history
from app.queries.registrations.roster_prints import get_session_code_of_print
from app.queries.workshops import workshop_sessions
from app.services.people.searches import log_search
from app.services.registrations import registrations as services
from app.services.registrations.rosters import RosterFormat, download_roster
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.messages.reach import build_reach_note
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_public_url
from app.web.registrations.moved_up import list_moved_up, list_waiting
from app.web.registrations.registration_query import RegistrationQuery

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 100
MAX_WAITING = 20


@router.get("/sesi/{code}/peserta")
def session_people_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    language: Lang,
    form: Annotated[RegistrationQuery, Query()],
) -> Response:
    """Show the registrations of a session that match the filters, and its waiting list.

    A search among the registered people writes to the activity log.
    """
    row = workshop_sessions.get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    workshop_session = workshop_sessions.get_workshop_session_view(db, actor, row.code)
    log_search(container_of(request).engine, vault, actor, "session", row.code, form.q)
    count = queries.count_registrations(db, actor, row, form.filters)
    return render(
        request,
        "workshops/sessions/tabs/people.html",
        workshop_session=workshop_session,
        public_address=build_public_url(request, workshop_session.workshop_code),
        registrations=queries.list_sorted_registrations(
            db, actor, row, form.filters, form.order, page=form.page, size=PAGE_SIZE
        ),
        count=count,
        first=form.address(row.code, halaman=None) if form.page > 1 else "",
        next=form.address(row.code, halaman=form.page + 1) if count > form.page * PAGE_SIZE else "",
        waiting_list=queries.list_waiting(db, actor, row, limit=MAX_WAITING),
        form=form,
        kelurahan=reference.list_kelurahan(db),
        groups={group.code: group.label for group in reference.list_target_groups(db, language)},
        names=reference.get_place_and_group_names(db, language),
    )


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


@router.get("/F/{print_code}/{page:int}")
@router.get("/f/{print_code}/{page:int}")
def printed_page(db: ReadDb, actor: CurrentActor, print_code: str, page: int) -> Response:
    """Redirect from the QR code of a printed page to the page where photos of signed pages are uploaded.

    The address is short and in capitals, so that the QR code is small. 403 if the actor may not import attendance, 404
    if no list of a session within their scope was printed with this code.
    """
    return redirect(f"/sesi/{get_session_code_of_print(db, actor, print_code)}/foto")


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
    session_code = queries.get_registration_view(db, registration).session_code
    with catch_problem(db) as caught:
        waited = list_waiting(db, actor, session_code)
        services.cancel_registration(db, actor, registration)
        moved_up = list_moved_up(db, actor, session_code, waited, _, language)
    if problem := caught.problem:
        return _registration_page(request, db, actor, code, language, problem)
    return _redirect_after_move(
        registration.code,
        session_code,
        _("The registration is cancelled. Its place went to the first on the waiting list who fits."),
        moved_up,
        _,
    )


@router.post("/pendaftaran/{code}/beri-tempat")
def give_seat(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, _: Translate, language: Lang
) -> Response:
    """Give a person on the waiting list a seat although a cap is reached, and redirect to the registration."""
    registration = queries.get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    session_code = queries.get_registration_view(db, registration).session_code
    with catch_problem(db) as caught:
        services.give_seat_beyond_caps(db, actor, registration)
        moved_up = list_moved_up(db, actor, session_code, [registration.code], _, language)
    if problem := caught.problem:
        return _registration_page(request, db, actor, code, language, problem)
    message = _("The place is given. The log says that you decided it.")
    return _redirect_after_move(registration.code, session_code, message, moved_up, _)


def _redirect_after_move(
    code: str, session_code: str, message: str, moved_up: WhatsAppList | None, _: Translator
) -> Response:
    """Redirect to a registration; if people who got a place have to be told by hand, to the list of those."""
    if moved_up is None:
        return redirect(f"/pendaftaran/{code}", message)
    by_hand = _("Tell those without an e-mail address here.")
    return redirect(f"/sesi/{session_code}/whatsapp/{moved_up.id}", f"{message} {by_hand}")


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
        signature=find_signature(db, row.id),
        names=reference.get_place_and_group_names(db, language),
        told=build_reach_note(request, get_registration_reach(db, actor, registration.code)),
    )
