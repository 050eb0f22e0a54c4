"""The form that creates or changes a session."""

import re
from datetime import date, datetime, time, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, clock_text, utc
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.edit_conflicts import fingerprint
from app.services.workshops import workshop_sessions as services
from app.services.workshops.session_series import MAX_SESSIONS, TOO_MANY
from app.spreadsheets.attendance.minutes import MinutesRule, find_minutes_rule
from app.web.date_fields import (
    DATE_NEEDED,
    FormDates,
    date_error,
    parse_clock,
    parse_day,
    typed_clock,
    typed_date,
)
from app.web.forms import parse_whole_number

# The prefix of the name of a group's field, before its code.
GROUP_PREFIX = "places_of_group."


class WorkshopSessionForm(BaseModel):
    """Dates and times are as they were typed, in WITA. `last_day` is empty for a session that ends on the day on which
    it starts. `planned_for` is the kelurahan of the coverage report from which a new session was planned. `staff` are
    the ids of the users who are ticked as its staff; only the form of a new session has them.

    Each group has a field of its own for its seats, such as "places_of_group.umkm".
    """

    model_config = ConfigDict(extra="allow")

    code: str = ""
    day: str = ""
    starts: str = ""
    ends: str = ""
    last_day: str = ""
    venue: str = ""
    mode: str = "luring"
    online_link: str = ""
    capacity: str = ""
    places_per_kelurahan: str = ""
    registration_opens: str = ""
    registration_opens_time: str = ""
    registration_closes: str = ""
    registration_closes_time: str = ""
    min_minutes: str = ""
    planned_for: str = ""
    staff: list[int] = []
    seen: str = ""

    def group_field(self, name: str) -> str:
        """Return the text of a field such as "places_of_group.umkm"; "" if it was not sent."""
        return str((self.model_extra or {}).get(name, ""))

    @property
    def groups(self) -> list[str]:
        """The codes of the groups whose number of seats is filled in."""
        names = self.model_extra or {}
        return [
            name.removeprefix(GROUP_PREFIX)
            for name in names
            if name.startswith(GROUP_PREFIX) and self.group_field(name)
        ]

    @property
    def has_more(self) -> bool:
        """Whether a field that most sessions don't need is filled in, so that this part of the form is shown unfolded.

        These are a last day, seats per kelurahan or group, and when registration opens and closes.
        """
        times = (self.last_day, self.registration_opens, self.registration_closes)
        return bool(self.places_per_kelurahan or self.groups or any(times))

    @property
    def half(self) -> MinutesRule | None:
        """The minutes that count as present where none are typed: half of the session. None without valid times."""
        starts, ends = parse_clock(self.starts), parse_clock(self.ends)
        if starts is None or ends is None:
            return None
        first = date(2000, 1, 1)
        last = first if starts < ends else first + timedelta(days=1)
        return find_minutes_rule(
            utc(datetime.combine(first, starts)), utc(datetime.combine(last, ends)), None
        )

    def to_input(self) -> services.WorkshopSessionInput:
        """Return the fields as the service takes them, with naive times in WITA.

        Text that is not a number becomes a value that the service refuses (see `app.web.forms`). Raises `Invalid` with
        the errors of all wrong dates and times.
        """
        dates = FormDates()
        starts, ends = self._parse_period(dates)
        opens, closes = (
            dates.local_time("registration_opens", self.registration_opens, self.registration_opens_time),
            dates.local_time("registration_closes", self.registration_closes, self.registration_closes_time),
        )
        dates.require_valid()
        places_of_group = {
            group: parse_whole_number(self.group_field(GROUP_PREFIX + group)) for group in self.groups
        }
        return services.WorkshopSessionInput(
            starts=starts,
            ends=ends,
            venue=self.venue,
            mode=self.mode,
            online_link=self.online_link.strip(),
            capacity=parse_whole_number(self.capacity),
            registration_opens=opens,
            registration_closes=closes,
            places_per_kelurahan=parse_whole_number(self.places_per_kelurahan),
            min_minutes=parse_whole_number(self.min_minutes),
            places_of_group={
                group: places for group, places in places_of_group.items() if places is not None
            },
        )

    def _parse_period(self, dates: FormDates) -> tuple[datetime | None, datetime | None]:
        """Return the start and the end; None for what is missing or wrong, which `dates` then has noted."""
        day = dates.day("day", self.day, required=True)
        last_day = dates.day("last_day", self.last_day)
        starts = dates.clock("starts", self.starts, required=True)
        ends = dates.clock("ends", self.ends, required=True)
        return _combine(day, starts), _combine(last_day or day, ends)

    @classmethod
    def from_saved(cls, view: WorkshopSessionView) -> "WorkshopSessionForm":
        """Return the form filled with a saved session; `seen` is the fingerprint of its values."""
        saved = services.workshop_session_input(view)
        return cls(
            code=view.code,
            seen=fingerprint(saved),
            **_period_fields(saved),
            venue=view.venue,
            mode=view.mode,
            online_link=view.online_link,
            capacity=_number_text(view.capacity),
            places_per_kelurahan=_number_text(view.places_per_kelurahan),
            registration_opens=typed_date(saved.registration_opens),
            registration_opens_time=typed_clock(saved.registration_opens),
            registration_closes=typed_date(saved.registration_closes),
            registration_closes_time=typed_clock(saved.registration_closes),
            min_minutes=_number_text(view.min_minutes),
            **{GROUP_PREFIX + group: str(places) for group, places in view.places_of_group.items()},
        )


class Repetition(BaseModel):
    """On which days a session is created: `repeat` is "weekly", "dates", or "" for one day alone.

    "weekly" is every so many weeks, until a date or a number of times; "dates" are the first day and those listed.
    `chosen` are the days that are ticked in the preview, "" for `back` unless its button leads back to the form.
    `next_code` is the code that the first of several sessions was to get when the form was opened.
    """

    repeat: str = ""
    every: str = "1"
    times: str = ""
    until: str = ""
    dates: str = ""
    chosen: list[str] = []
    back: str = ""
    next_code: str = ""

    def to_days(self, first: date) -> list[date]:
        """Return the days, `first` among them, sorted; those that are ticked if there are any.

        Raises `Invalid` with the errors of wrong fields, also for more than `MAX_SESSIONS` days.
        """
        if self.chosen:
            return sorted({day for text in self.chosen if (day := parse_day(text))})
        match self.repeat:
            case "weekly":
                days = self._weekly_days(first)
            case "dates":
                days = sorted({first, *self._listed_days()})
            case _:
                return [first]
        if len(days) > MAX_SESSIONS:
            raise Invalid(PLEASE_CORRECT, fields={"times" if self.repeat == "weekly" else "dates": TOO_MANY})
        return days

    def _weekly_days(self, first: date) -> list[date]:
        dates = FormDates()
        every, times = parse_whole_number(self.every), parse_whole_number(self.times)
        until = dates.day("until", self.until)
        if not every or every > MAX_SESSIONS:
            dates.errors["every"] = N_("A whole number from 1 on is needed.")
        if times is None and not self.until.strip():
            dates.errors["times"] = N_("Write how many times, or until which date.")
        elif times is not None and not 2 <= times <= MAX_SESSIONS:
            dates.errors["times"] = N_("A number from 2 to 60 is needed.")
        if until and until < first:
            dates.errors["until"] = N_("This date is before the first session.")
        dates.require_valid()
        step = timedelta(weeks=every or 1)
        days = [first + step * number for number in range(times or MAX_SESSIONS + 1)]
        return [day for day in days if until is None or day <= until]

    def _listed_days(self) -> list[date]:
        typed = [text.strip() for text in re.split(r"[\n;]+|(?<=\d),", self.dates) if text.strip()]
        if not typed:
            raise Invalid(PLEASE_CORRECT, fields={"dates": DATE_NEEDED})
        for text in typed:
            if date_error(text):
                raise Invalid(PLEASE_CORRECT, fields={"dates": N_("“%(typed)s” is not a date.")}, typed=text)
        return [day for text in typed if (day := parse_day(text))]


class NewSessionForm(WorkshopSessionForm, Repetition):
    """The form of a new session, or of several."""

    def to_first_day(self) -> date:
        """Return the date of the first session. Raises `Invalid` if it is missing or wrong."""
        dates = FormDates()
        day = dates.day("day", self.day, required=True)
        dates.require_valid()
        return day or date.min


def kept_fields(form: Repetition) -> list[tuple[str, str]]:
    """Return name and value of each field that the preview of several sessions sends along."""
    values = form.model_dump(exclude={"chosen", "back"})
    return [
        (name, str(part))
        for name, value in values.items()
        for part in (value if isinstance(value, list) else [value])
    ]


class TimesAndVenue(Protocol):
    """The fields that the forms of a new session and of a new workshop have in common."""

    starts: str
    ends: str
    venue: str


def begin_like_last_session(form: TimesAndVenue, last: WorkshopSessionView | None) -> None:
    """Fill in the times and the venue of the last session where the form has none; without one, nine to twelve."""
    if not form.starts:
        form.starts = clock_text(last.starts_at) if last else "09.00"
        form.ends = clock_text(last.ends_at) if last else "12.00"
    if last and not form.venue:
        form.venue = last.venue


def _period_fields(saved: services.WorkshopSessionInput) -> dict[str, str]:
    """Return the fields of a session's start and end."""
    starts, ends = saved.starts, saved.ends
    ends_later = starts and ends and ends.date() != starts.date()
    return {
        "day": typed_date(starts),
        "starts": typed_clock(starts),
        "ends": typed_clock(ends),
        "last_day": typed_date(ends) if ends_later else "",
    }


def _combine(day: date | None, clock: time | None) -> datetime | None:
    return datetime.combine(day, clock) if day and clock else None


def _number_text(number: int | None) -> str:
    return "" if number is None else str(number)
