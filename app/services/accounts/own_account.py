"""What users change of their own account: preferences, e-mail address, logins. Needs no permission but to be the user.

The password is in `users`, the second factor in `second_factors`.
"""

from datetime import timedelta

from sqlmodel import select

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language
from app.models import EmailChange, LoginSession, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.login_limits import forget_devices
from app.services.accounts.logins import end_other_logins
from app.services.accounts.mails import AccountMail, queue_account_mail
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import FIELD_ERRORS, change_email, parse_email
from app.services.activities import log_activity, snapshot

EMAIL_CHANGE_LIFETIME = timedelta(days=1)


def change_preferences(db: Db, actor: Actor, *, language: Language, wants_login_mails: bool) -> None:
    """Store the language of the actor's pages and mails, and whether logins from new browsers are mailed; log that."""
    user = db.get_one(User, actor.user_id)
    before = snapshot(user)
    user.language, user.wants_login_mails = language, wants_login_mails
    log_activity(db, actor, "change", "user", user.email, before=before, after=snapshot(user))


def request_email_change(db: Db, actor: Actor, email: str) -> None:
    """Queue a mail to the new address with a link that confirms it; until then the old one counts.

    An earlier request is replaced. Whether another user has the address is told only to who reads its mails. Raises
    `Invalid` if it is no e-mail address.
    """
    new_email = parse_email(email)
    if not new_email:
        raise Invalid(FIELD_ERRORS["email"], fields={"email": FIELD_ERRORS["email"]})
    user = db.get_one(User, actor.user_id)
    db.merge(
        EmailChange(user_id=user.id, email=new_email, key=None, expires_at=now() + EMAIL_CHANGE_LIFETIME)
    )
    queue_account_mail(db, AccountMail.CONFIRM_EMAIL, user, to=new_email)
    log_activity(db, actor, "ask-to-change-email", "user", user.email)


def get_requested_email(db: Db, actor: Actor, secret: str) -> str:
    """Return the new address that a mailed link confirms. Raises `NotFound` if it isn't the actor's or has expired."""
    return _get_email_change(db, actor, secret).email


def confirm_email_change(db: Db, actor: Actor, secret: str) -> None:
    """Replace the actor's e-mail address by the one that a mailed link confirms, as `change_email` does.

    Raises `NotFound` if the link isn't the actor's or has expired, and `Conflict` if another user has the address.
    """
    change = _get_email_change(db, actor, secret)
    change_email(db, actor, change.user_id, change.email)
    db.delete(change)


def end_own_login(db: Db, actor: Actor, key: str) -> None:
    """End one of the actor's logins and log that. Raises `NotFound` if it is not the actor's."""
    login = db.get(LoginSession, key)
    if login is None or login.user_id != actor.user_id:
        raise NotFound(N_("This login has ended already."))
    db.delete(login)
    log_activity(db, actor, "end-login", "user", db.get_one(User, actor.user_id).email)


def end_all_own_logins(db: Db, actor: Actor) -> None:
    """End all logins of the actor, also this one, and forget the browsers that they are known by; log that."""
    user = db.get_one(User, actor.user_id)
    end_other_logins(db, user)
    forget_devices(db, user)
    log_activity(db, actor, "end-all-logins", "user", user.email)


def _get_email_change(db: Db, actor: Actor, secret: str) -> EmailChange:
    change = db.exec(select(EmailChange).where(EmailChange.key == hash_secret(secret))).first()
    if change is None or change.user_id != actor.user_id or change.expires_at < now():
        raise NotFound(N_("This link has been used or has expired."))
    return change
