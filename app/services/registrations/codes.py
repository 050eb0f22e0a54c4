"""The codes of registrations: on tickets, in URLs, and hidden in attendance lists."""

import secrets

from sqlmodel import col, select

from app.database import Db
from app.models import Registration
from app.queries.in_values import in_values

# 32 letters and digits, without those that are mistaken for each other when they are read out (0 and O, 1 and I).
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# With 100,000 tickets and 500 tries a second, one would be found after 260 days. Tickets made before have 8.
CODE_LENGTH = 10
PRINT_CODE_LENGTH = 8
# The letter of each byte; every letter has equally many bytes.
_LETTERS = (CODE_ALPHABET * (256 // len(CODE_ALPHABET))).encode()


def generate_registration_code() -> str:
    """Return a random code that a person can read out and that can't be guessed (one of 32^10, about 10^15).

    It is not compared with the codes in use: if it is taken, which is most unlikely, the unique constraint refuses it.
    """
    return _generate_codes(1).pop()


def generate_unused_registration_codes(db: Db, count: int) -> list[str]:
    """Return `count` different codes that no registration has; among 100,000 a repeated code is not unlikely."""
    codes: set[str] = set()
    while missing := count - len(codes):
        new_codes = _generate_codes(missing)
        code = col(Registration.code)
        codes |= new_codes - set(db.scalars(select(code).where(in_values(db, code, new_codes))))
    return list(codes)


def generate_print_code() -> str:
    """Return a random code for a printed list, in the QR codes of its pages. It opens nothing without a login."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(PRINT_CODE_LENGTH))


def parse_ticket_code(text: str) -> str:
    """Return the code in capital letters from the text of a ticket's QR code, its URL, or from a code typed by hand.

    That is what follows the last slash, without a query; it is not checked.
    """
    return text.strip().partition("?")[0].rstrip("/").rpartition("/")[2].upper()


def _generate_codes(count: int) -> set[str]:
    """Return random codes, at most `count` of them: the same code may come twice."""
    letters = secrets.token_bytes(count * CODE_LENGTH).translate(_LETTERS).decode()
    return {letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)}
