"""The roster of a session: its attendance list as a file, with the choices of the drop-down lists in it."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import Area, Attendance, Organization, Participant, Registration, Workshop
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.participants import place_name
from app.queries.people.records import shown_name
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED, get_workshop_session_view
from app.queries.workshops.workshops import list_target_group_codes
from app.spreadsheets.exports.rosters import Roster, RosterLine


def get_roster(db: Db, actor: Actor, session_code: str, language: Language) -> Roster:
    """Return the roster of a session: its confirmed people and walk-ins, sorted by name.

    The choices are the kelurahan that are valid today, by `reading_order`, and all target groups, the workshop's first.
    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session_view(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    labels = {group.code: group.label for group in reference.list_target_groups(db, language)}
    workshop_groups = list_target_group_codes(db, workshop_session.workshop_id)
    return Roster(
        session_code=workshop_session.code,
        workshop_title=workshop_session.workshop_title,
        organization=_organization_name(db, workshop_session.workshop_id),
        venue=workshop_session.venue,
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        people=_roster_lines(db, workshop_session.id, labels),
        kelurahan=tuple(area.name for area in reference.list_kelurahan(db)),
        target_groups=tuple(
            label for _, label in sorted(labels.items(), key=lambda group: group[0] not in workshop_groups)
        ),
    )


def _organization_name(db: Db, workshop_id: int) -> str:
    return db.scalars(
        select(col(Organization.name))
        .join(Workshop, col(Workshop.organization_id) == col(Organization.id))
        .where(col(Workshop.id) == workshop_id)
    ).one()


def _roster_lines(db: Db, workshop_session_id: int, group_labels: dict[str, str]) -> tuple[RosterLine, ...]:
    """Return the confirmed people and walk-ins, sorted by name. `group_labels` are the groups' labels by code."""
    statement = (
        # Columns, because rows of the ORM would take three times the memory in a list of 10,000.
        select(
            col(Registration.code),
            shown_name(),
            col(Registration.sex),
            col(Area.name),
            col(Registration.outside_place),
            col(Registration.rt),
            col(Registration.target_group_code),
            col(Attendance.status),
        )
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session_id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
        )
        .order_by(col(Registration.id))
    )
    people = [
        RosterLine(
            registration=code,
            name=name,
            sex=sex.value if sex else None,
            place=place_name(kelurahan, outside_place),
            rt=rt,
            target_group=group_labels[group_code],
            attendance=attendance.value if attendance else None,
        )
        for code, name, sex, kelurahan, outside_place, rt, group_code, attendance in db.execute(statement)
    ]
    # Sorted here, because SQLite and PostgreSQL sort names differently.
    return tuple(sorted(people, key=lambda line: line.name.casefold()))
