"""API tokens: programs that act as a user, within the token's scope, until it ends or is revoked."""

from datetime import datetime, timedelta

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.models import ApiToken, TokenScope, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.accounts.users import FIELD_ERRORS, MAX_NAME_LENGTH
from app.services.activities import log_activity, snapshot

TOKEN_LIFETIME = timedelta(days=90)


def create_api_token(
    db: Db,
    actor: Actor,
    user: User,
    name: str,
    expires_at: datetime | None = None,
    scope: TokenScope = TokenScope.WRITE,
) -> str:
    """Create and log a token for a program that acts as `user`; return its secret, which can't be shown again.

    Without `expires_at` it expires in 90 days. Raises `Forbidden` without `USER_WRITE`, and `Invalid` for an empty or
    too long name.
    """
    actor.require(Permission.USER_WRITE)
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise Invalid(FIELD_ERRORS["name"], fields={"name": FIELD_ERRORS["name"]})
    secret = f"jgk_{new_secret()}"
    token = ApiToken(
        key=hash_secret(secret),
        user_id=user.id,
        name=name,
        expires_at=expires_at or now() + TOKEN_LIFETIME,
        scope=scope,
    )
    db.add(token)
    db.flush()
    log_activity(db, actor, "create", "api-token", token.id, after=snapshot(token))
    return secret


def revoke_api_token(db: Db, actor: Actor, token_id: int) -> ApiToken:
    """Delete an API token, log it, and return its record.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound`.
    """
    actor.require(Permission.USER_WRITE)
    return _revoke_token(db, actor, token_id, db.get(ApiToken, token_id))


def revoke_own_token(db: Db, actor: Actor, token_id: int) -> None:
    """Delete an API token of the actor and log it. Raises `NotFound` if the actor has no such token."""
    token = db.get(ApiToken, token_id)
    _revoke_token(db, actor, token_id, token if token and token.user_id == actor.user_id else None)


def _revoke_token(db: Db, actor: Actor, token_id: int, token: ApiToken | None) -> ApiToken:
    if token is None:
        raise NotFound(N_("There is no API token %(token)s."), token=token_id)
    db.delete(token)
    log_activity(db, actor, "revoke", "api-token", token_id, before=snapshot(token))
    return token
