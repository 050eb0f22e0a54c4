"""The form that creates or changes a session."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.edit_conflicts import fingerprint
from app.services.workshops import workshop_sessions as services
from app.web.forms import parse_local_time, parse_optional_local_time, parse_whole_number

# The prefix of the name of a group's field, before its code.
GROUP_PREFIX = "places_of_group."


class WorkshopSessionForm(BaseModel):
    """Times are those of an `<input type="datetime-local">`, in WITA. `planned_for` is the kelurahan of the coverage
    report from which a new session was planned. `staff` are the ids of the users who are ticked as its staff; only the
    form of a new session has them.

    Each group has a field of its own for its seats, such as "places_of_group.umkm".
    """

    model_config = ConfigDict(extra="allow")

    code: str = ""
    starts: str = ""
    ends: str = ""
    venue: str = ""
    mode: str = "luring"
    online_link: str = ""
    capacity: str = ""
    places_per_kelurahan: str = ""
    registration_opens: str = ""
    registration_closes: str = ""
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

        These are seats per kelurahan or group, and when registration opens and closes.
        """
        return bool(
            self.places_per_kelurahan or self.groups or self.registration_opens or self.registration_closes
        )

    def to_input(self) -> services.WorkshopSessionInput:
        """Return the fields as the service takes them, with naive times in WITA.

        Text that is not a number or a time becomes a value that the service refuses (see `app.web.forms`).
        """
        places_of_group = {
            group: parse_whole_number(self.group_field(GROUP_PREFIX + group)) for group in self.groups
        }
        return services.WorkshopSessionInput(
            starts=parse_local_time(self.starts),
            ends=parse_local_time(self.ends),
            venue=self.venue,
            mode=self.mode,
            online_link=self.online_link.strip(),
            capacity=parse_whole_number(self.capacity),
            registration_opens=parse_optional_local_time(self.registration_opens),
            registration_closes=parse_optional_local_time(self.registration_closes),
            places_per_kelurahan=parse_whole_number(self.places_per_kelurahan),
            places_of_group={
                group: places for group, places in places_of_group.items() if places is not None
            },
        )

    @classmethod
    def from_saved(cls, view: WorkshopSessionView) -> "WorkshopSessionForm":
        """Return the form filled with a saved session; `seen` is the fingerprint of its values."""
        saved = services.workshop_session_input(view)
        return cls(
            code=view.code,
            seen=fingerprint(saved),
            starts=_time_text(saved.starts),
            ends=_time_text(saved.ends),
            venue=view.venue,
            mode=view.mode,
            online_link=view.online_link,
            capacity=_number_text(view.capacity),
            places_per_kelurahan=_number_text(view.places_per_kelurahan),
            registration_opens=_time_text(saved.registration_opens),
            registration_closes=_time_text(saved.registration_closes),
            **{GROUP_PREFIX + group: str(places) for group, places in view.places_of_group.items()},
        )


def _time_text(day_and_time: datetime | None) -> str:
    """Return a time as the value of an `<input type="datetime-local">`, "" for None."""
    return f"{day_and_time:%Y-%m-%dT%H:%M}" if day_and_time else ""


def _number_text(number: int | None) -> str:
    return "" if number is None else str(number)
