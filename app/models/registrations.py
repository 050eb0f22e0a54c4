"""Registrations (pendaftaran), attendance (kehadiran), and delegation links (tautan delegasi)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, true
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, index_where_present, now
from app.models.people import Sex


class RegistrationStatus(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    WALK_IN = "walk-in"
    CANCELLED = "cancelled"


class Basis(StrEnum):
    """The legal basis on which a person's data is processed (UU 27/2022, article 20)."""

    CONSENT = "consent"
    PUBLIC_TASK = "public-task"
    PAPER_CONSENT = "paper-consent"


class Channel(StrEnum):
    """How a registration was made. A registration without a channel was made by an attendance sheet."""

    SELF = "self"
    ORGANIZER = "organizer"
    DELEGATION = "delegation"
    WALK_IN = "walk-in"


# Users of these channels have no account: their right comes from the public page or from a delegation link.
CHANNELS_WITHOUT_ACCOUNT = frozenset({Channel.SELF, Channel.DELEGATION})


class Registration(SQLModel, table=True):
    """A person's registration for a session, with the facts as they were at that time.

    `kelurahan_code`, `rt`, `sex` and `target_group_code` are frozen: a person who moves later still came from there.
    `name_given` is the name as it was typed, where the record's differs or the record is not open; the ticket shows it.
    `opens_record` tells whether the session's organization may read the person's record because of this registration:
    not if others had made the record before (`queries.people.records`).

    `contact_*` are the contacts given for this registration, and `contact_confirmed_at` is when the holder of the
    ticket typed the code sent to `contact_email`. `waiting_number` is the position in the waiting list, in the order in
    which the session's row was locked; it stays the same when others move up. `request_key` identifies the form that
    was sent: a form sent twice registers once. `consent_notice` is the version of the privacy notice to which the
    person agreed, `informed_notice` the one of which a kelurahan said that it told its delegates; each with the time.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("workshop_session_id", "participant_id"),
        CheckConstraint("(kelurahan_code IS NULL) <> (outside_place IS NULL)", name="place"),
        CheckConstraint("(consented_at IS NULL) = (consent_notice IS NULL)", name="consent"),
        CheckConstraint("(basis = 'consent') = (consent_notice IS NOT NULL)", name="consent_basis"),
        CheckConstraint("channel <> 'self' OR basis = 'consent'", name="self_consent"),
        CheckConstraint("(informed_at IS NULL) = (informed_notice IS NULL)", name="informed"),
        Index(
            "ix_registration_places", "workshop_session_id", "status", "kelurahan_code", "target_group_code"
        ),
        Index("ix_registration_person", "participant_id", "workshop_session_id"),
        index_where_present("registration", "delegation_link_id"),
        index_where_present("registration", "request_key", unique=True),
        index_where_present("registration", "waiting_number", within=("workshop_session_id",)),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    participant_id: int = Field(foreign_key="participant.id")
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus, "status"))
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code")
    outside_place: str | None = None
    rt: str | None = Field(default=None, max_length=3)
    sex: Sex | None = Field(default=None, sa_type=choice(Sex, "sex"))
    target_group_code: str = Field(foreign_key="target_group.code")
    basis: Basis = Field(sa_type=choice(Basis, "basis"))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    waiting_number: int | None = None
    channel: Channel | None = Field(default=None, sa_type=choice(Channel, "channel"))
    registered_by: int | None = Field(default=None, foreign_key="app_user.id")
    delegation_link_id: int | None = Field(default=None, foreign_key="delegation_link.id")
    name_given: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    contact_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    opens_record: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    language: str | None = Field(default=None, max_length=2)
    consent_notice: str | None = Field(default=None, foreign_key="privacy_notice.version", max_length=10)
    consented_at: datetime | None = Field(default=None, sa_type=Instant)
    request_key: str | None = Field(default=None, max_length=64)
    informed_notice: str | None = Field(default=None, foreign_key="privacy_notice.version", max_length=10)
    informed_at: datetime | None = Field(default=None, sa_type=Instant)


class ContactCode(SQLModel, table=True):
    """The code that was sent to a registration's e-mail address last, as a keyed hash. A few wrong ones end it."""

    __tablename__ = "contact_code"

    registration_id: int = Field(foreign_key="registration.id", primary_key=True, ondelete="CASCADE")
    code_key: str
    recipient: str
    sent_at: datetime = Field(default_factory=now, sa_type=Instant)
    wrong_codes: int = 0


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Attendance(SQLModel, table=True):
    """The outcome of a registration. `attendance_import_id` is the import that recorded it last, if any did."""

    __tablename__ = "attendance"

    registration_id: int = Field(foreign_key="registration.id", primary_key=True)
    status: AttendanceStatus = Field(sa_type=choice(AttendanceStatus, "status"))
    recorded_at: datetime = Field(default_factory=now, sa_type=Instant)
    recorded_by: int | None = Field(default=None, foreign_key="app_user.id")
    attendance_import_id: int | None = Field(default=None, foreign_key="attendance_import.id", index=True)


class AttendanceMark(SQLModel, table=True):
    """A mark made at the venue. The mark with the latest `marked_at` (the device's clock) is the outcome.

    A mark without a `status` takes the earlier marks back. `nonce` is chosen by the device: a mark that is sent twice
    because the answer was lost is stored once.
    """

    __tablename__ = "attendance_mark"

    id: int = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", ondelete="CASCADE", index=True)
    status: AttendanceStatus | None = Field(default=None, sa_type=choice(AttendanceStatus, "status"))
    marked_at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(default_factory=now, sa_type=Instant)
    marked_by: int | None = Field(default=None, foreign_key="app_user.id")
    nonce: str | None = Field(default=None, max_length=64, unique=True)


class DelegationLink(SQLModel, table=True):
    """A link by which the staff of one kelurahan register people for one session without an account.

    Its address is the signed id, so that no other link can be guessed from it. `contact_phone` (E.164) is the number by
    which those staff pass news on to people who gave no contact of their own; None until somebody was registered.
    """

    __tablename__ = "delegation_link"

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    kelurahan_code: str = Field(foreign_key="area.code", index=True)
    created_by: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    contact_phone: str | None = None
