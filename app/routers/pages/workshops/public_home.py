"""What a visitor without a login sees first: the workshops to come, as a list to search and as a calendar."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.i18n import Language, month_text, wita, wita_today
from app.queries.accounts.users import has_users
from app.queries.workshops.public_schedule import ScheduledWorkshop, ScheduleFilters, get_schedule
from app.queries.workshops.public_workshops import PublicSession
from app.web.dependencies import Lang, ReadDb
from app.web.pages import build_url, render
from app.web.workshops.months import month_param, month_weeks, next_month, parse_month

router = APIRouter(include_in_schema=False)

CALENDAR = "/jadwal"
PAGE_LENGTH = 24

ONLINE = {"daring": True, "luring": False}


class ScheduleQuery(BaseModel):
    """What is looked for, as the URL has it. `bulan` is a month such as 2026-08, `cara` "daring" or "luring"."""

    q: str = ""
    kelurahan: str = ""
    kelompok: str = ""
    bulan: str = ""
    cara: str = ""

    def filters(self) -> ScheduleFilters:
        return ScheduleFilters(
            search=self.q[:200],
            kelurahan=self.kelurahan,
            target_group=self.kelompok,
            month=parse_month(self.bulan),
            online=ONLINE.get(self.cara),
        )


class HomeQuery(ScheduleQuery):
    """`halaman` is the page of the list."""

    halaman: int = 1


@router.get("/daftar")
def public_home_page(
    request: Request, db: ReadDb, language: Lang, query: Annotated[HomeQuery, Query()]
) -> Response:
    """Show users who are logged in what visitors see at "/"."""
    return render_public_home(request, db, language, query)


def render_public_home(request: Request, db: Db, language: Language, query: HomeQuery) -> Response:
    """Return the page of the workshops to come that match the query, a page of the list."""
    filters = query.filters()
    schedule = get_schedule(db, filters, language)
    end = max(1, query.halaman) * PAGE_LENGTH
    params = _params(query)
    return render(
        request,
        "workshops/public/home.html",
        address=request.url.path,
        query=query,
        is_filtered=filters != ScheduleFilters(),
        schedule=schedule,
        is_new=schedule.is_empty and not has_users(db),
        workshops=schedule.workshops[end - PAGE_LENGTH : end],
        months=[(month_param(month), month_text(month, language)) for month in schedule.months],
        groups=[(group.code, group.label) for group in schedule.target_groups],
        calendar=build_url(CALENDAR, params),
        following=build_url(request.url.path, params | {"halaman": query.halaman + 1})
        if schedule.workshops[end:]
        else "",
        first=build_url(request.url.path, params) if query.halaman > 1 else "",
    )


@router.get(CALENDAR)
def public_calendar_page(
    request: Request, db: ReadDb, language: Lang, query: Annotated[ScheduleQuery, Query()]
) -> Response:
    """Show the public sessions of a month, by default of the first month that has any."""
    filters = query.filters()
    schedule = get_schedule(db, replace(filters, month=None), language)
    sessions = _sessions_by_start(schedule.workshops)
    default = sessions[0][0].starts_at if sessions else None
    first = filters.month or (wita(default).date() if default else wita_today()).replace(day=1)
    of_month = [entry for entry in sessions if _day(entry).replace(day=1) == first]
    before, after = first - timedelta(days=1), next_month(first)
    params = _params(query)
    return render(
        request,
        "workshops/public/calendar.html",
        month=month_text(first, language),
        weeks=month_weeks(first, of_month, _day),
        has_sessions=bool(of_month),
        before=_month_url(params, before),
        before_name=month_text(before, language),
        after=_month_url(params, after),
        after_name=month_text(after, language),
        today=wita_today(),
        listed=build_url("/daftar", params | {"bulan": ""}),
    )


_Entry = tuple[PublicSession, ScheduledWorkshop]


def _sessions_by_start(workshops: tuple[ScheduledWorkshop, ...]) -> list[_Entry]:
    """Return the sessions of all workshops with their workshop, the earliest first."""
    entries = [(session, workshop) for workshop in workshops for session in workshop.sessions]
    return sorted(entries, key=lambda entry: (entry[0].starts_at, entry[0].code))


def _day(entry: _Entry) -> date:
    return wita(entry[0].starts_at).date()


def _params(query: ScheduleQuery) -> dict[str, str]:
    """Return the parameters of the query for a URL, without the page of the list."""
    return {name: getattr(query, name) for name in ScheduleQuery.model_fields}


def _month_url(params: dict[str, str], day: date) -> str:
    """Return the URL of the calendar of the day's month; "" for a year that sessions can't have."""
    month = month_param(day)
    return build_url(CALENDAR, params | {"bulan": month}) if month else ""
