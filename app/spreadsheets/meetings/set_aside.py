"""Find the rows of a meeting's report that are no participants: hosts, panelists and programs that take notes."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Literal, TypeAlias

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean, collapse, words
from app.spreadsheets.detected_table import SheetRow
from app.spreadsheets.tables.columns.header import Heading, row_texts
from app.spreadsheets.tables.columns.headings import is_role_heading

Reason: TypeAlias = Literal["meeting-host", "meeting-panelist", "meeting-bot"]
SET_ASIDE = frozenset({"meeting-host", "meeting-panelist", "meeting-bot"})
"""The codes of the warnings on rows that are no participants."""

_HOST_LABELS = frozenset(
    {"user email", "host", "host email", "host name", "email host", "organizer", "organizer email"}
    | {"organized by", "meeting organizer", "penyelenggara", "email penyelenggara", "email pengguna"}
    | {"nama host", "penyelenggara rapat"}
)
_HOST_ROLES = frozenset(
    {"host", "organizer", "organiser", "penyelenggara", "tuan rumah", "co host", "cohost", "alternate host"}
    | {"co organizer", "co organiser", "rekan penyelenggara", "penyelenggara bersama", "wakil penyelenggara"}
)
_PRESENTER_ROLES = frozenset({"presenter", "penyaji", "presentator"})
_PANELIST_ROLES = _PRESENTER_ROLES | {"panelist", "panelis", "speaker", "pembicara", "narasumber"}
_ROLES = _HOST_ROLES | _PANELIST_ROLES | {"attendee", "participant", "guest", "peserta", "hadirin", "tamu"}
_BOT = re.compile(
    r".*\b(?:otter\s?pilot|otter\.ai|fireflies(?:\.ai)?|read\.ai|read ai|fathom(?:\.video| notetaker)|tl;?dv|meetgeek"
    r"|sembly ai|avoma|note\s?taker|notulen ai|ai (?:companion|notes?|assistant)|meeting assistant)\b.*"
    r"|(?:zoom|meeting|cloud|server)?\s*(?:recorder|recording|rekaman|perekam)(?:\s+(?:zoom|rapat|meeting|bot|server))?\s*\d*",
    re.IGNORECASE,
)


def find_set_aside(
    above: Sequence[Sequence[Cell]],
    headings: Sequence[Heading],
    rows: Sequence[Sequence[Cell]],
    participants: Sequence[SheetRow],
) -> dict[int, tuple[Remark, ...]]:
    """Return by number the rows that are set aside, each with the warning that says why.

    A host is named above the participants, by e-mail or name; hosts and panelists have that role in their row. Teams
    lets everybody present by default: presenters are set aside only where there are more attendees.
    """
    hosts = set(_find_host_keys(above))
    role_column = next(
        (heading.index for heading in headings if holds_roles(heading, rows, of_meeting=True)), None
    )
    roles = {
        row.number: _text(rows[row.number - 1], role_column) if role_column is not None else ""
        for row in participants
    }
    presenters = sum(role in _PRESENTER_ROLES for role in roles.values())
    attendees = sum(role != "" and role not in _PANELIST_ROLES | _HOST_ROLES for role in roles.values())
    speakers = _PANELIST_ROLES if attendees >= presenters else _PANELIST_ROLES - _PRESENTER_ROLES
    remarks: dict[int, tuple[Remark, ...]] = {}
    for row in participants:
        name, email = clean(cell_text(row.cells.get("name"))), clean(cell_text(row.cells.get("email")))
        reason = _reason(name, email, roles[row.number], hosts, speakers)
        if reason is not None:
            remarks[row.number] = (Remark("warning", "name", reason, {"found": name}),)
    return remarks


def _reason(name: str, email: str, role: str, hosts: set[str], speakers: Set[str]) -> Reason | None:
    if is_bot(name):
        return "meeting-bot"
    if email.lower() in hosts or words(name) in hosts or role in _HOST_ROLES:
        return "meeting-host"
    return "meeting-panelist" if role in speakers else None


def is_bot(name: str) -> bool:
    """Return whether this is the name of a program that takes part to record or to take notes ("Otter.ai")."""
    return _BOT.fullmatch(collapse(clean(name))) is not None


def holds_roles(heading: Heading, rows: Sequence[Sequence[Cell]], *, of_meeting: bool) -> bool:
    """Return whether the column holds roles in a meeting ("Organizer", "Attendee"), and no groups of people.

    In a list that isn't recognised as a meeting's, somebody must have organized it: "Narasumber" alone is asked about.
    """
    if not is_role_heading(heading.text):
        return False
    roles = {_text(row, heading.index) for row in rows} - {"", words(heading.text)}
    holders = _HOST_ROLES | _PANELIST_ROLES if of_meeting else _HOST_ROLES
    return not roles.isdisjoint(holders) and roles <= _ROLES


def _find_host_keys(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Yield e-mails in lower case and words of names that stand beside or below a label of the host."""
    texts = [row_texts(row) for row in rows]
    for at, row in enumerate(texts):
        below = texts[at + 1] if at + 1 < len(texts) else []
        for column, text in enumerate(row):
            if words(text) not in _HOST_LABELS:
                continue
            beside = row[column + 1] if column + 1 < len(row) else ""
            under = below[column] if column < len(below) else ""
            value = under if "@" in under or words(beside) in _HOST_LABELS or not beside else beside
            if value:
                yield value.lower() if "@" in value else words(value)


def _text(row: Sequence[Cell], column: int) -> str:
    return words(cell_text(row[column])) if column < len(row) else ""
