"""Create and change users, and the links by which they set their password."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, delete, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import (
    ApiToken,
    ApprovalKind,
    ExternalIdentity,
    PasswordLink,
    Role,
    User,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.accounts.users import UserView, get_user, get_user_view
from app.services.accounts.logins import end_other_logins
from app.services.accounts.mails import INVITATION_LIFETIME, AccountMail, queue_account_mail
from app.services.accounts.organizations import DINAS_KOMINFO, get_or_create_organization
from app.services.accounts.passwords import hash_new_password, require_not_personal
from app.services.accounts.second_admin import needs_second_admin, request_approval, use_approval
from app.services.accounts.second_factors import reset_second_factor
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

MAX_NAME_LENGTH = 200
LINK_LIFETIME = INVITATION_LIFETIME
NEEDS_APPROVAL = N_("A second administrator has to approve a link for an administrator.")

FIELD_ERRORS = {
    "email": N_("This is not an e-mail address."),
    "name": N_("A name is needed, of at most 200 characters."),
}


@dataclass(frozen=True)
class UserInput:
    """The fields of a user's form that can be changed. `organization` is a name.

    `may_see_participants` has an effect for viewers only; other roles see participants without it. `may_see_niks` has
    one for administrators only.
    """

    name: str
    role: Role
    organization: str
    may_see_participants: bool = False
    may_see_niks: bool = False


def user_input(user: UserView) -> UserInput:
    """Return a user's current values as the input of their form."""
    return UserInput(
        user.name, Role(user.role), user.organization, user.may_see_participants, user.may_see_niks
    )


def create_user(
    db: Db,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    organization: str = DINAS_KOMINFO,
    may_see_participants: bool = False,
    may_see_niks: bool = False,
    password: str | None = None,
) -> User:
    """Create and log a user, and their organization if there is none of this name.

    Without a password the user cannot log in until they set one by a password link. `may_see_participants` is stored
    for viewers only, `may_see_niks` for administrators only. A new administrator is a viewer until a second
    administrator has approved it.

    Raises `Forbidden` without `USER_WRITE`, `Invalid` for an invalid e-mail, name, organization or password, `Conflict`
    if the e-mail is taken.
    """
    actor.require(Permission.USER_WRITE)
    email, name = parse_email(email), " ".join(name.split())
    _require_valid(email=bool(email), name=_is_valid_name(name))
    _require_free_email(db, email)
    user = User(
        email=email,
        name=name,
        role=Role.VIEWER if role is Role.ADMIN else role,
        organization_id=get_or_create_organization(db, actor, organization).id,
        may_see_participants=may_see_participants and role is Role.VIEWER,
        password_hash=hash_new_password(password, name, email) if password is not None else None,
    )
    needs_approval = needs_second_admin(db, actor, user, new_role=role)
    if not needs_approval:
        user.role, user.may_see_niks = role, may_see_niks and role is Role.ADMIN
    db.add(user)
    db.flush()
    log_activity(db, actor, "create", "user", user.email, after=snapshot(user))
    if needs_approval:
        request_approval(db, actor, ApprovalKind.ROLE, user, {"role": role})
    return user


def change_user(db: Db, actor: Actor, user_id: int, data: UserInput, *, form_fingerprint: str = "") -> User:
    """Replace the fields of a user and log it; an organization of an unknown name is created.

    A new role applies at once, to open logins as well; one to or from administrator only once a second administrator
    has approved it, which is then asked for. `form_fingerprint` is the fingerprint of the values that the
    form was filled with, "" without a form.

    Raises `Forbidden` without `USER_WRITE`, `NotFound`, `Invalid` for an invalid name, and `Conflict` if administrators
    would take away their own role or let themselves see NIKs, if the last active one would lose the role, or if the
    values of the form have changed since.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    if data.role is not Role.ADMIN:
        _require_other_admin(db, actor, user)
    user = lock_row(db, User, user_id)
    before, saved = snapshot(user), user_input(get_user_view(db, actor, user_id))
    user.name = " ".join(data.name.split())
    _require_valid(name=_is_valid_name(user.name))
    needs_approval = data.role is not user.role and needs_second_admin(db, actor, user, new_role=data.role)
    if not needs_approval:
        _change_role(db, user, data.role)
    user.organization_id = get_or_create_organization(db, actor, data.organization).id
    user.may_see_participants = data.may_see_participants and user.role is Role.VIEWER
    if data.may_see_niks and not user.may_see_niks and user.id == actor.user_id:
        text = N_("You can't let yourself see NIKs in full. Another administrator can.")
        raise Conflict(text, code="own-grant")
    user.may_see_niks = data.may_see_niks and user.role is Role.ADMIN
    after = snapshot(user)
    if after != before:
        require_unchanged(form_fingerprint, saved)
    log_activity(db, actor, "change", "user", user.email, before=before, after=after)
    if needs_approval:
        request_approval(db, actor, ApprovalKind.ROLE, user, {"role": data.role})
    return user


def apply_role(db: Db, actor: Actor, user: User, role: Role) -> None:
    """Give a user the role that a second administrator has approved, and log it.

    A new administrator logs in anew, with a password that they set by a link mailed to their own address: the one who
    asked for the role may have set the password before, or have logged in with it and added a passkey. Raises
    `Conflict` if the user is the last administrator.
    """
    if role is not Role.ADMIN:
        _require_not_last_admin(db, user)
    before = snapshot(user)
    if role is Role.ADMIN and user.role is not Role.ADMIN:
        _remove_ways_to_log_in(db, user)
        queue_account_mail(db, AccountMail.PASSWORD_LINK, user)
    _change_role(db, user, role)
    log_activity(db, actor, "change", "user", user.email, before=before, after=snapshot(user))


def _remove_ways_to_log_in(db: Db, user: User) -> None:
    """Remove a user's password, second factors, links, tokens and accounts at identity providers; end their logins."""
    user.password_hash = None
    reset_second_factor(db, user)
    _delete_logins_and_links(db, user)
    for model in (ApiToken, ExternalIdentity):
        db.exec(delete(model).where(col(model.user_id) == user.id))


def _change_role(db: Db, user: User, role: Role) -> None:
    """Change a user's role. Links that an administrator has made stop working for a user who becomes one, too."""
    if role is Role.ADMIN and user.role is not Role.ADMIN:
        db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    user.role = role
    if role is not Role.VIEWER:
        user.may_see_participants = False


def deactivate_user(db: Db, actor: Actor, user_id: int) -> User:
    """Deactivate a user: end their logins, delete their password link, and refuse their API tokens until reactivated.

    Logged. An administrator stays active until a second one has approved it, which is then asked for. Raises
    `Forbidden` without `USER_WRITE`, `NotFound`, and `Conflict` for the actor's own user and for the last active
    administrator.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    _require_other_admin(db, actor, user)
    if needs_second_admin(db, actor, user):
        request_approval(db, actor, ApprovalKind.DEACTIVATION, user)
    else:
        apply_deactivation(db, actor, user)
    return user


def apply_deactivation(db: Db, actor: Actor, user: User) -> None:
    """Deactivate a user, as a second administrator has approved where that is needed, and log it.

    Raises `Conflict` if the user is the last administrator.
    """
    _require_not_last_admin(db, user)
    user.active = False
    _delete_logins_and_links(db, user)
    log_activity(db, actor, "deactivate", "user", user.email)


def reset_user_second_factor(db: Db, actor: Actor, user_id: int) -> bool:
    """Remove the second step of a user's login, who has lost it; log it and mail the user.

    For an administrator a second one has to approve it: then it is asked for, and False is returned. Raises `Forbidden`
    without `USER_WRITE`, `NotFound`, and `Conflict` for the actor's own user.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    if user.id == actor.user_id:
        raise Conflict(N_("You change the second step of your own login under My account."))
    if needs_second_admin(db, actor, user):
        request_approval(db, actor, ApprovalKind.SECOND_FACTOR_RESET, user)
        return False
    apply_second_factor_reset(db, actor, user)
    return True


def apply_second_factor_reset(db: Db, actor: Actor, user: User) -> None:
    """Remove the second step of a user's login and end their logins, log it and mail the user.

    For an administrator a second one has approved it.
    """
    reset_second_factor(db, user)
    end_other_logins(db, user)
    log_activity(db, actor, "reset-second-factor", "user", user.email)


def activate_user(db: Db, actor: Actor, user_id: int) -> User:
    """Reactivate a user, who can log in with the same password as before, and log it.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound`.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    user.active = True
    log_activity(db, actor, "activate", "user", user.email)
    return user


def create_password_link(db: Db, actor: Actor, user: User) -> str:
    """Create and log a link that sets the user's password once, within a week; return its secret.

    The user's earlier links are deleted. Raises `Forbidden` without `USER_WRITE`, `Conflict` if the user is
    deactivated, and if the user is another administrator and no second one has approved it (code "needs-approval").
    """
    actor.require(Permission.USER_WRITE)
    _require_active(user)
    if needs_second_admin(db, actor, user) and not use_approval(db, actor, ApprovalKind.PASSWORD_LINK, user):
        raise Conflict(NEEDS_APPROVAL, code="needs-approval")
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    secret = new_secret()
    link = PasswordLink(key=hash_secret(secret), user_id=user.id, expires_at=now() + LINK_LIFETIME)
    db.add(link)
    log_activity(db, actor, "create", "password-link", user.email, after=snapshot(link))
    return secret


def mail_password_link(db: Db, actor: Actor, user: User) -> None:
    """Mail a link that sets the user's password to the user alone, and log it: the actor doesn't see it.

    Raises `Forbidden` without `USER_WRITE`, and `Conflict` if the user is deactivated.
    """
    actor.require(Permission.USER_WRITE)
    _require_active(user)
    queue_account_mail(db, AccountMail.PASSWORD_LINK, user)
    log_activity(db, actor, "mail", "password-link", user.email)


def _require_active(user: User) -> None:
    if not user.active:
        raise Conflict(N_("This user is not active."), code="not-active")


def get_user_by_password_link(db: Db, secret: str) -> User:
    """Return the user whose password the link sets; its secret is the permission.

    Raises `NotFound` if the link is unknown, was used or has expired.
    """
    link = db.get(PasswordLink, hash_secret(secret))
    if link is None or link.expires_at < now():
        raise NotFound(N_("This link has been used or has expired. Ask your administrator for a new one."))
    return db.get_one(User, link.user_id)


def set_password_by_link(db: Db, secret: str, password: str) -> User:
    """Set the password of the link's user, delete their links and tokens, end their logins, log it and mail a notice.

    The link is the permission. Raises `NotFound` if it is unknown, was used or has expired, and `Invalid` for a
    password that is too short, too long or easy to guess. The password is hashed before `db` is used: that is slow.
    """
    password_hash = hash_new_password(password)
    user = get_user_by_password_link(db, secret)
    require_not_personal(password, user.name, user.email)
    _set_password(db, user, password_hash)
    return user


def change_own_password(db: Db, actor: Actor, password: str, login_secret: str) -> None:
    """Set the password of the actor, end their other logins, delete their links and tokens, log it and mail a notice.

    The login of this browser, whose cookie has the secret `login_secret`, goes on. Needs no permission but that of the
    actor's own user; the caller has checked their present password. Raises `Invalid` as `set_password_by_link` does.
    """
    password_hash = hash_new_password(password)
    user = db.get_one(User, actor.user_id)
    require_not_personal(password, user.name, user.email)
    _set_password(db, user, password_hash, kept_login=login_secret)


def _set_password(db: Db, user: User, password_hash: str, kept_login: str = "") -> None:
    user.password_hash = password_hash
    _delete_logins_and_links(db, user, kept_login)
    db.exec(delete(ApiToken).where(col(ApiToken.user_id) == user.id))
    log_activity(db, Actor.from_user(user), "set-password", "user", user.email)
    queue_account_mail(db, AccountMail.PASSWORD_CHANGED, user)


def change_email(db: Db, actor: Actor, user_id: int, email: str) -> User:
    """Replace a user's e-mail address, log it and tell the old address; password links stop working.

    Checks no permission: callers have confirmed that the address is the actor's own, or are the operator. Raises
    `Invalid` if it is no e-mail address, and `Conflict` if another user has it.
    """
    new_email = parse_email(email)
    _require_valid(email=bool(new_email))
    user = lock_row(db, User, user_id)
    _require_free_email(db, new_email, user.id)
    before = snapshot(user)
    queue_account_mail(db, AccountMail.EMAIL_CHANGED, user, email=new_email)
    user.email = new_email
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    log_activity(db, actor, "change", "user", before["email"], before=before, after=snapshot(user))
    return user


def _require_other_admin(db: Db, actor: Actor, user: User) -> None:
    """Raise `Conflict` if `user` is an active administrator, and either the actor's own user or the last one.

    Locks the rows of all administrators, so that two of them can't deactivate each other at the same time.
    """
    if user.role is Role.ADMIN and user.active and user.id == actor.user_id:
        text = N_("You can't take away your own access. Another administrator can.")
        raise Conflict(text, code="own-access")
    _require_not_last_admin(db, user)


def _require_not_last_admin(db: Db, user: User) -> None:
    """Raise `Conflict` if `user` is the last active administrator. Locks the rows of all administrators."""
    if user.role is not Role.ADMIN or not user.active:
        return
    admins = select(User.id).where(User.role == Role.ADMIN, col(User.active)).with_for_update()
    if set(db.exec(admins)) <= {user.id}:
        text = N_("This is the last administrator. Make another user an administrator first.")
        raise Conflict(text, code="last-admin")


def _delete_logins_and_links(db: Db, user: User, kept_login: str = "") -> None:
    """End the user's logins in all browsers but the one with the cookie `kept_login`, and delete their links."""
    end_other_logins(db, user, kept_login)
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))


def parse_email(text: str) -> str:
    """Return the e-mail address in lower case, "" if it is none."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return ""


def _require_free_email(db: Db, email: str, user_id: int | None = None) -> None:
    """Raise `Conflict` if a user other than `user_id` has this e-mail address."""
    if db.exec(select(User.id).where(User.email == email, User.id != user_id)).first():
        text = N_("There is a user with this e-mail address already: %(email)s")
        raise Conflict(text, code="email-taken", email=email)


def _is_valid_name(name: str) -> bool:
    """Return whether the name has 1 to 200 characters."""
    return 0 < len(name) <= MAX_NAME_LENGTH


def _require_valid(**fields: bool) -> None:
    """Raise `Invalid` with an error for each field whose value is False (`name=True`: the name is valid)."""
    errors = {field: FIELD_ERRORS[field] for field, is_valid in fields.items() if not is_valid}
    if errors:
        raise Invalid(next(iter(errors.values())) if len(errors) == 1 else PLEASE_CORRECT, fields=errors)
