"""Edit conflicts: a form carries a fingerprint of what it showed, so that saving it overwrites no newer change."""

from hashlib import sha256

import orjson

from app.errors import Conflict
from app.i18n import N_

CHANGED = "changed-meanwhile"


def fingerprint(values: object) -> str:
    """Return a hash (16 hex digits) of the values that a form shows: JSON values or dataclasses of them."""
    return sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def require_unchanged(form_fingerprint: str, values: object) -> None:
    """Raise `Conflict` (code "changed-meanwhile") unless `form_fingerprint` is the `fingerprint` of the current values.

    A form sends the fingerprint of the values that it showed. "" is never refused: it stands for changes that are not
    made in a form, as by the API.
    """
    if form_fingerprint and form_fingerprint != fingerprint(values):
        text = N_(
            "Others have changed this meanwhile. What differs from theirs is listed. Save again if yours is right."
        )
        raise Conflict(text, code=CHANGED)
