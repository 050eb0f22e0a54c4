"""A form that was open a while overwrites nothing that its reader didn't see: it says what it was filled with."""

from hashlib import sha256

import orjson

from app.errors import Conflict
from app.i18n import N_

CHANGED = "changed-meanwhile"


def fingerprint(filled: object) -> str:
    """A short sign of what a form is filled with, another for anything else."""
    return sha256(orjson.dumps(filled, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def require_unchanged(seen: str, filled: object) -> None:
    """Raises `Conflict` where the form would be filled with something else by now. `seen` empty: nobody had a form."""
    if seen and seen != seal(filled):
        text = N_(
            "Others have changed this meanwhile. What differs from theirs is listed. Save again if yours is right."
        )
        raise Conflict(text, code=CHANGED)
