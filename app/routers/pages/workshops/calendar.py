"""The calendar of a month's sessions."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.i18n import month_text, utc, wita, wita_today
from app.models.base import YEARS
from app.queries.workshops.workshop_sessions import WorkshopSessionView, list_workshop_sessions_between
from app.web.dependencies import CurrentActor, Lang, ReadDb
from app.web.pages import render

router = APIRouter(include_in_schema=False)

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """One day of the calendar. A day that is `outside` the month fills up its first or last week."""

    date: date
    outside: bool
    workshop_sessions: tuple[WorkshopSessionView, ...]


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
    first = _first_day(month) or wita_today().replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    workshop_sessions = list_workshop_sessions_between(db, actor, _midnight(first), _midnight(following))
    return render(
        request,
        "workshops/sessions/calendar.html",
        month=month_text(first, language),
        weeks=_weeks(first, following, workshop_sessions),
        has_sessions=bool(workshop_sessions),
        today=wita_today(),
        before=_month_url(first - timedelta(days=1)),
        after=_month_url(following),
    )


def _first_day(month: str) -> date | None:
    """Return the first day of a month such as "2026-08"; None for other text or a year that sessions can't have."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return first if first.year in YEARS else None


def _month_url(day: date) -> str:
    """Return the URL of the calendar of the day's month; "" for a year that sessions can't have."""
    return f"/kalender?bulan={day:%Y-%m}" if day.year in YEARS else ""


def _weeks(first: date, following: date, workshop_sessions: list[WorkshopSessionView]) -> list[list[Day]]:
    """Return the weeks, from Monday to Sunday, that cover the month, each day with its sessions.

    `first` is the first day of the month, `following` that of the next.
    """
    by_day = {
        day: tuple(of_day)
        for day, of_day in groupby(workshop_sessions, key=lambda session: wita(session.starts_at).date())
    }
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < following:
        days = [monday + timedelta(days=number) for number in range(WEEK.days)]
        weeks.append([Day(day, not first <= day < following, by_day.get(day, ())) for day in days])
        monday += WEEK
    return weeks


def _midnight(day: date) -> datetime:
    """Return the beginning of a WITA day, in UTC."""
    return utc(datetime.combine(day, time.min))
