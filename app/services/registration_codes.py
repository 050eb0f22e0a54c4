"""The codes that registrations bear: on tickets, in addresses, hidden in attendance lists."""

import secrets

# 32 letters and digits, none of which is taken for another when read out; as many as five bits tell apart.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8


def new_registration_codes(count: int) -> list[str]:
    """Codes that a person can read out and nobody can guess (32^8, about 10^12)."""
    letters = "".join(
        CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in secrets.token_bytes(count * CODE_LENGTH)
    )
    return [letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)]


def new_registration_code() -> str:
    return new_registration_codes(1)[0]
