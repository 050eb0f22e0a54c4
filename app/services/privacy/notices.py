"""Publish versions of the privacy notice. A published text is never changed: a correction is a new version."""

from dataclasses import dataclass
from pathlib import Path

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_, wita_today
from app.models import PrivacyNotice
from app.permissions import Actor, Permission
from app.queries.privacy.notices import CONTACT, get_current_notice, list_notices
from app.services.activities import log_activity
from app.services.locks import lock_reference_data

SHIPPED_FOLDER = Path(__file__).parents[2] / "data" / "privacy-notices"
MAX_LENGTH = 20_000

NO_PRIVACY_CONTACT = N_(
    "A public page needs a contact for personal data. Set JANGKAU_PRIVACY_CONTACT to an e-mail address or telephone "
    "number, and start the service again."
)


@dataclass(frozen=True)
class NoticeInput:
    """The text of a new version in Indonesian and English."""

    text_id: str
    text_en: str


def publish_notice(db: Db, actor: Actor, data: NoticeInput, *, seen_version: str = "") -> PrivacyNotice:
    """Publish a new version of the notice, in force at once, log it and return it.

    `seen_version` is the version that the user's form began with, "" without a form. Raises `Forbidden` without
    `NOTICE_WRITE`, `Invalid` if a text is missing, too long, or has no place for the contact, and `Conflict` if the
    notice is the same as before (code "unchanged") or another version was published meanwhile ("changed-meanwhile").
    """
    actor.require(Permission.NOTICE_WRITE)
    texts = {"text_id": _normalize(data.text_id), "text_en": _normalize(data.text_en)}
    if errors := {field: error for field, text in texts.items() if (error := _find_error(text))}:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    lock_reference_data(db)
    current = get_current_notice(db)
    if seen_version and seen_version != current.version:
        text = N_("Version %(version)s was published meanwhile. Look at it before you publish another.")
        raise Conflict(text, code="changed-meanwhile", version=current.version)
    if texts == {"text_id": _normalize(current.text_id), "text_en": _normalize(current.text_en)}:
        raise Conflict(
            N_("This is the text of the version in force. Nothing was published."), code="unchanged"
        )
    notice = PrivacyNotice(
        version=_next_version(db),
        text_id=texts["text_id"],
        text_en=texts["text_en"],
        published_by=actor.user_id,
    )
    db.add(notice)
    db.flush()
    after = {"version": notice.version}
    log_activity(
        db,
        actor,
        "publish",
        "privacy-notice",
        notice.version,
        before={"version": current.version},
        after=after,
    )
    return notice


def load_shipped_notice(db: Db) -> None:
    """Add the versions that come with the software and are not there yet, and flush.

    Nothing is added once an administrator has published a text, so that an update never replaces it.
    """
    notices = list_notices(db)
    if any(notice.published_by for notice in notices):
        return
    known = {notice.version for notice in notices}
    for path in sorted(SHIPPED_FOLDER.glob("*.id.txt")):
        version = path.name.removesuffix(".id.txt")
        if version not in known:
            english = path.with_name(f"{version}.en.txt")
            db.add(PrivacyNotice(version=version, text_id=path.read_text(), text_en=english.read_text()))
    db.flush()


def _normalize(text: str) -> str:
    """Return the text with "\\n" as the end of lines, as browsers send "\\r\\n"."""
    return "\n".join(text.strip().splitlines()) + "\n"


def _find_error(text: str) -> str:
    """Return the msgid of what is wrong with a text, "" if nothing is."""
    if not text.strip():
        return N_("A text is needed in both languages.")
    if len(text) > MAX_LENGTH:
        return N_("This text is too long: at most 20,000 characters.")
    if CONTACT not in text:
        return N_("Write {kontak} where the contact for personal data shall stand.")
    return ""


def _next_version(db: Db) -> str:
    """Return the year with the number that follows the year's last version: "2026-3"."""
    year = wita_today().year
    numbers = [
        int(number)
        for notice in list_notices(db)
        for of_year, _, number in [notice.version.partition("-")]
        if of_year == str(year)
    ]
    return f"{year}-{max(numbers, default=0) + 1}"
