"""Who has to set up a second factor, asking for the password before it is changed, and the site of passkeys."""

from datetime import timedelta

from fastapi import Request

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Role
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.logins import find_login
from app.services.accounts.passkeys import RelyingParty
from app.web.accounts.login_cookie import get_login_secret
from app.web.accounts.own_password import require_own_password
from app.web.container import container_of

# Who has just logged in need not type their password again.
RECENT = timedelta(minutes=10)


def is_second_factor_required(request: Request, actor: Actor) -> bool:
    """Return whether the setting `JANGKAU_SECOND_FACTOR` asks this actor for a second factor."""
    match container_of(request).settings.second_factor:
        case "all":
            return True
        case "admins":
            return actor.role is Role.ADMIN
        case _:
            return False


def has_logged_in_recently(request: Request, read_db: Db) -> bool:
    """Return whether this login began within the last ten minutes."""
    found = find_login(read_db, get_login_secret(request) or "")
    return found is not None and found[0].created_at > now() - RECENT


def require_recent_login(request: Request, read_db: Db, actor: Actor, password: str) -> None:
    """Raise as `require_own_password` does, unless the actor has logged in within the last ten minutes."""
    if not has_logged_in_recently(request, read_db):
        require_own_password(request, read_db, actor, password)


def relying_party(request: Request) -> RelyingParty:
    """Return the site that passkeys belong to. Raises `NotFound` where browsers allow none."""
    site = RelyingParty.from_base_url(container_of(request).settings.base_url)
    if site is None:
        raise NotFound(N_("Passkeys need a service with a name and https."))
    return site
