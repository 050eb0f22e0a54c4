"""Organizations (penyelenggara), users, and their credentials.

Of links, cookies and tokens only the SHA-256 is stored, so a copy of the database gives no access. They are long and
random, so a slower hash is not needed.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint, false, true
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class OrganizationKind(StrEnum):
    """The kinds of organizations. Dinas Kominfo, the city's agency for communication, has a kind of its own: its
    viewers set the targets.
    """

    DINAS_KOMINFO = "dinas-kominfo"
    PERANGKAT_DAERAH = "perangkat-daerah"
    KELURAHAN = "kelurahan"
    BUMD = "bumd"
    PERGURUAN_TINGGI = "perguruan-tinggi"
    MITRA = "mitra"


class Organization(SQLModel, table=True):
    """An organizer of workshops; every user belongs to one.

    `phone` (E.164) is the number to ask about its workshops.
    """

    __tablename__ = "organization"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: OrganizationKind = Field(sa_type=choice(OrganizationKind, "kind"))
    phone: str | None = None


class Role(StrEnum):
    ADMIN = "admin"
    ORGANIZER = "organizer"
    STAFF = "staff"
    VIEWER = "viewer"


class User(SQLModel, table=True):
    """A person with an account.

    `may_see_participants` is the grant "lihat peserta", which only viewers need, and `may_see_niks` the grant "lihat
    NIK", which only administrators can have. `language` is "id" or "en", None until they choose one. With
    `wants_login_mails` they get a mail when a new browser has logged in.
    """

    __tablename__ = "app_user"

    id: int = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=choice(Role, "role"))
    organization_id: int = Field(foreign_key="organization.id", index=True)
    password_hash: str | None = None
    may_see_participants: bool = False
    may_see_niks: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    active: bool = True
    language: str | None = Field(default=None, max_length=2)
    wants_login_mails: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    created_at: datetime = Field(default_factory=now, sa_type=Instant)


class LoginSession(SQLModel, table=True):
    """A browser's login. `key` is the hash of its cookie, `address` the shortened network address of the last use.

    `last_used_at` is exact to a minute.
    """

    __tablename__ = "login_session"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    browser: str = ""
    last_used_at: datetime = Field(default_factory=now, sa_type=Instant)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})


class PendingLogin(SQLModel, table=True):
    """A login whose password was right and whose second step is still to come. `key` is the hash of its secret."""

    __tablename__ = "pending_login"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    failures: int = 0
    expires_at: datetime = Field(sa_type=Instant)


class KnownDevice(SQLModel, table=True):
    """A browser in which a user has logged in. `key` is the hash of its cookie, `network` its shortened address.

    Wrong passwords from elsewhere don't delay logins from here.
    """

    __tablename__ = "known_device"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    network: str
    last_used_at: datetime = Field(default_factory=now, sa_type=Instant)


class LoginFailure(SQLModel, table=True):
    """A wrong password or code. Several of one e-mail from one source, or of one source, delay the next attempt.

    `address` is that source: the network address, or the hash of a `KnownDevice` of the user. `is_known`: it is such a
    device, or in a network from which this user has logged in before.
    """

    __tablename__ = "login_failure"

    id: int = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    address: str = Field(index=True)
    is_known: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    at: datetime = Field(default_factory=now, sa_type=Instant, index=True)


class PasswordLink(SQLModel, table=True):
    """A one-time link for setting a password. `key` is the hash of its secret."""

    __tablename__ = "password_link"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    expires_at: datetime = Field(sa_type=Instant)


class EmailChange(SQLModel, table=True):
    """A new e-mail address that its owner has not confirmed yet. `key` is the hash of the mailed link's secret.

    It is None until the mail is written.
    """

    __tablename__ = "email_change"

    user_id: int = Field(foreign_key="app_user.id", primary_key=True)
    email: str
    key: str | None = Field(default=None, unique=True, max_length=64)
    expires_at: datetime = Field(sa_type=Instant)


class AuthenticatorApp(SQLModel, table=True):
    """The second factor of a user by an app on their phone (TOTP, RFC 6238). `secret` is encrypted.

    It counts once `confirmed_at` is set. `last_step` is the time step of the last code that was accepted, so that no
    code is accepted twice.
    """

    __tablename__ = "authenticator_app"

    user_id: int = Field(foreign_key="app_user.id", primary_key=True)
    secret: str
    last_step: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


class RecoveryCode(SQLModel, table=True):
    """A code that stands once for the second factor; it is deleted when it is used. `key` is its hash."""

    __tablename__ = "recovery_code"

    key: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)


class Passkey(SQLModel, table=True):
    """A passkey of a user (WebAuthn). `credential_id` is base64url; `sign_count` is what the device counted last."""

    __tablename__ = "passkey"

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    credential_id: str = Field(unique=True)
    public_key: bytes
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)


class PasskeyChallenge(SQLModel, table=True):
    """A challenge that a passkey has to sign once, to be added or to log in.

    `key` is the hash of the challenge and of what it is for.
    """

    __tablename__ = "passkey_challenge"

    key: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=Instant)


class ApprovalKind(StrEnum):
    PASSWORD_LINK = "password-link"  # noqa: S105 (the name of what is asked for)
    SECOND_FACTOR_RESET = "second-factor-reset"
    ROLE = "role"
    DEACTIVATION = "deactivation"


class Approval(SQLModel, table=True):
    """What one administrator asked for that would give or take an administrator's access; a second one approves it.

    `details` has the new role, where the kind is "role". A password link is made by the one who asked once
    `approved_at` is set; everything else is done at once, and the row is deleted.
    """

    __tablename__ = "approval"

    id: int = Field(default=None, primary_key=True)
    kind: ApprovalKind = Field(sa_type=choice(ApprovalKind, "kind"))
    user_id: int = Field(foreign_key="app_user.id", index=True)
    requested_by: int = Field(foreign_key="app_user.id", index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDocument)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    approved_at: datetime | None = Field(default=None, sa_type=Instant)


class TokenScope(StrEnum):
    """What a token may do at most; each includes those before it.

    `figures`: read figures without names and reference data. `people`: read the people of its user's workshops.
    `write`: all that its user may do.
    """

    FIGURES = "figures"
    PEOPLE = "people"
    WRITE = "write"


class ApiToken(SQLModel, table=True):
    """A token of the API. `key` is the hash of its secret, which is shown once.

    Tokens made before scopes existed may do all that their user may, and those without `expires_at` never expire.
    `last_used_at` is exact to a minute.
    """

    __tablename__ = "api_token"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    name: str
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    scope: TokenScope = Field(
        default=TokenScope.WRITE,
        sa_type=choice(TokenScope, "scope"),
        sa_column_kwargs={"server_default": TokenScope.WRITE.value},
    )
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)


class ExternalIdentity(SQLModel, table=True):
    """An account at an identity provider by which a user logs in: the provider's `issuer` and its `subject` there.

    A user has at most one at each provider. `confirmed` says that the user has linked it while logged in as usual,
    which administrators need; otherwise the verified e-mail has linked it.
    """

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    issuer: str
    subject: str
    confirmed: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    used_at: datetime = Field(default_factory=now, sa_type=Instant)
