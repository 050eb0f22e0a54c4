"""Parse e-mail addresses. Only their form is checked, without the network."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from app.people.values.text import clean

_PLAIN_LOCAL_PART = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_MAX_LOCAL_PART_LENGTH = 64


def parse_email(text: str) -> str | None:
    """Return the address in lower case, or None if the text isn't one."""
    address = clean(text).lower()
    local, _, domain = address.rpartition("@")
    if len(local) <= _MAX_LOCAL_PART_LENGTH and _PLAIN_LOCAL_PART.fullmatch(local):
        valid_domain = _valid_domain(domain)
        return f"{local}@{valid_domain}" if valid_domain else None
    return _validate(address)


def mask_email(email: str) -> str:
    """Return an e-mail address with its owner's letters hidden: "siti@contoh.id" becomes "s••••@contoh.id"."""
    owner, _, domain = email.rpartition("@")
    return f"{owner[:1]}••••@{domain}"


@lru_cache(maxsize=10_000)
def _valid_domain(domain: str) -> str | None:
    """Return the normalised domain, or None. Cached, as most people of a list share a few domains."""
    address = _validate(f"a@{domain}")
    return address.partition("@")[2] if address else None


def _validate(address: str) -> str | None:
    """Return the normalised address in lower case, or None if it is invalid."""
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
