"""Organizations (penyelenggara), users, and their credentials.

Of links, cookies and tokens only the SHA-256 is stored, so a copy of the database gives no access. They are long and
random, so a slower hash is not needed.
"""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class OrganizationKind(StrEnum):
    PERANGKAT_DAERAH = "perangkat-daerah"
    KELURAHAN = "kelurahan"
    BUMD = "bumd"
    PERGURUAN_TINGGI = "perguruan-tinggi"
    MITRA = "mitra"


class Organization(SQLModel, table=True):
    """An organizer of workshops; every user belongs to one."""

    __tablename__ = "organization"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: OrganizationKind = Field(sa_type=choice(OrganizationKind, "kind"))


class Role(StrEnum):
    ADMIN = "admin"
    ORGANIZER = "organizer"
    STAFF = "staff"
    VIEWER = "viewer"


class User(SQLModel, table=True):
    """A person with an account. `may_see_participants` is the grant "lihat peserta", which only viewers need."""

    __tablename__ = "app_user"

    id: int = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=choice(Role, "role"))
    organization_id: int = Field(foreign_key="organization.id", index=True)
    password_hash: str | None = None
    may_see_participants: bool = False
    active: bool = True
    created_at: datetime = Field(default_factory=now, sa_type=Instant)


class LoginSession(SQLModel, table=True):
    """A browser's login. `key` is the hash of its cookie."""

    __tablename__ = "login_session"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    browser: str = ""


class LoginFailure(SQLModel, table=True):
    """A wrong password. Several of one e-mail or one IP address (`address`) delay the next attempt."""

    __tablename__ = "login_failure"

    id: int = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    address: str = Field(index=True)
    at: datetime = Field(default_factory=now, sa_type=Instant, index=True)


class PasswordLink(SQLModel, table=True):
    """A one-time link for setting a password. `key` is the hash of its secret."""

    __tablename__ = "password_link"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    expires_at: datetime = Field(sa_type=Instant)


class ApiToken(SQLModel, table=True):
    """A token of the API. `key` is the hash of its secret, which is shown once."""

    __tablename__ = "api_token"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    name: str
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
