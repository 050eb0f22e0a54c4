"""All keys of an installation, each derived from its secret, and what that secret must be.

HKDF (RFC 5869) derives a key for one purpose alone: a key that becomes known tells nothing about the others.
"""

import re
from enum import StrEnum
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import Problem

KEY_BYTES = 32
# 32 random bytes in hexadecimal and in Base64.
MIN_HEX_DIGITS = 64
MIN_CHARACTERS = 43
# Decimal digits of the guesses that zxcvbn estimates. For random characters it counts about one digit each, so that
# 43 of them have 41 or more; words, repetitions, dates and rows of a keyboard have far fewer.
MIN_GUESSES_LOG10 = 36
_MAX_ESTIMATED = 72  # characters that zxcvbn takes

_HEX = re.compile(r"[0-9a-fA-F]+")
_MIXED = re.compile(r"(?=.*[A-Z])(?=.*[0-9])")

HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


class Purpose(StrEnum):
    """What a key is for. The value is the `info` of HKDF: another value gives another key."""

    ENCRYPTION = "jangkau encryption"
    NIK_LOOKUP = "jangkau nik lookup"
    DELEGATION_LINKS = "jangkau delegation links"
    REPORT_MAILS = "jangkau report mails"
    SIGN_ON_COOKIES = "jangkau single sign-on cookies"
    BACKUPS = "jangkau backups"


def derive_key(secret: bytes, purpose: Purpose) -> bytes:
    """Return the key of 32 bytes for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def require_strong_secret(secret: str) -> None:
    """Raise `Problem` with the code `weak-secret-key` unless the secret can hold 32 random bytes and looks random."""
    if not _is_strong(secret):
        raise Problem(
            "JANGKAU_SECRET_KEY is too weak: keys are derived from it, so it must be 32 random bytes or more, that is "
            f"{MIN_HEX_DIGITS} hexadecimal digits, or {MIN_CHARACTERS} letters (also capital ones) and digits, without "
            f"words and repetitions. Make one with {HOW_TO_MAKE_ONE}. "
            "If data is encrypted with the weak one already, set JANGKAU_SECRET_KEY_OLD to it and JANGKAU_SECRET_KEY "
            "to the new one, and run 'jangkau keys rotate'.",
            code="weak-secret-key",
        )


@lru_cache(maxsize=8)
def _is_strong(secret: str) -> bool:
    """Return whether a secret is long enough, and neither words nor a repetition or sequence."""
    from zxcvbn import zxcvbn  # its lists of words take 40 ms to load, and most commands don't need them

    if _HEX.fullmatch(secret):
        long_enough = len(secret) >= MIN_HEX_DIGITS
    else:
        long_enough = len(secret) >= MIN_CHARACTERS and _MIXED.match(secret) is not None
    return long_enough and float(zxcvbn(secret[:_MAX_ESTIMATED])["guesses_log10"]) >= MIN_GUESSES_LOG10
