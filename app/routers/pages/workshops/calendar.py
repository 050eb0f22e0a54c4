"""The calendar of a month's sessions: a new session on a day, and moving one to another day."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import month_text, utc, wita, wita_today
from app.permissions import Actor, Permission
from app.queries.messages.contacts import get_session_reach
from app.queries.workshops.workshop_sessions import (
    get_workshop_session_view,
    list_workshop_sessions_between,
)
from app.queries.workshops.workshops import list_workshops
from app.routers.pages.workshops.workshop_sessions import to_changed_session
from app.services.edit_conflicts import fingerprint
from app.services.workshops import workshop_sessions as services
from app.web.date_fields import FormDates, parse_day
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.messages.reach import build_reach_note
from app.web.pages import redirect, render
from app.web.workshops.months import midnight, month_param, month_weeks, next_month, parse_month

router = APIRouter(include_in_schema=False)

MAX_WORKSHOPS = 100


class MoveForm(BaseModel):
    """The day, as it was typed, and the fingerprint of the session that the page showed."""

    day: str = ""
    seen: str = ""

    def to_day(self) -> date:
        """Return the day. Raises `Invalid` if it is missing or wrong."""
        dates = FormDates()
        day = dates.day("day", self.day, required=True)
        dates.require_valid()
        return day or date.min


@router.get("/kalender")
def calendar_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    language: Lang,
    month: Annotated[str, Query(alias="bulan")] = "",
) -> Response:
    """Show the sessions of a month that the actor may see.

    `bulan` is a month such as 2026-08; without it, or for another text, it is the current month in WITA.
    """
    first = parse_month(month) or wita_today().replace(day=1)
    following = next_month(first)
    workshop_sessions = list_workshop_sessions_between(db, actor, midnight(first), midnight(following))
    return render(
        request,
        "workshops/sessions/calendar.html",
        month=month_text(first, language),
        weeks=month_weeks(first, workshop_sessions, lambda session: wita(session.starts_at).date()),
        has_sessions=bool(workshop_sessions),
        today=wita_today(),
        before=_month_url(first - timedelta(days=1)),
        after=_month_url(following),
    )


@router.get("/kalender/sesi-baru")
def choose_workshop_page(
    request: Request, db: ReadDb, actor: CurrentActor, day: Annotated[str, Query(alias="tanggal")] = ""
) -> Response:
    """Lead to the form of a new session on the day; let the user choose the workshop if there are several."""
    actor.require(Permission.SESSION_WRITE)
    workshops = list_workshops(db, actor, archived=False, limit=MAX_WORKSHOPS)
    parsed = parse_day(day)
    query = f"?day={parsed}" if parsed else ""
    if len(workshops) == 1:
        return redirect(f"/kegiatan/{workshops[0].code}/sesi/baru{query}")
    return render(
        request, "workshops/sessions/choose_workshop.html", workshops=workshops, day=parsed, query=query
    )


@router.get("/sesi/{code}/pindah")
def move_session_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    code: str,
    day: Annotated[str, Query(alias="tanggal")] = "",
) -> Response:
    """Show what moving the session to the day would change, and whom it concerns; nothing is saved yet."""
    actor.require(Permission.SESSION_WRITE)
    return _move_page(request, db, actor, code, MoveForm(day=day))


@router.post("/sesi/{code}/pindah")
def move_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[MoveForm, Form()],
    _: Translate,
) -> Response:
    """Move the session to another day, and redirect to its page; the people registered are told."""
    before = get_workshop_session_view(db, actor, code)
    with catch_problem(db) as caught:
        services.move_session(db, actor, code, form.to_day(), form_fingerprint=form.seen)
    if problem := caught.problem:
        return _move_page(request, db, actor, code, form, problem)
    return to_changed_session(db, actor, before, _)


def _move_page(
    request: Request, db: Db, actor: Actor, code: str, form: MoveForm, problem: Problem | None = None
) -> Response:
    view = get_workshop_session_view(db, actor, code)
    day = parse_day(form.day)
    moved = services.input_on_day(view, day) if day else None
    saved = fingerprint(services.workshop_session_input(view))
    return render(
        request,
        "workshops/sessions/move.html",
        problem=problem,
        form=form.model_copy(update={"seen": saved}),
        workshop_session=view,
        told=build_reach_note(request, get_session_reach(db, actor, code)),
        starts_at=moved and moved.starts and utc(moved.starts),
        ends_at=moved and moved.ends and utc(moved.ends),
    )


def _month_url(day: date) -> str:
    """Return the URL of the calendar of the day's month; "" for a year that sessions can't have."""
    month = month_param(day)
    return f"/kalender?bulan={month}" if month else ""
