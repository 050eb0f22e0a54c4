"""Duplicate a workshop with its sessions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import wita
from app.models import Workshop
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    get_workshop_session,
    list_workshop_sessions,
)
from app.queries.workshops.workshops import get_workshop, get_workshop_view
from app.services.authorization import require_permission
from app.services.workshops.session_series import MAX_SESSIONS, TOO_MANY
from app.services.workshops.session_staff import copy_staff
from app.services.workshops.workshop_sessions import (
    create_workshop_session,
    shift_input,
    workshop_session_input,
)
from app.services.workshops.workshops import create_workshop, workshop_input


def copy_workshop(
    db: Db, actor: Actor, code: str, new_code: str, title: str, first_day: date | None
) -> Workshop:
    """Create and log a workshop with the texts, groups and sessions of workshop `code`; return it.

    It belongs to the same organization and isn't public. Its first session is on `first_day`, the others as many days
    later as before; without `first_day` no sessions are copied. Cancelled sessions are left out, registrations are not
    copied, staff are assigned anew.

    Raises `NotFound`, `Forbidden` without `WORKSHOP_WRITE` for the workshop, and what `create_workshop` raises.
    """
    original = get_workshop(db, actor, code)
    require_permission(db, actor, Permission.WORKSHOP_WRITE, original)
    data = replace(workshop_input(get_workshop_view(db, actor, code)), title=title, public=False)
    sessions = list_sessions_to_copy(db, actor, code) if first_day else []
    if len(sessions) > MAX_SESSIONS:
        raise Invalid(PLEASE_CORRECT, fields={"first_day": TOO_MANY})
    workshop = create_workshop(db, actor, new_code, data, organization_id=original.organization_id)
    shift = days_to_first(sessions, first_day)
    for number, view in enumerate(sessions, start=1):
        moved = shift_input(workshop_session_input(view), shift)
        new_session = create_workshop_session(db, actor, workshop.code, f"{workshop.code}-{number}", moved)
        copy_staff(db, get_workshop_session(db, actor, view.code), new_session)
    return workshop


def list_sessions_to_copy(db: Db, actor: Actor, code: str) -> list[WorkshopSessionView]:
    """Return the sessions of a workshop that aren't cancelled, the earliest first."""
    return [view for view in list_workshop_sessions(db, actor, code) if view.cancelled_at is None]


def days_to_first(sessions: Sequence[WorkshopSessionView], first_day: date | None) -> timedelta:
    """Return how much later than the first of the sessions `first_day` is; nothing without one or the other."""
    if not sessions or first_day is None:
        return timedelta()
    return first_day - wita(sessions[0].starts_at).date()
