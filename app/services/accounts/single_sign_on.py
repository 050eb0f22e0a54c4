"""Find the user who logs in by single sign-on: by the link to the provider, by verified e-mail, or as a new user.

docs/decisions/0024-single-sign-on.md has the rules and their reasons.
"""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from app.database import Db
from app.errors import Forbidden, NotFound
from app.i18n import N_
from app.models import ExternalIdentity, LoginSession, Organization, Role, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.accounts.users import get_user_view
from app.services.accounts.identity_claims import ClaimRules, ProviderIdentity, SignOnRefused
from app.services.accounts.mails import AccountMail, queue_account_mail
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import change_user, create_user, user_input
from app.services.activities import log_activity

# Creates users and gives them role and organization, as the provider's claims say.
SINGLE_SIGN_ON = Actor(user_id=None, name="single sign-on", role=Role.ADMIN, organization_id=None)

FRESH_LOGIN = timedelta(minutes=10)


class OwnLoginNeeded(SignOnRefused):
    """The user must first confirm, while logged in as usual, that the identity may log them in."""


def find_user_for_login(
    db: Db, rules: ClaimRules, identity: ProviderIdentity, *, logged_in: bool = False
) -> User:
    """Return the user to log in, with role and organization as the claims say; logged where something changes.

    An identity that is not linked yet is linked to the user with its verified e-mail, or to a new user if claims give
    role and organization. `logged_in` says that a user is logged in in this browser already. Needs no permission: the
    provider has said who it is.

    Raises `OwnLoginNeeded` for an administrator who has not confirmed the link, also one who was none when it was made,
    and with `logged_in` if the identity is not linked.
    Raises `SignOnRefused` if there is no such user, the user is not active or has another identity at the provider, or
    the claims give no role or no organization that is known.
    """
    linked = _find_identity(db, identity)
    if linked is None and logged_in:
        raise _own_login_needed(rules)
    user = db.get_one(User, linked.user_id) if linked else _find_user_by_email(db, identity)
    if user is None:
        user = _create_user(db, rules, identity)
    elif not user.active:
        text = N_("Your account in Jangkau is not active. Please ask your administrator.")
        raise SignOnRefused(text, "not-active")
    if user.role is Role.ADMIN and not (linked and linked.confirmed):
        raise _own_login_needed(rules)
    linked = linked or _link(db, rules, user, identity)
    linked.used_at = now()
    return _apply_claims(db, rules, user, identity)


def find_user_by_fresh_login(db: Db, secret: str) -> User | None:
    """Return the user of a login cookie's secret who logged in within the last ten minutes; None for any other.

    Linking an account lets it in for good, so a computer that was left logged in must not be enough.
    """
    login = db.get(LoginSession, hash_secret(secret))
    if login is None or min(login.expires_at, login.created_at + FRESH_LOGIN) < now():
        return None
    user = db.get_one(User, login.user_id)
    return user if user.active else None


def link_identity(db: Db, actor: Actor, rules: ClaimRules, identity: ProviderIdentity) -> User:
    """Link the identity to the actor's own user, log that, and return the user.

    The caller has checked that the login is fresh. Raises `SignOnRefused` if the identity belongs to another user, or
    the user has another identity at the provider.
    """
    user = _get_own_user(db, actor)
    linked = _find_identity(db, identity)
    if linked and linked.user_id != user.id:
        text = N_("Your account at %(provider)s belongs to another user of Jangkau.")
        raise SignOnRefused(text, "other-user", provider=rules.provider)
    linked = linked or _link(db, rules, user, identity)
    linked.confirmed = True
    return user


def unlink_identity(db: Db, actor: Actor, identity_id: int) -> User:
    """Delete the link of a user to an identity at a provider, log that, and return the user.

    Raises `Forbidden` unless the actor is that user or has `USER_WRITE`, and `NotFound`.
    """
    identity = db.get(ExternalIdentity, identity_id)
    if identity is None or identity.user_id != actor.user_id:
        actor.require(Permission.USER_WRITE)
    if identity is None:
        raise NotFound(N_("This link has been removed already."))
    user = db.get_one(User, identity.user_id)
    db.delete(identity)
    log_activity(db, actor, "unlink", "user", user.email, before={"issuer": identity.issuer})
    return user


def _own_login_needed(rules: ClaimRules) -> OwnLoginNeeded:
    text = N_("Log in as usual first, and confirm that your account at %(provider)s may log you in.")
    return OwnLoginNeeded(text, "own-login-needed", provider=rules.provider)


def _find_identity(db: Db, identity: ProviderIdentity) -> ExternalIdentity | None:
    """Return the row of the identity, None if it is not linked to a user."""
    statement = select(ExternalIdentity).where(
        ExternalIdentity.issuer == identity.issuer, ExternalIdentity.subject == identity.subject
    )
    return db.exec(statement).first()


def _find_user_by_email(db: Db, identity: ProviderIdentity) -> User | None:
    """Return the user with the identity's verified e-mail, None without one."""
    return db.exec(select(User).where(User.email == identity.email)).first() if identity.email else None


def _link(db: Db, rules: ClaimRules, user: User, identity: ProviderIdentity) -> ExternalIdentity:
    """Add the link and log it. Raises `SignOnRefused` if the user has another identity at the provider.

    Addresses are given to other people: the provider may know another person by the e-mail of an earlier one.
    """
    other = select(ExternalIdentity).where(
        ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == identity.issuer
    )
    if db.exec(other).first():
        text = N_(
            "Your user in Jangkau belongs to another account at %(provider)s. Ask your administrator to remove that "
            "link."
        )
        raise SignOnRefused(text, "other-identity", provider=rules.provider)
    linked = ExternalIdentity(user_id=user.id, issuer=identity.issuer, subject=identity.subject)
    db.add(linked)
    db.flush()
    log_activity(db, Actor.from_user(user), "link", "user", user.email, after={"issuer": identity.issuer})
    queue_account_mail(db, AccountMail.IDENTITY_LINKED, user, provider=rules.provider)
    return linked


def _create_user(db: Db, rules: ClaimRules, identity: ProviderIdentity) -> User:
    """Create the user of a new identity. Raises `SignOnRefused` unless claims give all that a user needs."""
    if not identity.email:
        text = N_("%(provider)s did not give a verified e-mail address. Please tell your administrator.")
        raise SignOnRefused(text, "no-verified-email", provider=rules.provider)
    if not (rules.role_claim and rules.organization_claim):
        text = N_("There is no user with your e-mail address in Jangkau. Ask your administrator for one.")
        raise SignOnRefused(text, "no-user")
    role, organization = _require_role(rules, identity), _require_organization(db, rules, identity)
    return create_user(
        db,
        SINGLE_SIGN_ON,
        email=identity.email,
        name=(identity.name or identity.email)[:200],
        role=role,
        organization=organization,
    )


def _apply_claims(db: Db, rules: ClaimRules, user: User, identity: ProviderIdentity) -> User:
    """Give the user role and organization of the claims, and return the user. Administrators stay as they are.

    Raises `SignOnRefused` if the claims give no role or no known organization.
    """
    if user.role is Role.ADMIN:
        return user
    saved = changed = user_input(get_user_view(db, SINGLE_SIGN_ON, user.id))
    if rules.role_claim:
        changed = replace(changed, role=_require_role(rules, identity))
    if rules.organization_claim:
        changed = replace(changed, organization=_require_organization(db, rules, identity))
    return change_user(db, SINGLE_SIGN_ON, user.id, changed) if changed != saved else user


def _require_role(rules: ClaimRules, identity: ProviderIdentity) -> Role:
    """Return the role of the claims. Raises `SignOnRefused` if they give none."""
    if identity.role is None:
        text = N_("Your account at %(provider)s has no role in Jangkau. Ask your administrator for one.")
        raise SignOnRefused(text, "no-role", provider=rules.provider)
    return identity.role


def _require_organization(db: Db, rules: ClaimRules, identity: ProviderIdentity) -> str:
    """Return the name of the claims' organization. Raises `SignOnRefused` if there is no organization of this name."""
    known = select(Organization.id).where(col(Organization.name) == identity.organization)
    if identity.organization is None or db.exec(known).first() is None:
        text = N_(
            "Jangkau does not know the organization that %(provider)s names for you. Please tell your administrator."
        )
        raise SignOnRefused(text, "unknown-organization", provider=rules.provider)
    return identity.organization


def _get_own_user(db: Db, actor: Actor) -> User:
    """Return the actor's own user. Raises `Forbidden` for an actor that is none."""
    user = db.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise Forbidden(N_("Your role does not allow this."))
    return user
