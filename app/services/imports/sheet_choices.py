"""The choices that staff make for a whole file: which sheet, header and columns to read, and what blank cells mean."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import TargetGroup
from app.people.values.nik import mask_niks
from app.people.values.outside_places import OUTSIDE
from app.queries.areas.reference import list_kelurahan
from app.spreadsheets.attendance.rows import ABOVE
from app.spreadsheets.detected_table import BlankMeans
from app.spreadsheets.exports.field_headings import FIELDS
from app.spreadsheets.formats.grid import MAX_COLUMNS


@dataclass(frozen=True)
class SheetChoices:
    """How a file is read. None means that the sheet, the header row or the columns are detected.

    `sheets` are several sheets that are one list, or "all" that list people. `columns` maps a column's index to its
    field, or to None for a column to ignore. `target_group` and `kelurahan` are codes for rows that leave them blank.
    `day_column` is the label of the column to read among those of several days; it holds for one session of one file,
    and is never remembered.
    """

    sheet: str | None = None
    sheets: tuple[str, ...] | Literal["all"] | None = None
    header_row: int | None = None
    columns: Mapping[int, str | None] | None = None
    blank_means: BlankMeans | None = None
    target_group: str | None = None
    kelurahan: str | None = None
    day_column: str | None = None

    def masked(self) -> Self:
        """Return the choices with NIKs masked in the label of the day's column, as they are stored."""
        return replace(self, day_column=mask_niks(self.day_column) if self.day_column else None)

    def for_other_session(self) -> Self:
        """Return the choices that hold for another session's list in the same file.

        Which sheet and columns are read, and what blanks mean there, is found anew.
        """
        return type(self)(target_group=self.target_group, kelurahan=self.kelurahan)

    def to_json(self) -> dict[str, Any]:
        """Return the choices as JSON, in which the indexes of columns are texts."""
        return choices_to_json(asdict(self))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the choices that `to_json` stored; what is missing in `stored` is None."""
        choices = choices_from_json(stored)
        sheets = choices.get("sheets") or None
        return cls(
            **{
                **choices,
                "columns": choices.get("columns") or None,
                "sheets": tuple(sheets) if isinstance(sheets, list) else sheets,
            }
        )


def choices_to_json(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return all or some fields of `SheetChoices` as JSON, in which the indexes of columns are texts.

    NIKs in the label of the day's column, a heading or caption of the sheet, are masked.
    """
    if label := choices.get("day_column"):
        choices = {**choices, "day_column": mask_niks(label)}
    columns = choices.get("columns")
    if not columns:
        return dict(choices)
    return {**choices, "columns": {str(index): field for index, field in columns.items()}}


def choices_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `SheetChoices` that `choices_to_json` stored, with column indexes as numbers again."""
    choices = dict(stored)
    if columns := stored.get("columns"):
        choices["columns"] = {int(index): field for index, field in columns.items()}
    if isinstance(sheets := stored.get("sheets"), list):
        choices["sheets"] = tuple(sheets)
    return choices


def check_choices(read_db: Db, choices: SheetChoices) -> None:
    """Raise `Invalid` for a field, column index, meaning of blanks, target group or kelurahan that does not exist."""
    if choices.columns and set(choices.columns.values()) - {*FIELDS, None}:
        raise Invalid(N_("This is not a column that an attendance list can have."))
    if any(not 0 <= index < MAX_COLUMNS for index in choices.columns or ()):
        raise Invalid(N_("Only the first %(limit)s columns of a sheet are read."), limit=MAX_COLUMNS)
    if choices.blank_means not in (None, "present", "absent"):
        raise Invalid(N_("An empty attendance cell can mean present or absent."))
    group = choices.target_group
    if group is not None and read_db.get(TargetGroup, group) is None:
        raise Invalid(N_("There is no target group %(group)s."), group=group)
    if choices.kelurahan != ABOVE:
        require_known_place(read_db, choices.kelurahan)


def require_known_place(read_db: Db, code: str | None) -> None:
    """Raise `Invalid` unless `code` is None, the code of a current kelurahan, or "outside"."""
    if code not in (None, OUTSIDE) and code not in {place.code for place in list_kelurahan(read_db)}:
        raise Invalid(N_("There is no kelurahan %(kelurahan)s."), kelurahan=code)
