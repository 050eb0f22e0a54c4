"""Mails to users about their accounts: links that only they may have, and notices of what has changed.

What is queued names the kind and the user. The mail is written when it is sent, and a link in it is made then, so that
no secret is ever stored. Without a mail server these mails are dropped: a notice that comes days later helps nobody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import col, delete, select

from app.database import Db
from app.i18n import N_, Language, Translator, time_text, translator
from app.models import EmailChange, OutboxKind, PasswordLink, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.activities import client_address, log_activity
from app.services.messages.mail_server import build_mail
from app.services.outbox import queue_task

# How long sending is tried.
MAIL_LIFETIME = timedelta(hours=6)
FORGOTTEN_LINK_LIFETIME = timedelta(hours=1)
HEALTH_PATH = "/administrasi/kesehatan"
INVITATION_LIFETIME = timedelta(days=7)


class AccountMail(StrEnum):
    """`FORGOTTEN_PASSWORD` and `PASSWORD_LINK` (made by an administrator) have a link that sets the password,
    `CONFIRM_EMAIL` one that confirms a new address. The others are notices."""

    FORGOTTEN_PASSWORD = "forgotten-password"  # noqa: S105 (the name of a mail)
    PASSWORD_LINK = "password-link"  # noqa: S105
    CONFIRM_EMAIL = "confirm-email"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    EMAIL_CHANGED = "email-changed"
    SECOND_FACTOR_CHANGED = "second-factor-changed"
    WRONG_CODES = "wrong-codes"
    NEW_BROWSER = "new-browser"
    IDENTITY_LINKED = "identity-linked"
    APPROVAL_ASKED = "approval-asked"
    HEALTH_WRONG = "health-wrong"
    HEALTH_RIGHT = "health-right"


SUBJECTS: Mapping[AccountMail, str] = {
    AccountMail.FORGOTTEN_PASSWORD: N_("Set a new password"),
    AccountMail.PASSWORD_LINK: N_("Set a new password"),
    AccountMail.CONFIRM_EMAIL: N_("Confirm your new e-mail address"),
    AccountMail.PASSWORD_CHANGED: N_("Your password was changed"),
    AccountMail.EMAIL_CHANGED: N_("Your e-mail address was changed"),
    AccountMail.SECOND_FACTOR_CHANGED: N_("Your login in two steps was changed"),
    AccountMail.WRONG_CODES: N_("Somebody knows your password"),
    AccountMail.NEW_BROWSER: N_("Login from a new browser"),
    AccountMail.IDENTITY_LINKED: N_("Another account can log you in"),
    AccountMail.APPROVAL_ASKED: N_("Your approval is asked for"),
    AccountMail.HEALTH_WRONG: N_("Jangkau needs attention"),
    AccountMail.HEALTH_RIGHT: N_("Jangkau is in order again"),
}

BODIES: Mapping[AccountMail, str] = {
    AccountMail.FORGOTTEN_PASSWORD: N_(
        "With this link you set a new password. It works once, within an hour. If you did not ask for it, there is "
        "nothing you need to do."
    ),
    AccountMail.PASSWORD_LINK: N_(
        "An administrator has made this link, with which you set a new password. It works once, within a week. If you "
        "did not ask for it, tell your administrators."
    ),
    AccountMail.CONFIRM_EMAIL: N_(
        "With this link you confirm that you read mails at this address. It works within a day, while you are logged "
        "in. Until then your old address counts. If you did not ask for it, there is nothing you need to do."
    ),
    AccountMail.PASSWORD_CHANGED: N_(
        "The password of your account was changed. Everyone who was logged in with the old one has been logged out."
    ),
    AccountMail.EMAIL_CHANGED: N_("The e-mail address of your account was changed to %(email)s."),
    AccountMail.SECOND_FACTOR_CHANGED: N_(
        "The second step of your login (app, passkey or recovery codes) was changed."
    ),
    AccountMail.WRONG_CODES: N_(
        "Somebody has typed your password and then a wrong code several times. If that was not you, change your "
        "password now."
    ),
    AccountMail.NEW_BROWSER: N_(
        "Your account was used to log in from a browser that it had not been used in before. You can turn these mails "
        "off under My account."
    ),
    AccountMail.IDENTITY_LINKED: N_(
        "From now on an account at %(provider)s can log in as you. You can remove the link under My account."
    ),
    AccountMail.APPROVAL_ASKED: N_(
        "%(admin)s wants to change the access of %(name)s. Administrators don't decide about each other alone: ask "
        "whether they did this and why, and then approve or refuse it within a day."
    ),
    AccountMail.HEALTH_WRONG: N_(
        "Jangkau checks itself. This needs attention:\n\n%(lines)s\n\nAs long as it does, you get this mail once a day."
    ),
    AccountMail.HEALTH_RIGHT: N_("What needed attention is in order again. There is nothing you need to do."),
}

NOT_YOU = N_("If that was not you, set a new password at once and tell your administrator.")

# After these the reader is told what to do if somebody else did it.
ALARMING = {
    AccountMail.PASSWORD_CHANGED,
    AccountMail.EMAIL_CHANGED,
    AccountMail.SECOND_FACTOR_CHANGED,
    AccountMail.NEW_BROWSER,
    AccountMail.IDENTITY_LINKED,
}


def queue_account_mail(
    db: Db, kind: AccountMail, user: User, *, to: str | None = None, **params: str
) -> None:
    """Queue a mail to a user, by default to their present address, for sending after the commit.

    `params` fill the placeholders of its text. Time and network of the request that caused it are in the mail.
    """
    queue_task(
        db,
        OutboxKind.SEND_MESSAGE,
        account_mail=kind,
        user=user.id,
        to=to or user.email,
        at=now().isoformat(),
        network=client_address.get(),
        params=params,
    )


def queue_forgotten_password(db: Db, email: str) -> None:
    """Queue the mail for a user who has forgotten their password, whether or not there is a user of this address.

    It is looked up when the mail is sent: this takes the same time for every address.
    """
    queue_task(
        db,
        OutboxKind.SEND_MESSAGE,
        account_mail=AccountMail.FORGOTTEN_PASSWORD,
        user=None,
        to=email,
        at=now().isoformat(),
        network=client_address.get(),
        params={},
    )


def is_outdated(payload: Mapping[str, Any]) -> bool:
    """Return whether a queued mail has waited so long that it is not sent any more."""
    return datetime.fromisoformat(payload["at"]) < now() - MAIL_LIFETIME


def write_account_mail(db: Db, payload: Mapping[str, Any], sender: str, site: str) -> EmailMessage | None:
    """Return a queued mail, and make the link in it; None if there is no such user any more.

    Earlier links of the same kind stop working. The caller commits before it sends the mail.
    """
    kind = AccountMail(payload["account_mail"])
    user = _find_user(db, payload)
    if user is None:
        return None
    language: Language = "en" if user.language == "en" else "id"
    _ = translator(language)
    paragraphs = [
        _("Dear %(name)s,") % {"name": user.name},
        _(BODIES[kind]) % payload["params"] if payload["params"] else _(BODIES[kind]),
        _facts(payload, _),
    ]
    if path := _create_link(db, kind, user, payload["to"]):
        paragraphs.insert(2, f"{site}{path}")
    if kind in ALARMING:
        paragraphs.append(f"{_(NOT_YOU)}\n{site}/lupa-kata-sandi")
    message_id = make_msgid(domain=urlsplit(site).hostname)
    return build_mail(sender, payload["to"], _(SUBJECTS[kind]), "\n\n".join(paragraphs), message_id)


def _find_user(db: Db, payload: Mapping[str, Any]) -> User | None:
    """Return the active user that a mail is for: by id, or by the address that was typed as that of an account."""
    condition = col(User.id) == payload["user"] if payload["user"] else User.email == payload["to"]
    return db.exec(select(User).where(condition, col(User.active))).first()


def _create_link(db: Db, kind: AccountMail, user: User, recipient: str) -> str:
    """Return the path of the link that a mail of this kind has, "" if it has none; its hash is stored."""
    secret = new_secret()
    match kind:
        case AccountMail.FORGOTTEN_PASSWORD | AccountMail.PASSWORD_LINK:
            is_forgotten = kind is AccountMail.FORGOTTEN_PASSWORD
            lifetime = FORGOTTEN_LINK_LIFETIME if is_forgotten else INVITATION_LIFETIME
            db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
            db.add(PasswordLink(key=hash_secret(secret), user_id=user.id, expires_at=now() + lifetime))
            log_activity(db, Actor.from_user(user), "mail", "password-link", user.email)
            return f"/kata-sandi/{secret}"
        case AccountMail.CONFIRM_EMAIL:
            change = db.get(EmailChange, user.id)
            if change is None or change.email != recipient:  # They have asked for another address since.
                return ""
            change.key = hash_secret(secret)
            return f"/akun/surel/{secret}"
        case AccountMail.APPROVAL_ASKED:
            return "/administrasi/persetujuan"
        case AccountMail.HEALTH_WRONG | AccountMail.HEALTH_RIGHT:
            return HEALTH_PATH
        case _:
            return ""


def _facts(payload: Mapping[str, Any], _: Translator) -> str:
    """Return the lines that tell when and from which network something was done."""
    lines = [f"{_('Time')}: {time_text(datetime.fromisoformat(payload['at']))}"]
    if payload["network"]:
        lines.append(f"{_('Network')}: {payload['network']}")
    return "\n".join(lines)
