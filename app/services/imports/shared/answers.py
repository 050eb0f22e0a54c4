"""Answers in a shared upload: what staff say about the person of a row holds in every session that reads the row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.models import AttendanceImportRow
from app.nik_vault import NikVault
from app.queries.imports.rows import Correction, cell_columns, row_cells

# Fields that say something else about each session.
ABOUT_ATTENDANCE = frozenset({"attendance", "minutes", "signature", "note"})
DECIDES_PERSON = frozenset({"person", "kelurahan", "skip"})
NEEDS_ANSWER = ("review", "error")


@dataclass(frozen=True)
class SharedAnswer:
    """What a correction of a row says about its person, for the rows of the same person in other sessions.

    `decision` is None if none was made, and empty if one was taken back. `former` is the decision that the row had, and
    `open_codes` are the questions about the person that it asked.
    """

    cells: Mapping[str, str]
    decision: Mapping[str, Any] | None
    former: Mapping[str, Any]
    open_codes: frozenset[str]

    @classmethod
    def from_correction(
        cls, row: AttendanceImportRow, cells: Mapping[str, str] | None, decision: Mapping[str, Any] | None
    ) -> "SharedAnswer":
        """Return the answer for a row that is not corrected yet."""
        about_person = {field: text for field, text in (cells or {}).items() if field not in ABOUT_ATTENDANCE}
        return cls(about_person, decision, row.decision or {}, _open_codes(row))

    def apply(self, vault: NikVault, row: AttendanceImportRow, same_rows: Collection[int]) -> None:
        """Correct the cells and the decision of a row of another session. It is not judged yet.

        That it is the person of another row is said of this session too if that row is among `same_rows`, the numbers
        of rows that are about the same people in both.
        """
        stored, skips_alike = row.decision or {}, self._skips_alike(row)
        if self.cells:
            row.sqlmodel_update(cell_columns({**row_cells(row, vault), **self.cells}, vault))
            row.corrected = sorted({*row.corrected, *self.cells})
        if self.decision is None:
            return
        if self.decision:
            said = {
                key: value
                for key, value in self.decision.items()
                if key in DECIDES_PERSON
                and (key != "skip" or skips_alike)
                and (key != "person" or not isinstance(value, dict) or value["row"] in same_rows)
            }
            row.decision = {**stored, **said} or None
        else:
            taken_back = DECIDES_PERSON if skips_alike else DECIDES_PERSON - {"skip"}
            row.decision = {key: value for key, value in stored.items() if key not in taken_back} or None

    def _skips_alike(self, row: AttendanceImportRow) -> bool:
        """Return whether to skip the row, or to keep it again, is said of this session's row too.

        A row is skipped that asks the same about its person; it is kept again if it was decided alike.
        """
        if self.decision and self.decision.get("skip"):
            return not self.open_codes.isdisjoint(_open_codes(row))
        return (row.decision or {}) == self.former


def correction_about_person(row: AttendanceImportRow, correction: Correction) -> Correction | None:
    """Return what a stored correction of a row says about its person; None if it says nothing.

    A skipped row counts if it asks something about the person.
    """
    cells = {field: cell for field, cell in correction.cells.items() if field not in ABOUT_ATTENDANCE}
    decision = {
        key: value
        for key, value in (correction.stored_decision or {}).items()
        if key in DECIDES_PERSON and (key != "skip" or _open_codes(row))
    }
    return Correction(cells, decision or None) if cells or decision else None


def _open_codes(row: AttendanceImportRow) -> frozenset[str]:
    """Return the codes of the row's questions and errors that are not about its attendance."""
    return frozenset(
        remark["code"]
        for remark in row.messages
        if remark["level"] in NEEDS_ANSWER and remark["field"] not in ABOUT_ATTENDANCE
    )
