"""Passkeys (WebAuthn): adding them, and logging in with one.

A passkey asks for a fingerprint, a face or a PIN, so it is both steps of a login at once. Each challenge is accepted
once, within five minutes, and only for what it was made for: to log in, or to add a passkey of one user, whose password
was asked for before. A challenge of the login page, which everybody gets, adds none.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlmodel import select
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.models import Passkey, PasskeyChallenge, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.second_factors import (
    ensure_recovery_codes,
    finish_removal,
    log_second_factor_change,
)
from app.services.accounts.secrets import hash_secret

CHALLENGE_LIFETIME = timedelta(minutes=5)
MAX_NAME_LENGTH = 100

FOR_LOGIN = "log in"

NOT_ACCEPTED = N_("The passkey was not accepted. Please try again.")


@dataclass(frozen=True)
class RelyingParty:
    """The site that passkeys belong to: the host's name, by which they are bound to it, and its base URL."""

    id: str
    origin: str

    @classmethod
    def from_base_url(cls, base_url: str) -> "RelyingParty | None":
        """Return the relying party of a base URL; None where browsers allow no passkeys.

        They need https, except for localhost, and a name: an IP address is none.
        """
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if _is_ip_address(host) or (parts.scheme != "https" and host != "localhost"):
            return None
        return cls(host, base_url)


def registration_options(db: Db, actor: Actor, site: RelyingParty) -> str:
    """Return the options, as JSON, with which the actor's browser makes a passkey, and store their challenge."""
    user = db.get_one(User, actor.user_id)
    known = db.exec(select(Passkey.credential_id).where(Passkey.user_id == user.id))
    return options_to_json(
        generate_registration_options(
            rp_id=site.id,
            rp_name="Jangkau",
            user_id=str(user.id).encode(),
            user_name=user.email,
            user_display_name=user.name,
            challenge=_new_challenge(db, _to_add(user.id)),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
    )


def add_passkey(db: Db, actor: Actor, site: RelyingParty, credential: str, name: str) -> list[str]:
    """Store the passkey that the actor's browser has made; log it and mail a notice.

    `credential` is the browser's answer as JSON. Returns new recovery codes, none if the actor has some. Raises
    `Invalid` if it does not belong to this site or to a challenge of `registration_options` for this actor.
    """
    user = db.get_one(User, actor.user_id)
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=_use_challenge(db, credential, _to_add(user.id)),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise Invalid(NOT_ACCEPTED) from error
    db.add(
        Passkey(
            user_id=user.id,
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=" ".join(name.split())[:MAX_NAME_LENGTH],
        )
    )
    log_second_factor_change(db, actor, "add-passkey")
    return ensure_recovery_codes(db, actor)


def remove_passkey(db: Db, actor: Actor, passkey_id: int, *, is_required: bool) -> None:
    """Remove one of the actor's passkeys; log it and mail a notice.

    Raises `NotFound` if it is not the actor's, `Conflict` if they need a second factor and have no other.
    """
    passkey = db.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != actor.user_id:
        raise NotFound(N_("There is no such passkey."))
    db.delete(passkey)
    db.flush()
    finish_removal(db, actor, "remove-passkey", is_required=is_required)


def authentication_options(db: Db, site: RelyingParty) -> str:
    """Return the options, as JSON, with which a browser logs in by a passkey, and store their challenge."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.id,
            challenge=_new_challenge(db, FOR_LOGIN),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def find_user_by_passkey(db: Db, site: RelyingParty, credential: str) -> User:
    """Return the active user whose passkey has signed the challenge, which is used up, and store this use.

    Raises `Invalid` if the passkey or the challenge is unknown, or the signature is wrong.
    """
    passkey = db.exec(
        select(Passkey).where(Passkey.credential_id == _credential_id(credential)).with_for_update()
    ).first()
    try:
        challenge = _use_challenge(db, credential, FOR_LOGIN)
        if passkey is None:
            raise Invalid(NOT_ACCEPTED)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise Invalid(NOT_ACCEPTED) from error
    user = db.get_one(User, passkey.user_id)
    if not user.active:
        raise Invalid(NOT_ACCEPTED)
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now()
    return user


def _to_add(user_id: int) -> str:
    """Return the purpose of a challenge that adds a passkey of this user."""
    return f"add to {user_id}"


def _new_challenge(db: Db, purpose: str) -> bytes:
    """Return a new challenge; its hash, together with its purpose, is stored."""
    challenge = generate_challenge()
    key = _challenge_key(bytes_to_base64url(challenge), purpose)
    db.add(PasskeyChallenge(key=key, expires_at=now() + CHALLENGE_LIFETIME))
    return challenge


def _challenge_key(challenge: str, purpose: str) -> str:
    return hash_secret(f"{purpose} {challenge}")


def _use_challenge(db: Db, credential: str, purpose: str) -> bytes:
    """Return the challenge that a browser says it has signed, and delete it.

    The signature is still to be verified. Raises `Invalid` if the challenge is not one of ours for this purpose.
    """
    try:
        response = json.loads(credential)["response"]
        challenge = json.loads(base64url_to_bytes(response["clientDataJSON"]))["challenge"]
        key = _challenge_key(challenge, purpose)
        stored = db.get(PasskeyChallenge, key, with_for_update=True)
        if stored is None or stored.expires_at < now():
            raise Invalid(NOT_ACCEPTED)
        db.delete(stored)
        return base64url_to_bytes(challenge)
    except (ValueError, KeyError, TypeError, AttributeError, WebAuthnException) as error:
        raise Invalid(NOT_ACCEPTED) from error


def _credential_id(credential: str) -> str:
    """Return the id of the passkey in a browser's answer. Raises `Invalid` for any other text."""
    try:
        return str(json.loads(credential)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(NOT_ACCEPTED) from error


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
