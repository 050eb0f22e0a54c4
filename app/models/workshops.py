"""Workshops (kegiatan), their sessions (sesi), and venues (tempat)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, false
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class Pillar(StrEnum):
    """The four pillars of the national digital-literacy programme (Gerakan Nasional Literasi Digital)."""

    CAKAP = "cakap"
    ETIKA = "etika"
    AMAN = "aman"
    BUDAYA = "budaya"


class Workshop(SQLModel, table=True):
    """A workshop. A `public` one has a page for registering online; an archived one is left out of lists.

    `contact_phone` (E.164) is the number to ask about it, None for that of its organization.
    """

    __tablename__ = "workshop"

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    title: str
    description: str = ""
    organization_id: int = Field(foreign_key="organization.id", index=True)
    pillar: Pillar | None = Field(default=None, sa_type=choice(Pillar, "pillar"))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    public: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    archived_at: datetime | None = Field(default=None, sa_type=Instant)
    contact_phone: str | None = None


class WorkshopTargetGroup(SQLModel, table=True):
    """A target group that a workshop is for."""

    __tablename__ = "workshop_target_group"

    workshop_id: int = Field(foreign_key="workshop.id", primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", primary_key=True)


class SessionMode(StrEnum):
    LURING = "luring"
    DARING = "daring"
    HYBRID = "hybrid"


class WorkshopSession(SQLModel, table=True):
    """One meeting of a workshop.

    Registration is open from the session's creation to its start, unless `registration_opens_at` and
    `registration_closes_at` say otherwise. Seats are capped for the session (`capacity`), for each kelurahan
    (`places_per_kelurahan`) and for groups (`SessionGroupSeats`). Sessions that were created together have the code of
    the first of them as their `series_code`. A list of an online meeting counts people as present who took part for
    `min_minutes`, or, if that is None, for half of the session.
    """

    __tablename__ = "workshop_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="duration"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("places_per_kelurahan > 0", name="places_per_kelurahan"),
        CheckConstraint("registration_closes_at > registration_opens_at", name="registration_time"),
        CheckConstraint("min_minutes > 0", name="min_minutes"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    workshop_id: int = Field(foreign_key="workshop.id", index=True)
    starts_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime = Field(sa_type=Instant)
    mode: SessionMode = Field(default=SessionMode.LURING, sa_type=choice(SessionMode, "mode"))
    venue_id: int | None = Field(default=None, foreign_key="venue.id", index=True)
    online_link: str = ""
    capacity: int | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    registration_opens_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_closes_at: datetime | None = Field(default=None, sa_type=Instant)
    places_per_kelurahan: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_why: str | None = None
    series_code: str | None = Field(default=None, max_length=40, index=True)
    min_minutes: int | None = None


class SessionStaff(SQLModel, table=True):
    """Assigns a user with the role staff to a session: the user sees its people and records their attendance."""

    __tablename__ = "session_staff"

    workshop_session_id: int = Field(foreign_key="workshop_session.id", primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", primary_key=True, index=True)


class SessionGroupSeats(SQLModel, table=True):
    """The cap on a target group's seats in a session; a group without a row has no cap."""

    __tablename__ = "session_group_places"
    __table_args__ = (CheckConstraint("places > 0", name="places"),)

    workshop_session_id: int = Field(foreign_key="workshop_session.id", primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", primary_key=True)
    places: int


class VenueKind(StrEnum):
    AULA = "aula"
    KANTOR = "kantor"
    SEKOLAH = "sekolah"
    KAMPUS = "kampus"
    RUANG_PUBLIK = "ruang-publik"
    LAINNYA = "lainnya"


class Venue(SQLModel, table=True):
    """A place where sessions are held. `public_wifi` says whether it has the city's free Wi-Fi, None if unknown.

    `address` is street and number, as people look for them on a map; "" if it is not known.

    Every organization may use it; `organization_id` is the one that changes it. Without one, only administrators do.
    """

    __tablename__ = "venue"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    kind: VenueKind = Field(default=VenueKind.LAINNYA, sa_type=choice(VenueKind, "kind"))
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code", index=True)
    public_wifi: bool | None = None
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
