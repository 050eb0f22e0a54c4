"""Find the host of an online meeting in the report of its participants (Zoom, Teams)."""

from collections.abc import Iterator, Sequence

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import SheetRow
from app.spreadsheets.tables.columns.header import Heading, row_texts
from app.spreadsheets.tables.columns.headings import is_role_heading

_HOST_LABELS = frozenset(
    {"user email", "host", "host email", "host name", "email host", "organizer", "organizer email"}
    | {"organized by", "meeting organizer", "penyelenggara", "email penyelenggara", "email pengguna"}
)
_HOST_ROLES = frozenset({"host", "organizer", "organiser", "penyelenggara", "tuan rumah"})
_ROLES = _HOST_ROLES | {
    *("co host", "co organizer", "presenter", "attendee", "participant", "panelist", "guest"),
    *("penyaji", "presentator", "peserta", "hadirin", "panelis", "tamu"),
}
_COMES_AND_GOES = frozenset(
    {
        "join time",
        "leave time",
        "first join",
        "last leave",
        "first join time",
        "last leave time",
        "time in call",
    }
    | {
        "duration",
        "duration minutes",
        "in meeting duration",
        "total duration minutes",
        "time joined",
        "time exited",
    }
    | {"waktu bergabung", "waktu keluar", "waktu meninggalkan", "durasi", "durasi menit", "bergabung pertama"}
)


def is_meeting_report(headings: Sequence[Heading]) -> bool:
    """Return whether the table lists the comings and goings in an online meeting: each person may have several rows."""
    return len({words(heading.text) for heading in headings} & _COMES_AND_GOES) > 1


def find_hosts(
    above: Sequence[Sequence[Cell]],
    headings: Sequence[Heading],
    rows: Sequence[Sequence[Cell]],
    participants: Sequence[SheetRow],
) -> dict[int, tuple[Remark, ...]]:
    """Return a question for each row of a host, by the row's number.

    A host is named above the participants, by e-mail or name, or has that role in its row.
    """
    keys = set(_find_host_keys(above))
    role = next((heading.index for heading in headings if holds_roles(heading, rows)), None)
    if not keys and role is None:
        return {}
    remarks: dict[int, tuple[Remark, ...]] = {}
    for row in participants:
        name, email = clean(cell_text(row.cells.get("name"))), clean(cell_text(row.cells.get("email")))
        if email.lower() in keys or words(name) in keys:
            remarks[row.number] = (Remark("review", "name", "host", {"found": name}),)
        elif role is not None and _text(rows[row.number - 1], role) in _HOST_ROLES:
            params = {"found": name, "role": clean(cell_text(rows[row.number - 1][role]))}
            remarks[row.number] = (Remark("review", "name", "host", params),)
    return remarks


def holds_roles(heading: Heading, rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether the column holds roles in a meeting ("Organizer", "Attendee"), and no groups of people."""
    if not is_role_heading(heading.text):
        return False
    roles = {_text(row, heading.index) for row in rows} - {"", words(heading.text)}
    return not roles.isdisjoint(_HOST_ROLES) and roles <= _ROLES


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
