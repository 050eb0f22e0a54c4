"""Find the rows of a meeting's report that belong to one account: it has one for each time that it joined."""

from collections.abc import Sequence
from dataclasses import replace

from app.people.values.cells import cell_text
from app.people.values.names import CLEARLY_DIFFERENT, similarity
from app.people.values.text import words
from app.spreadsheets.attendance.rows import JudgedRow, ParsedRow

_DEVICE = "device-name"


def name_devices(rows: Sequence[ParsedRow]) -> list[ParsedRow]:
    """Return the rows of a report, in which a device has the name that the same e-mail has in another row.

    Somebody joined as "iPhone" and then typed their name.
    """
    names: dict[str, ParsedRow] = {}
    for row in rows:
        if row.values.email and not _is_device(row):
            names.setdefault(row.values.email, row)
    return [
        _with_name(row, names[row.values.email])
        if _is_device(row) and row.values.email and row.values.email in names
        else row
        for row in rows
    ]


def _with_name(row: ParsedRow, named: ParsedRow) -> ParsedRow:
    values = replace(row.values, name=named.values.name, name_key=named.values.name_key)
    return replace(row, values=values, remarks=[remark for remark in row.remarks if remark.code != _DEVICE])


class MeetingAccounts:
    """The first row of each account, by its e-mail and by its name as it is written."""

    def __init__(self) -> None:
        self._by_email: dict[str, JudgedRow] = {}
        self._by_name: dict[str, list[JudgedRow]] = {}

    def add(self, row: JudgedRow) -> None:
        """Add the first row of an account."""
        if row.values.email:
            self._by_email.setdefault(row.values.email, row)
        self._by_name.setdefault(_name(row), []).append(row)

    def find(self, row: JudgedRow) -> JudgedRow | None:
        """Return the first row of the same account, or None.

        It has the same e-mail, unless its name is another person's; else the same name, and not another e-mail. The
        name of a device is that of many.
        """
        email = row.values.email
        if email and (first := self._by_email.get(email)):
            return None if _names_another(row, first) else first
        if _is_device(row):
            return None
        namesakes = self._by_name.get(_name(row), [])
        fitting = [other for other in namesakes if not (email and other.values.email)]
        return fitting[0] if len(fitting) == len(namesakes) == 1 else None

    def find_shared(self, row: JudgedRow) -> JudgedRow | None:
        """Return the first row with the same e-mail and clearly another name: of a family, or an office; or None."""
        first = self._by_email.get(row.values.email) if row.values.email else None
        return first if first is not None and first is not row and _names_another(row, first) else None


def _names_another(row: JudgedRow, other: JudgedRow) -> bool:
    """Return whether both rows have the name of a person, and clearly different ones."""
    if _is_device(row) or _is_device(other):
        return False
    return similarity(row.values.name_key, other.values.name_key) < CLEARLY_DIFFERENT


def _is_device(row: JudgedRow | ParsedRow) -> bool:
    return not row.values.name_key or any(remark.code == _DEVICE for remark in row.remarks)


def _name(row: JudgedRow) -> str:
    return words(cell_text(row.cells.get("name")))
