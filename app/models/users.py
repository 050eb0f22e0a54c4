"""Who uses the service, and by what they prove it: password, login session, one-time link, API token.

Of links, cookies and tokens only a SHA-256 is stored: they are random and long, so nothing slower is needed,
and a copy of the database opens no door.
"""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class Role(StrEnum):
    ADMIN = "admin"
    ORGANIZER = "organizer"
    STAFF = "staff"
    VIEWER = "viewer"


class User(SQLModel, table=True):
    """`may_see_participants` is the grant "lihat peserta" of settled permissions, for viewers."""

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
    """A browser that is logged in, until it logs out, is revoked or expires."""

    __tablename__ = "login_session"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    browser: str = ""


class LoginFailure(SQLModel, table=True):
    """A wrong password; several slow down the next try (for the e-mail and for the address)."""

    __tablename__ = "login_failure"

    id: int = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    address: str = Field(index=True)
    at: datetime = Field(default_factory=now, sa_type=Instant, index=True)


class PasswordLink(SQLModel, table=True):
    """A one-time link by which a user sets a password."""

    __tablename__ = "password_link"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    expires_at: datetime = Field(sa_type=Instant)


class ApiToken(SQLModel, table=True):
    __tablename__ = "api_token"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    name: str
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
