"""Codes of six digits that prove who reads an e-mail address. Only their keyed hash is stored."""

import secrets

from app.nik_vault import NikVault

DIGITS = 6
# A code that was typed wrong so often is void: five tries of a million.
MAX_WRONG_CODES = 5


def generate_code() -> str:
    """Return a random code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_code(vault: NikVault, purpose: str, code: str) -> str:
    """Return the keyed hash of a code as it was typed; spaces and hyphens don't count.

    `purpose` says what the code is good for, and whose it is: the same code for anything else has another hash.
    """
    return vault.key(f"{purpose} {''.join(filter(str.isdecimal, code))}")
