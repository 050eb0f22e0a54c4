"""Tickets: a registration with its session. Knowing the ticket's code is enough to read it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, Translator
from app.models import (
    ACCESS_ACTIONS,
    CHANNELS_WITHOUT_ACCOUNT,
    Activity,
    Area,
    GroupMembership,
    Organization,
    Participant,
    Registration,
    RegistrationStatus,
    TargetGroup,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.queries.messages.contacts import has_own_contact
from app.queries.registrations.registrations import (
    RegistrationView,
    get_registration_by_ticket,
    get_registration_view,
)
from app.queries.workshops.group_question import GroupQuestion, get_group_question
from app.queries.workshops.public_workshops import PublicVenue, public_venue
from app.reports.calendar import CalendarEntry, render_calendar


@dataclass(frozen=True)
class Ticket:
    """`phone` and `email` are those typed for this registration, not those of the person's record.

    `group` is the target group's label in the reader's language; `public` tells whether the workshop has a public page,
    and `contact_phone` (E.164) is the number to ask about it, "" if there is none.
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
    organization: str
    contact_phone: str
    session_code: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: PublicVenue | None
    online_link: str
    cancelled_at: datetime | None
    cancelled_why: str

    @property
    def is_cancelled(self) -> bool:
        """Return whether the registration or the session is cancelled."""
        return self.registration.status is RegistrationStatus.CANCELLED or self.cancelled_at is not None

    @property
    def link(self) -> str:
        """Return the URL of the online session, "" for people without a seat."""
        has_seat = self.registration.status in {RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN}
        return self.online_link if has_seat and not self.is_cancelled else ""

    @property
    def may_change(self) -> bool:
        """Return whether the holder may still correct or cancel the registration."""
        return not self.is_cancelled and self.starts_at > now()


def get_ticket(db: Db, code: str, language: Language) -> Ticket:
    """Return the ticket with this code; no permission is needed. Raises `NotFound` if there is none."""
    registration = get_registration_by_ticket(db, code)
    workshop_session, workshop, organization, venue, kelurahan, group = db.execute(
        select(WorkshopSession, Workshop, Organization, Venue, col(Area.name), TargetGroup)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .join(TargetGroup, col(TargetGroup.code) == registration.target_group_code)
        .where(col(WorkshopSession.id) == registration.workshop_session_id)
    ).one()
    return Ticket(
        registration=get_registration_view(db, registration),
        outside_place=registration.outside_place or "",
        group=group.label_id if language == "id" else group.label_en,
        phone=registration.contact_phone or "",
        email=registration.contact_email or "",
        workshop_code=workshop.code,
        workshop_title=workshop.title,
        workshop_id=workshop.id,
        public=workshop.public and workshop.archived_at is None,
        organization=organization.name,
        contact_phone=workshop.contact_phone or organization.phone or "",
        session_code=workshop_session.code,
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        mode=workshop_session.mode,
        venue=public_venue(venue, kelurahan),
        online_link=workshop_session.online_link,
        cancelled_at=workshop_session.cancelled_at,
        cancelled_why=workshop_session.cancelled_why or "",
    )


def get_question_of_ticket(db: Db, ticket: Ticket, language: Language) -> GroupQuestion:
    """Return the question about the group of the ticket's holder, who may also keep the one that they have."""
    return get_group_question(db, ticket.workshop_id, language, own=ticket.registration.target_group)


def render_ticket_calendar(db: Db, ticket: Ticket, base_url: str, _: Translator) -> bytes:
    """Return an iCalendar file with the ticket's session. `base_url` is the URL of the service."""
    address = f"{base_url}/tiket/{ticket.registration.code}"
    is_waiting = ticket.registration.status is RegistrationStatus.WAITLISTED
    entry = CalendarEntry(
        uid=f"{ticket.registration.code}@{urlsplit(base_url).hostname}",
        sequence=_count_changes(db, ticket),
        title=ticket.workshop_title,
        starts_at=ticket.starts_at,
        ends_at=ticket.ends_at,
        location=ticket.venue.text if ticket.venue else ticket.link,
        description=_("Your ticket: %(address)s") % {"address": address},
        url=address,
        status="CANCELLED" if ticket.is_cancelled else "TENTATIVE" if is_waiting else "CONFIRMED",
    )
    return render_calendar(entry, now())


def is_own_record(db: Db, registration: Registration) -> bool:
    """Return whether the record says no more than this registration did, which made it, so that its ticket corrects it.

    It doesn't if anything else is known of the person, or they have another contact, as after a ticket that was
    cancelled: the holder may be a stranger who typed the name and the number of somebody known.
    """
    person = db.get_one(Participant, registration.participant_id)
    has_same_contact = has_own_contact(registration, person) or not (person.phone or person.email)
    return (
        registration.channel in CHANNELS_WITHOUT_ACCOUNT
        and has_same_contact
        and person.nik_key is None
        and not _is_known_otherwise(db, registration)
    )


def _count_changes(db: Db, ticket: Ticket) -> int:
    """Return the number of changes of this registration and its session in the activity log."""
    of_registration = (col(Activity.subject) == "registration") & (
        col(Activity.subject_id) == ticket.registration.code
    )
    of_session = (col(Activity.subject) == "session") & (col(Activity.subject_id) == ticket.session_code)
    changes = col(Activity.action).not_in(ACCESS_ACTIONS)
    return db.scalar(select(func.count()).where(of_registration | of_session, changes)) or 0


def _is_known_otherwise(db: Db, registration: Registration) -> bool:
    """Return whether the person has another registration or belongs to a group."""
    others = select(col(Registration.id)).where(
        col(Registration.participant_id) == registration.participant_id,
        col(Registration.id) != registration.id,
    )
    memberships = select(col(GroupMembership.id)).where(
        col(GroupMembership.participant_id) == registration.participant_id
    )
    return bool(db.scalar(select(others.exists() | memberships.exists())))
