"""People of lists as the actor may see them: by their record if it is open, else by the organization's own
registration."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from app.models import Area, Attendance, Participant, Registration, WorkshopSession
from app.permissions import Actor, Permission, Scope
from app.queries.scope import registrations_within

_Column: TypeAlias = Mapped[Any] | ColumnElement[Any]


class ShownPeople:
    """What is shown of the people with registrations within the actor's scope, as columns of a statement.

    A record that is not open is shown as the latest of these registrations says. `measures` are further columns,
    counted over the registrations of a person that fulfil the conditions; these may name `Attendance` and
    `WorkshopSession`.
    """

    def __init__(
        self, actor: Actor, measures: Mapping[str, ColumnElement[Any]], *conditions: ColumnElement[bool]
    ) -> None:
        self._registrations = (
            select(
                col(Registration.participant_id).label("participant_id"),
                func.max(col(Registration.id)).label("registration_id"),
                func.max(case((col(Registration.opens_record), 1), else_=0)).label("is_open"),
                *(measure.label(name) for name, measure in measures.items()),
            )
            .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
            .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
            .where(registrations_within(actor, Permission.PARTICIPANT_READ), *conditions)
            .group_by(col(Registration.participant_id))
            .subquery()
        )
        self._registration = aliased(Registration)
        self._area_then = aliased(Area)
        sees_all = actor.scope(Permission.PARTICIPANT_READ) is Scope.ALL
        self.is_open = literal(1) if sees_all else self._registrations.c.is_open
        self.measures = tuple(self._registrations.c[name] for name in measures)
        name_given = func.coalesce(col(self._registration.name_given), col(Participant.name))
        self.name = self._choose(col(Participant.name), name_given)
        self.kelurahan_code = self._choose(
            col(Participant.kelurahan_code), col(self._registration.kelurahan_code)
        )
        self.kelurahan = self._choose(col(Area.name), col(self._area_then.name))
        self.phone = self._choose(col(Participant.phone), col(self._registration.contact_phone))

    def select(self, *columns: _Column) -> Select[Any]:
        """Return a statement that selects these columns of the people.

        By default these are the participant, the registration, name, kelurahan, `is_open`, and the measures.
        """
        shown = (Participant, self._registration, self.name, self.kelurahan, self.is_open, *self.measures)
        return (
            select(*(columns or shown))
            .select_from(Participant)
            .join(self._registrations, self._registrations.c.participant_id == col(Participant.id))
            .join(self._registration, col(self._registration.id) == self._registrations.c.registration_id)
            .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
            .outerjoin(self._area_then, col(self._area_then.code) == col(self._registration.kelurahan_code))
        )

    def _choose(self, of_record: _Column, of_registration: _Column) -> ColumnElement[Any]:
        return case((self.is_open == 1, of_record), else_=of_registration)
