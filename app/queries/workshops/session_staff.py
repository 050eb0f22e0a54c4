"""The staff of sessions: users with the role staff who see a session's people and record its attendance."""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlmodel import col

from app.database import Db
from app.models import Role, SessionStaff, User
from app.queries.workshops.workshop_sessions import WorkshopSessionView


@dataclass(frozen=True)
class StaffView:
    """A user who works at sessions; `assigned` tells whether they are assigned to the session that was asked for."""

    id: int
    name: str
    email: str
    assigned: bool


def list_session_staff(db: Db, workshop_session: WorkshopSessionView) -> list[StaffView]:
    """Return the users who are assigned to a session, by name. The caller has loaded it within the actor's scope.

    Only active staff of the session's organization: the others do not see the session any more.
    """
    staff = list_assignable_staff(db, workshop_session.organization_id, workshop_session.id)
    return [user for user in staff if user.assigned]


def list_assignable_staff(
    db: Db, organization_id: int, workshop_session_id: int | None = None
) -> list[StaffView]:
    """Return the active staff of an organization by name, with those assigned to the session marked.

    The caller checks whether the actor may assign them.
    """
    is_assigned = exists().where(
        col(SessionStaff.user_id) == col(User.id),
        col(SessionStaff.workshop_session_id) == workshop_session_id,
    )
    statement = (
        select(col(User.id), col(User.name), col(User.email), is_assigned)
        .where(
            col(User.organization_id) == organization_id,
            col(User.role) == Role.STAFF,
            col(User.active),
        )
        .order_by(col(User.name), col(User.id))
    )
    return [StaffView(id_, name, email, assigned) for id_, name, email, assigned in db.execute(statement)]
