"""Tickets: a registration and its session, for whoever holds the code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import (
    Activity,
    GroupMembership,
    Participant,
    Registration,
    RegistrationStatus,
    TargetGroup,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.queries.areas.reference import TargetGroupView
from app.queries.registrations.registrations import (
    RegistrationView,
    registration_of_ticket,
    registration_view,
)
from app.queries.workshops import public_workshops


@dataclass(frozen=True)
class Ticket:
    """`phone` and `email` are what was typed for this registration, and nothing else that is known of the person.

    `group` is the target group in the reader's language. `public` says whether the workshop has a public page.
    """

    registration: RegistrationView
    outside_place: str
    group: str
    phone: str
    email: str
    workshop_code: str
    workshop_title: str
    workshop_id: int
    public: bool
    session_code: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: str
    online_link: str
    cancelled_at: datetime | None
    cancelled_why: str

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing comes of it: the person has cancelled, or the session isn't held."""
        return self.registration.status is RegistrationStatus.CANCELLED or self.cancelled_at is not None

    @property
    def link(self) -> str:
        """Where one takes part online; empty for those who have no place."""
        has_place = self.registration.status in {RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN}
        return self.online_link if has_place and not self.is_cancelled else ""

    @property
    def may_change(self) -> bool:
        """Whether it can still be corrected or cancelled by its holder."""
        return not self.is_cancelled and self.starts_at > now()


def ticket(db: Db, code: str, language: Language) -> Ticket:
    """The ticket of that code. Raises `NotFound` where there is none."""
    registration = registration_of_ticket(db, code)
    held, workshop, venue, group = db.execute(
        select(WorkshopSession, Workshop, col(Venue.name), TargetGroup)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .join(TargetGroup, col(TargetGroup.code) == registration.target_group_code)
        .where(col(WorkshopSession.id) == registration.workshop_session_id)
    ).one()
    return Ticket(
        registration=registration_view(db, registration),
        outside_place=registration.outside_place or "",
        group=group.label_id if language == "id" else group.label_en,
        phone=registration.contact_phone or "",
        email=registration.contact_email or "",
        workshop_code=workshop.code,
        workshop_title=workshop.title,
        workshop_id=workshop.id,
        public=workshop.public and workshop.archived_at is None,
        session_code=held.code,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        mode=held.mode,
        venue=venue or "",
        online_link=held.online_link,
        cancelled_at=held.cancelled_at,
        cancelled_why=held.cancelled_why or "",
    )


def groups_to_choose_from(db: Db, held: Ticket, language: Language) -> tuple[TargetGroupView, ...]:
    """The groups in which its holder may come: the workshop's, and in any case their own."""
    groups = public_workshops.groups_to_choose_from(db, held.workshop_id, language)
    own = TargetGroupView(held.registration.target_group, held.group)
    return groups if own in groups else (*groups, own)


def changes_told(db: Db, shown: Ticket) -> int:
    """How often the log tells of this registration or its session: a number that grows with every change."""
    registration = (col(Activity.subject) == "registration") & (
        col(Activity.subject_id) == shown.registration.code
    )
    workshop_session = (col(Activity.subject) == "session") & (col(Activity.subject_id) == shown.session_code)
    return db.scalar(select(func.count()).where(registration | workshop_session)) or 0


def is_own_record(db: Db, registration: Registration) -> bool:
    """Whether the ticket's holder may change the person's own record, and not only what the ticket says.

    They may where phone or e-mail is the one on the ticket, or where nothing else is known of that person: whoever
    registers under a name and a kelurahan that are known already may be a stranger, and so may who comes after
    somebody has cancelled.
    """
    person = db.get_one(Participant, registration.participant_id)
    return has_own_contact(registration, person) or not (
        person.phone or person.email or person.nik_key or _is_known_otherwise(db, registration)
    )


def has_own_contact(registration: Registration, person: Participant) -> bool:
    """Whether the phone or the e-mail given for the registration is the one that is known of the person."""
    return bool(
        (registration.contact_phone and registration.contact_phone == person.phone)
        or (registration.contact_email and registration.contact_email == person.email)
    )


def _is_known_otherwise(db: Db, registration: Registration) -> bool:
    """Whether the person has another registration, or belongs to a group."""
    others = select(col(Registration.id)).where(
        col(Registration.participant_id) == registration.participant_id,
        col(Registration.id) != registration.id,
    )
    memberships = select(col(GroupMembership.id)).where(
        col(GroupMembership.participant_id) == registration.participant_id
    )
    return bool(db.scalar(select(others.exists() | memberships.exists())))
