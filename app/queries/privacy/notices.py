"""The versions of the privacy notice, for the public pages and for the administrators who write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import PrivacyNotice, User

# What a notice's text may leave open; `NoticeView.sections` fills it in.
ORGANIZER, CONTACT = "{penyelenggara}", "{kontak}"

_HEADING, _ITEM = "## ", "- "
_NEWEST_FIRST = (col(PrivacyNotice.published_at).desc(), col(PrivacyNotice.version).desc())
_CURRENT_VERSION = select(PrivacyNotice.version).order_by(*_NEWEST_FIRST).limit(1)
_NONE = N_("There is no privacy notice yet.")


@dataclass(frozen=True)
class NoticeSection:
    """A section of a notice: its heading, and paragraphs, each a text or a tuple of list items.

    The heading of text before the first heading is "".
    """

    heading: str
    paragraphs: tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True)
class NoticeView:
    """A version of the notice. `published_by` is "" for a text that came with the software."""

    version: str
    text_id: str
    text_en: str
    published_at: datetime
    published_by: str

    def sections(self, language: Language, *, organizer: str, contact: str) -> tuple[NoticeSection, ...]:
        """Return the text in the language, with the organizer's name and the contact in their places."""
        text = self.text_id if language == "id" else self.text_en
        return parse_sections(text.replace(ORGANIZER, organizer).replace(CONTACT, contact))


def get_current_notice(db: Db) -> NoticeView:
    """Return the notice in force: the version that was published last. Raises `NotFound` if there is none."""
    notices = list_notices(db, limit=1)
    if not notices:
        raise NotFound(_NONE)
    return notices[0]


def get_current_notice_version(db: Db) -> str:
    """Return the version of the notice in force. Raises `NotFound` if there is none."""
    version = db.scalars(_CURRENT_VERSION).first()
    if version is None:
        raise NotFound(_NONE)
    return version


def get_notice(db: Db, version: str) -> NoticeView:
    """Return one version of the notice. Raises `NotFound`."""
    for notice in list_notices(db):
        if notice.version == version:
            return notice
    raise NotFound(N_("There is no version %(version)s of the privacy notice."), version=version)


def list_notices(db: Db, *, limit: int | None = None) -> list[NoticeView]:
    """Return the versions of the notice, the one in force first. They are public, so no permission is needed."""
    rows = db.exec(
        select(PrivacyNotice, User.name)
        .outerjoin(User, col(User.id) == col(PrivacyNotice.published_by))
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )
    return [
        NoticeView(notice.version, notice.text_id, notice.text_en, notice.published_at, publisher or "")
        for notice, publisher in rows
    ]


def parse_sections(text: str) -> tuple[NoticeSection, ...]:
    """Return the sections of a notice's text.

    A line that begins with "## " is a heading, lines that begin with "- " are items of a list, and every other line is
    a paragraph.
    """
    return tuple(
        NoticeSection(heading, tuple(_paragraphs(lines))) for heading, lines in _lines_by_heading(text)
    )


def _lines_by_heading(text: str) -> list[tuple[str, list[str]]]:
    """Return each heading with its lines that are not blank. Lines before the first heading have the heading ""."""
    sections: list[tuple[str, list[str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith(_HEADING):
            sections.append((line.removeprefix(_HEADING).strip(), []))
        else:
            if not sections:
                sections.append(("", []))
            sections[-1][1].append(line)
    return sections


def _paragraphs(lines: list[str]) -> Iterator[str | tuple[str, ...]]:
    """Yield the lines, with items that follow each other as one tuple."""
    items: list[str] = []
    for line in lines:
        if line.startswith(_ITEM):
            items.append(line.removeprefix(_ITEM).strip())
            continue
        if items:
            yield tuple(items)
            items = []
        yield line
    if items:
        yield tuple(items)
