"""The letterhead of documents."""

from base64 import b64encode

from app.database import Db
from app.models import SavedLetterhead
from app.reports.letterhead import LETTERHEAD, Letterhead


def get_letterhead(db: Db) -> Letterhead:
    """Return the letterhead that an administrator has saved, else `LETTERHEAD`."""
    return find_saved_letterhead(db) or LETTERHEAD


def find_saved_letterhead(db: Db) -> Letterhead | None:
    """Return the letterhead that an administrator has saved; None if none has."""
    saved = db.get(SavedLetterhead, 1)
    if saved is None:
        return None
    return Letterhead(
        saved.city,
        saved.government,
        saved.office,
        saved.address,
        saved.phone,
        coat_of_arms=b64encode(saved.coat_of_arms or b"").decode(),
    )
