"""The codes that registrations bear: on tickets, in addresses, hidden in attendance lists."""

import secrets

# 32 letters and digits, none of which is taken for another when read out; as many as five bits tell apart.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
_LETTERS = (CODE_ALPHABET * (256 // len(CODE_ALPHABET))).encode()
"""For each byte its letter; every letter has as many bytes."""


def new_registration_codes(count: int) -> list[str]:
    """Codes that a person can read out and nobody can guess (32^8, about 10^12)."""
    letters = secrets.token_bytes(count * CODE_LENGTH).translate(_LETTERS).decode()
    return [letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)]


def new_registration_code() -> str:
    return new_registration_codes(1)[0]


def code_on_ticket(text: str) -> str:
    """The code in what a ticket's QR says, which is the address of its page, or in what was typed by hand."""
    return text.strip().partition("?")[0].rstrip("/").rpartition("/")[2].upper()
