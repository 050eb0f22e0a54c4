"""Asking users for their present password before they change how they log in."""

from fastapi import Request

from app.database import Db, writing
from app.errors import Invalid
from app.i18n import N_
from app.models import User
from app.permissions import Actor
from app.services.accounts.login_limits import count_attempt, forget_failures, log_failed_login
from app.services.accounts.logins import authenticate
from app.web.accounts.login_cookie import login_source
from app.web.container import container_of

WRONG = N_("This is not your present password.")


def require_own_password(request: Request, read_db: Db, actor: Actor, password: str) -> None:
    """Raise `Invalid` (field "present") unless this is the actor's password; a user without one needs none.

    Wrong ones count as at the login, so that a browser left open is not a way to guess: raises `TooManyRequests` too.
    """
    user = read_db.get_one(User, actor.user_id)
    if user.password_hash is None:
        return
    source, engine = login_source(request), container_of(request).engine
    with writing(engine) as db:
        count_attempt(db, user.email, source)
    is_right = authenticate(read_db, user.email, password) is not None
    with writing(engine) as db:
        if is_right:
            forget_failures(db, user, source)
        else:
            log_failed_login(db, user.email, source)
    if not is_right:
        raise Invalid(WRONG, fields={"present": WRONG})
