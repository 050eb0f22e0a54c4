"""The second step of a login: codes of an app (TOTP), and recovery codes that stand for it once.

Passkeys, which are a second factor too, are in `passkeys`.
"""

import base64
import secrets
from datetime import timedelta

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, delete, func, select

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import AuthenticatorApp, Passkey, PendingLogin, RecoveryCode, User
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor
from app.services.accounts.mails import AccountMail, queue_account_mail
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.activities import log_activity
from app.services.locks import lock_row

ISSUER = "Jangkau"
RECOVERY_CODES = 10
RECOVERY_CODE_BYTES = 10
PENDING_LIFETIME = timedelta(minutes=10)
MAX_WRONG_CODES = 5
# Clocks of phones differ: the code before and the one after are right as well.
WINDOW = 1

WRONG_CODE = N_("This code is not right. Codes change every 30 seconds, and each is accepted once.")
LAST_FACTOR = N_("You need a second step to log in. Set up another one before you remove this one.")


def has_second_factor(db: Db, user_id: int | None) -> bool:
    """Return whether the user has confirmed an app or has a passkey."""
    statement = select_columns(
        or_(
            exists().where(
                col(AuthenticatorApp.user_id) == user_id, col(AuthenticatorApp.confirmed_at).is_not(None)
            ),
            exists().where(col(Passkey.user_id) == user_id),
        )
    )
    return bool(db.scalar(statement))


def begin_app(db: Db, vault: NikVault, actor: Actor) -> None:
    """Store a new secret for the actor's app, which counts once a code of it was typed (`confirm_app`).

    Raises `Conflict` if the actor has an app already.
    """
    app = db.get(AuthenticatorApp, actor.user_id, with_for_update=True)
    if app and app.confirmed_at:
        raise Conflict(N_("You have an app already. Remove it before you set up another one."))
    encrypted = vault.encrypt(random_base32())
    if app:
        app.secret = encrypted
    else:
        db.add(AuthenticatorApp(user_id=db.get_one(User, actor.user_id).id, secret=encrypted))


def get_new_app_secret(db: Db, vault: NikVault, actor: Actor) -> str | None:
    """Return the secret of the app that the actor is setting up, None if they are not."""
    app = db.get(AuthenticatorApp, actor.user_id)
    return vault.decrypt(app.secret) if app and app.confirmed_at is None else None


def provisioning_uri(secret: str, email: str) -> str:
    """Return the URI that an app reads from the QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm_app(db: Db, vault: NikVault, actor: Actor, code: str) -> list[str]:
    """Make the app that the actor is setting up their second factor; log it and mail a notice.

    Returns new recovery codes, none if they have some. Raises `Invalid` if the code is not one of the app.
    """
    app = db.get(AuthenticatorApp, actor.user_id, with_for_update=True)
    if app is None or app.confirmed_at or not _accept_code(vault, app, code):
        raise Invalid(WRONG_CODE, fields={"code": WRONG_CODE})
    app.confirmed_at = now()
    log_second_factor_change(db, actor, "add-app")
    return ensure_recovery_codes(db, actor)


def remove_app(db: Db, actor: Actor, *, is_required: bool) -> None:
    """Remove the actor's app; log it and mail a notice. Recovery codes go with the last second factor.

    Raises `NotFound` without an app, `Conflict` if the actor needs a second factor and has no other.
    """
    app = db.get(AuthenticatorApp, actor.user_id)
    if app is None:
        raise NotFound(N_("You have no app to remove."))
    db.delete(app)
    db.flush()
    finish_removal(db, actor, "remove-app", is_required=is_required)


def finish_removal(db: Db, actor: Actor, action: str, *, is_required: bool) -> None:
    """Finish removing a second factor. Raises `Conflict` if that was the last one and one is required."""
    user = db.get_one(User, actor.user_id)
    if not has_second_factor(db, user.id):
        if is_required:
            raise Conflict(LAST_FACTOR, code="second-factor-needed")
        db.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    log_second_factor_change(db, actor, action)


def reset_second_factor(db: Db, user: User) -> None:
    """Remove everything by which a user does the second step, and end their logins' half-done ones.

    Callers have checked the permission, and log it.
    """
    for model in (AuthenticatorApp, Passkey, RecoveryCode, PendingLogin):
        db.exec(delete(model).where(col(model.user_id) == user.id))
    queue_account_mail(db, AccountMail.SECOND_FACTOR_CHANGED, user)


def new_recovery_codes(db: Db, actor: Actor) -> list[str]:
    """Replace the actor's recovery codes by ten new ones and return them; they can't be shown again.

    Logged, and the actor is mailed a notice.
    """
    codes = _replace_recovery_codes(db, actor)
    log_second_factor_change(db, actor, "new-recovery-codes")
    return codes


def _replace_recovery_codes(db: Db, actor: Actor) -> list[str]:
    user = db.get_one(User, actor.user_id)
    db.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    db.add_all(RecoveryCode(key=_code_key(code, user.id), user_id=user.id) for code in codes)
    return codes


def ensure_recovery_codes(db: Db, actor: Actor) -> list[str]:
    """Return new recovery codes for an actor who has none left, else an empty list. New ones are logged.

    Callers mail the notice about the second factor that the codes come with: there is no second mail.
    """
    user = db.get_one(User, actor.user_id)
    if count_recovery_codes(db, user.id):
        return []
    codes = _replace_recovery_codes(db, actor)
    log_activity(db, actor, "new-recovery-codes", "user", user.email)
    return codes


def count_recovery_codes(db: Db, user_id: int) -> int:
    """Return how many recovery codes the user has left."""
    return db.exec(select(func.count()).where(RecoveryCode.user_id == user_id)).one()


def log_second_factor_change(db: Db, actor: Actor, action: str) -> None:
    """Log a change of the actor's second factor and mail them a notice, which can't be turned off."""
    user = db.get_one(User, actor.user_id)
    log_activity(db, actor, action, "user", user.email)
    queue_account_mail(db, AccountMail.SECOND_FACTOR_CHANGED, user)


def begin_second_step(db: Db, user: User) -> str:
    """Store that a user has typed their right password, and return the secret of their half-done login.

    It is good for ten minutes and five codes.
    """
    secret = new_secret()
    expires_at = now() + PENDING_LIFETIME
    db.add(PendingLogin(key=hash_secret(secret), user_id=user.id, expires_at=expires_at))
    return secret


def find_pending_user(db: Db, secret: str) -> User | None:
    """Return the user of a half-done login, None if it has expired, was finished or had too many wrong codes."""
    pending = db.get(PendingLogin, hash_secret(secret))
    if pending is None or pending.expires_at < now() or pending.failures >= MAX_WRONG_CODES:
        return None
    user = db.get_one(User, pending.user_id)
    return user if user.active else None


def check_second_step(db: Db, vault: NikVault, secret: str, code: str) -> bool:
    """Return whether the code finishes a half-done login; it is used up then, and so is the login's secret.

    The code is one of the user's app or a recovery code. A wrong one is counted; at the fifth the user gets a mail,
    because their password is known to somebody. The caller commits in any case.
    """
    pending = db.get(PendingLogin, hash_secret(secret), with_for_update=True)
    if pending is None or pending.expires_at < now() or pending.failures >= MAX_WRONG_CODES:
        return False
    user = db.get_one(User, pending.user_id)
    if _use_app_code(db, vault, user, code) or _use_recovery_code(db, user, code):
        db.delete(pending)
        return True
    pending.failures += 1
    if pending.failures == MAX_WRONG_CODES:
        queue_account_mail(db, AccountMail.WRONG_CODES, user)
    return False


def _use_app_code(db: Db, vault: NikVault, user: User, code: str) -> bool:
    if db.get(AuthenticatorApp, user.id) is None:
        return False
    app = lock_row(db, AuthenticatorApp, user.id)
    return app.confirmed_at is not None and _accept_code(vault, app, code)


def _accept_code(vault: NikVault, app: AuthenticatorApp, code: str) -> bool:
    """Return whether this is a code of the app for about now, later than the last one accepted; store its step."""
    digits = "".join(code.split())
    try:
        step = TOTP(vault.decrypt(app.secret)).verify_and_get_timecode(digits, valid_window=WINDOW)
    except OTPVerificationError:
        return False
    if step <= app.last_step:
        return False
    app.last_step = step
    return True


def _use_recovery_code(db: Db, user: User, code: str) -> bool:
    recovery_code = db.get(RecoveryCode, _code_key(code, user.id), with_for_update=True)
    if recovery_code is None:
        return False
    db.delete(recovery_code)
    log_activity(db, Actor.from_user(user), "use-recovery-code", "user", user.email)
    return True


def _new_code() -> str:
    """Return a recovery code of 80 random bits, in four groups of letters and digits."""
    text = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _code_key(code: str, user_id: int) -> str:
    """Return the hash of a recovery code; case, spaces and hyphens don't count."""
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hash_secret(f"{user_id} {plain}")
