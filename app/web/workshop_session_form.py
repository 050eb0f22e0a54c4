"""The form of a session, new or changed."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.unseen_changes import seal
from app.services.workshops import workshop_sessions as services
from app.web.forms import moment, optional_moment, whole_number

# Before the code of a group, in the name of its field.
OF_GROUP = "places_of_group."


class WorkshopSessionForm(BaseModel):
    """Times as an input of type datetime-local writes them, in WITA. `planned_for` is the kelurahan of the
    coverage report for which a new session is filled in.

    The places of a group come as a field of their own, "places_of_group.umkm".
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
    seen: str = ""

    def typed(self, name: str) -> str:
        """What was typed for a group's places."""
        return str((self.model_extra or {}).get(name, ""))

    @property
    def groups(self) -> list[str]:
        """The groups for which something is typed."""
        names = self.model_extra or {}
        return [
            name.removeprefix(OF_GROUP) for name in names if name.startswith(OF_GROUP) and self.typed(name)
        ]

    @property
    def has_more(self) -> bool:
        """Whether anything is said that most sessions don't need."""
        return bool(
            self.places_per_kelurahan or self.groups or self.registration_opens or self.registration_closes
        )

    def given(self) -> services.WorkshopSessionInput:
        of_group = {group: whole_number(self.typed(OF_GROUP + group)) for group in self.groups}
        return services.WorkshopSessionInput(
            starts=moment(self.starts),
            ends=moment(self.ends),
            venue=self.venue,
            mode=self.mode,
            online_link=self.online_link.strip(),
            capacity=whole_number(self.capacity),
            registration_opens=optional_moment(self.registration_opens),
            registration_closes=optional_moment(self.registration_closes),
            places_per_kelurahan=whole_number(self.places_per_kelurahan),
            places_of_group={group: places for group, places in of_group.items() if places is not None},
        )

    @classmethod
    def of(cls, view: WorkshopSessionView) -> "WorkshopSessionForm":
        """The form as one who wants to change the session finds it."""
        said = services.said_of(view)
        return cls(
            code=view.code,
            seen=seal(said),
            starts=_written(said.starts),
            ends=_written(said.ends),
            venue=view.venue,
            mode=view.mode,
            online_link=view.online_link,
            capacity=_number(view.capacity),
            places_per_kelurahan=_number(view.places_per_kelurahan),
            registration_opens=_written(said.registration_opens),
            registration_closes=_written(said.registration_closes),
            **{OF_GROUP + group: str(places) for group, places in view.places_of_group.items()},
        )


def _written(day_and_time: datetime | None) -> str:
    return f"{day_and_time:%Y-%m-%dT%H:%M}" if day_and_time else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
