"""E-mail addresses, checked for their form only: nothing is asked of the network."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from app.people.text import clean

_PLAIN_LOCAL_PART = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_LONGEST_LOCAL_PART = 64


def read_email(text: str) -> str | None:
    """The address in lower case, or None where it can't be one."""
    address = clean(text).lower()
    local, _, domain = address.rpartition("@")
    if len(local) <= _LONGEST_LOCAL_PART and _PLAIN_LOCAL_PART.fullmatch(local):
        valid_domain = _valid_domain(domain)
        return f"{local}@{valid_domain}" if valid_domain else None
    return _validated(address)


def mask_email(email: str) -> str:
    """Return an e-mail address with its owner's letters hidden: "siti@contoh.id" becomes "s••••@contoh.id"."""
    owner, _, domain = email.rpartition("@")
    return f"{owner[:1]}••••@{domain}"


@lru_cache(maxsize=10_000)
def _valid_domain(domain: str) -> str | None:
    """Lists repeat the domain, and only the part before it is each person's own."""
    address = _validated(f"a@{domain}")
    return address.partition("@")[2] if address else None


def _validated(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
