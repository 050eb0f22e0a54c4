"""What users see of their own account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from app.database import Db
from app.models import (
    ApiToken,
    AuthenticatorApp,
    EmailChange,
    LoginSession,
    Organization,
    Passkey,
    RecoveryCode,
    User,
)
from app.models.base import now
from app.permissions import Actor


@dataclass(frozen=True)
class OwnLogin:
    """A browser in which the user is logged in. `browser` is the User-Agent header, `network` a shortened address."""

    key: str
    browser: str
    network: str
    created_at: datetime
    last_used_at: datetime


@dataclass(frozen=True)
class SecondFactors:
    """How a user does the second step of their login. `codes_left` is the number of their unused recovery codes."""

    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_set_up(self) -> bool:
        return self.has_app or bool(self.passkeys)


@dataclass(frozen=True)
class OwnAccount:
    """A user's own account. `pending_email` is a new address that is not confirmed yet, "" without one."""

    email: str
    name: str
    role: str
    organization: str
    language: str
    wants_login_mails: bool
    has_password: bool
    pending_email: str
    second_factors: SecondFactors
    logins: tuple[OwnLogin, ...]
    tokens: tuple[ApiToken, ...]


def get_second_factors(db: Db, actor: Actor) -> SecondFactors:
    """Return how the actor does the second step of their login."""
    app = db.get(AuthenticatorApp, actor.user_id)
    passkeys = db.exec(select(Passkey).where(Passkey.user_id == actor.user_id).order_by(col(Passkey.id)))
    codes = db.exec(select(func.count()).where(RecoveryCode.user_id == actor.user_id)).one()
    return SecondFactors(app is not None and app.confirmed_at is not None, tuple(passkeys), codes)


def get_own_account(db: Db, actor: Actor, idle: timedelta) -> OwnAccount:
    """Return the actor's account with their logins, the last used first, and all their tokens, the oldest first.

    A login that was not used for `idle` has ended.
    """
    user = db.get_one(User, actor.user_id)
    change = db.get(EmailChange, user.id)
    moment = now()
    logins = db.exec(
        select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.expires_at > moment,
            LoginSession.last_used_at > moment - idle,
        )
        .order_by(col(LoginSession.last_used_at).desc())
    )
    tokens = db.exec(select(ApiToken).where(ApiToken.user_id == user.id).order_by(col(ApiToken.id)))
    return OwnAccount(
        email=user.email,
        name=user.name,
        role=user.role.value,
        organization=db.get_one(Organization, user.organization_id).name,
        language=user.language or "",
        wants_login_mails=user.wants_login_mails,
        has_password=user.password_hash is not None,
        pending_email=change.email if change and change.expires_at > moment else "",
        second_factors=get_second_factors(db, actor),
        logins=tuple(
            OwnLogin(one.key, one.browser, one.address, one.created_at, one.last_used_at) for one in logins
        ),
        tokens=tuple(tokens),
    )
