"""The tabs of a session's page, each at its own address. The tab of its people is in `registrations.registrations`."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from app.models.base import now
from app.permissions import Permission
from app.queries.areas import reference
from app.queries.imports.attendance_imports import list_attendance_imports
from app.queries.messages.contacts import count_people_without_email
from app.queries.registrations.seats import count_waiting_by_cap, get_seats
from app.queries.registrations.window import get_registration_window
from app.queries.workshops.session_staff import list_session_staff
from app.queries.workshops.workshop_sessions import get_workshop_session, get_workshop_session_view
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate
from app.web.pages import render
from app.web.registrations.invitations import build_invitation_text, build_public_url

router = APIRouter(prefix="/sesi/{code}", include_in_schema=False)


@router.get("")
def summary_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang) -> Response:
    """Show a session: what, when and where, its figures, and what to do next.

    Users who may record its attendance also see its places and staff.
    """
    workshop_session = get_workshop_session_view(db, actor, code)
    context: dict[str, Any] = {}
    if actor.can(Permission.ATTENDANCE_WRITE):
        row = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
        seats = get_seats(db, row)
        names = reference.get_place_and_group_names(db, language)
        context = {
            "staff": list_session_staff(db, workshop_session),
            "window": get_registration_window(row, now()),
            "without_email": count_people_without_email(db, row.id) if row.cancelled_at else 0,
            "caps": list(seats.all_caps(order=names)),
            "waiting": count_waiting_by_cap(db, row, seats),
            "names": names,
        }
    return render(
        request,
        "workshops/sessions/tabs/summary.html",
        workshop_session=workshop_session,
        public_address=build_public_url(request, workshop_session.workshop_code),
        **context,
    )


@router.get("/undang")
def invitation_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, _: Translate, language: Lang
) -> Response:
    """Show how people come to a session: its public link, invitation, delegations, and forms to register them."""
    row = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    workshop_session = get_workshop_session_view(db, actor, code, Permission.ATTENDANCE_WRITE)
    address = build_public_url(request, workshop_session.workshop_code)
    text = build_invitation_text(workshop_session, address, _, language)
    return render(
        request,
        "workshops/sessions/tabs/invite.html",
        workshop_session=workshop_session,
        window=get_registration_window(row, now()),
        public_address=address,
        invitation=text,
        whatsapp=f"https://wa.me/?text={quote(text)}",
    )


@router.get("/kehadiran")
def attendance_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show a session's attendance figures, and the ways to record it: check-in, rosters, uploads."""
    workshop_session = get_workshop_session_view(db, actor, code, Permission.ATTENDANCE_WRITE)
    return render(
        request,
        "workshops/sessions/tabs/attendance.html",
        workshop_session=workshop_session,
        public_address=build_public_url(request, workshop_session.workshop_code),
    )


@router.get("/unggahan")
def uploads_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the uploads of a session, the newest first."""
    workshop_session = get_workshop_session_view(db, actor, code, Permission.IMPORT_READ)
    return render(
        request,
        "workshops/sessions/tabs/uploads.html",
        workshop_session=workshop_session,
        public_address=build_public_url(request, workshop_session.workshop_code),
        attendance_imports=list_attendance_imports(db, actor, session_code=workshop_session.code),
    )
