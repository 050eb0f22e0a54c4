"""Save the letterhead of documents and its coat of arms."""

import hashlib
from collections.abc import Mapping

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import SavedLetterhead
from app.permissions import Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.reports.letterhead import LETTERHEAD, Letterhead
from app.services.activities import log_activity
from app.services.edit_conflicts import require_unchanged
from app.services.installation.coat_of_arms import read_coat_of_arms

MAX_LENGTH = 120
NAMES = ("city", "government", "office")


def save_letterhead(db: Db, actor: Actor, letterhead: Letterhead, *, form_fingerprint: str = "") -> None:
    """Save the texts of the letterhead, without spaces around them, and log it. Its coat of arms stays.

    Raises `Forbidden` for all but administrators, `Invalid` for a name that is missing or a text that is too long, and
    `Conflict` if others have changed it since the form with `form_fingerprint` was opened.
    """
    actor.require(Permission.USER_WRITE)
    texts = {name: text.strip() for name, text in letterhead.texts.items()}
    _require_valid(texts)
    before = get_letterhead(db).texts
    if texts != before:
        require_unchanged(form_fingerprint, before)
    saved = db.get(SavedLetterhead, 1)
    db.merge(SavedLetterhead(id=1, **texts, coat_of_arms=saved.coat_of_arms if saved else None))
    log_activity(db, actor, "change", "letterhead", 1, before=before, after=texts)


def set_coat_of_arms(db: Db, actor: Actor, content: bytes | None) -> None:
    """Save the picture in `content` as the coat of arms of all documents, or remove it if there is none, and log it.

    Raises `Forbidden` for all but administrators, and `Invalid` for a file that is no picture of a known kind.
    """
    actor.require(Permission.USER_WRITE)
    picture = None if content is None else read_coat_of_arms(content)
    saved = db.get(SavedLetterhead, 1) or SavedLetterhead(id=1, coat_of_arms=None, **LETTERHEAD.texts)
    before, saved.coat_of_arms = saved.coat_of_arms, picture
    db.add(saved)
    db.flush()
    log_activity(
        db,
        actor,
        "change",
        "letterhead",
        1,
        before={"coat_of_arms": _checksum(before)},
        after={"coat_of_arms": _checksum(picture)},
    )


def _checksum(picture: bytes | None) -> str:
    """Return the first characters of the picture's SHA-256, "" without a picture."""
    return hashlib.sha256(picture).hexdigest()[:12] if picture else ""


def _require_valid(texts: Mapping[str, str]) -> None:
    """Raise `Invalid` with the fields that are missing or too long, if there are any."""
    errors = {}
    for name, text in texts.items():
        if len(text) > MAX_LENGTH:
            errors[name] = N_("At most 120 characters.")
        elif name in NAMES and not text:
            errors[name] = N_("A name is needed.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
