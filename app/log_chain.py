"""The hashes of the activity log: of a line's values, of the chain of its lines, and of the chain's end.

The values of a line may name people and can be erased, so the chain does not contain them but a digest of them. The
digest is salted, and the salt is erased with the values: names are short, and without the salt they could be guessed
from a digest.

The chain is keyed (HMAC-SHA-256). Only a holder of the key can compute it anew after a change.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

SALT_BYTES = 16
KEY_BYTES = 32

Values = Mapping[str, Any] | None


def new_salt() -> str:
    """Return a random salt for `digest_values`, in hexadecimal."""
    return secrets.token_hex(SALT_BYTES)


def new_key() -> bytes:
    """Return a random key for a new chain."""
    return secrets.token_bytes(KEY_BYTES)


def digest_values(salt: str, before: Values, after: Values) -> str:
    """Return the salted SHA-256 of a line's values, in hexadecimal. The order of their keys does not matter."""
    return sha256(
        bytes.fromhex(salt) + orjson.dumps([before, after], option=orjson.OPT_SORT_KEYS)
    ).hexdigest()


def seal_line(key: bytes, previous: str, position: int, sealed_at: datetime, line: Sequence[Any]) -> str:
    """Return the hash of the chain at `position`, in hexadecimal.

    It covers the hash before it ("" at position 1), its own place and time, and all columns of the line that are never
    erased.
    """
    return _keyed_hash(key, ["line", previous, position, sealed_at, *line])


def seal_head(key: bytes, position: int, chain_hash: str) -> str:
    """Return the hash by which the end of the chain is known to be genuine, in hexadecimal."""
    return _keyed_hash(key, ["head", position, chain_hash])


def _keyed_hash(key: bytes, parts: list[Any]) -> str:
    return hmac.new(key, orjson.dumps(parts, option=orjson.OPT_UTC_Z), sha256).hexdigest()
