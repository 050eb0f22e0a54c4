"""Save the letterhead of documents."""

from dataclasses import asdict, fields

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import SavedLetterhead
from app.permissions import Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.reports.letterhead import Letterhead
from app.services.activities import log_activity
from app.services.edit_conflicts import require_unchanged

MAX_LENGTH = 120
NAMES = ("city", "government", "office")


def save_letterhead(db: Db, actor: Actor, letterhead: Letterhead, *, form_fingerprint: str = "") -> None:
    """Save the letterhead, without spaces around its texts, and log it.

    Raises `Forbidden` for all but administrators, `Invalid` for a name that is missing or a text that is too long, and
    `Conflict` if others have changed it since the form with `form_fingerprint` was opened.
    """
    actor.require(Permission.USER_WRITE)
    letterhead = Letterhead(**{name: text.strip() for name, text in asdict(letterhead).items()})
    _require_valid(letterhead)
    before = get_letterhead(db)
    if letterhead != before:
        require_unchanged(form_fingerprint, asdict(before))
    db.merge(SavedLetterhead(id=1, **asdict(letterhead)))
    log_activity(db, actor, "change", "letterhead", 1, before=asdict(before), after=asdict(letterhead))


def _require_valid(letterhead: Letterhead) -> None:
    """Raise `Invalid` with the fields that are missing or too long, if there are any."""
    errors = {}
    for field in fields(letterhead):
        text = getattr(letterhead, field.name)
        if len(text) > MAX_LENGTH:
            errors[field.name] = N_("At most 120 characters.")
        elif field.name in NAMES and not text:
            errors[field.name] = N_("A name is needed.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
