"""The sessions of a month as a calendar: a table where there is room, a list of days on a phone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.i18n import month_text, utc, wita, wita_today
from app.models.base import YEARS
from app.queries.workshops.workshop_sessions import WorkshopSessionView, workshop_sessions_between
from app.web.dependencies import Lang, PageActor, Reader
from app.web.pages import render

router = APIRouter(include_in_schema=False)

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """One day of the calendar; `outside` belongs to the month before or after, to fill a week."""

    date: date
    outside: bool
    workshop_sessions: tuple[WorkshopSessionView, ...]


@router.get("/kalender")
def calendar_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    language: Lang,
    month: Annotated[str, Query(alias="bulan")] = "",
) -> Response:
    """`bulan` is a month such as 2026-08; without one it is the present month."""
    first = _first_day(month) or wita_today().replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    found = workshop_sessions_between(look, actor, _midnight(first), _midnight(following))
    return render(
        request,
        "workshops/sessions/calendar.html",
        month=month_text(first, language),
        weeks=_weeks(first, following, found),
        has_sessions=bool(found),
        today=wita_today(),
        before=_address(first - timedelta(days=1)),
        after=_address(following),
    )


def _first_day(month: str) -> date | None:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return first if first.year in YEARS else None


def _address(day: date) -> str:
    """The calendar of the day's month; nowhere, beyond the years that sessions may have."""
    return f"/kalender?bulan={day:%Y-%m}" if day.year in YEARS else ""


def _weeks(first: date, following: date, found: list[WorkshopSessionView]) -> list[list[Day]]:
    """Weeks from Monday to Sunday that cover the month."""
    by_day = {day: tuple(held) for day, held in groupby(found, key=lambda held: wita(held.starts_at).date())}
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < following:
        days = [monday + timedelta(days=number) for number in range(A_WEEK.days)]
        weeks.append([Day(day, not first <= day < following, by_day.get(day, ())) for day in days])
        monday += A_WEEK
    return weeks


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time.min))
