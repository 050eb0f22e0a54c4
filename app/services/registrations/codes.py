"""The codes that registrations bear: on tickets, in addresses, hidden in attendance lists."""

import secrets
from collections.abc import Collection

from sqlmodel import col, select

from app.database import Db
from app.models import Registration
from app.queries.in_values import in_values

# 32 letters and digits, none of which is taken for another when read out; as many as five bits tell apart.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
_LETTERS = (CODE_ALPHABET * (256 // len(CODE_ALPHABET))).encode()
"""For each byte its letter; every letter has as many bytes."""


def new_registration_code() -> str:
    """A code that a person can read out and nobody can guess (32^8, about 10^12).

    That somebody has it already is so unlikely for one that only the database looks: it refuses it.
    """
    return _drawn(1).pop()


def unused_registration_codes(db: Db, count: int) -> list[str]:
    """So many codes that no registration has: of a hundred thousand, two may well be drawn alike, or be taken."""
    codes: set[str] = set()
    while missing := count - len(codes):
        drawn = _drawn(missing)
        codes |= drawn - _taken(db, drawn)
    return list(codes)


def _drawn(count: int) -> set[str]:
    """As many at most: of those that are drawn twice there is one."""
    letters = secrets.token_bytes(count * CODE_LENGTH).translate(_LETTERS).decode()
    return {letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)}


def _taken(db: Db, codes: Collection[str]) -> set[str]:
    code = col(Registration.code)
    return set(db.scalars(select(code).where(in_values(db, code, codes))))


def code_on_ticket(text: str) -> str:
    """The code in what a ticket's QR says, which is the address of its page, or in what was typed by hand."""
    return text.strip().partition("?")[0].rstrip("/").rpartition("/")[2].upper()
