"""Find what must be asked about a whole sheet before anybody in it counts as present or absent.

Whether a list is of people who registered, which column is of the session's day, and whether those without a mark came:
while that is open, rows that only the answer could decide have no attendance.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import ParsedRow, SessionContext
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.tables.columns.column_choice import choose_day_columns
from app.spreadsheets.tables.columns.day_columns import name_chosen_column
from app.spreadsheets.tables.marks.blank_marks import few_marks_question
from app.spreadsheets.tables.marks.intentions import is_before, is_declined
from app.spreadsheets.tables.marks.marks import Span, is_yes_or_no
from app.spreadsheets.tables.sheets.list_titles import looks_like_registration

_ANSWERED_BY_BLANKS = frozenset(
    {
        "colours",
        "columns-hidden",
        "looks-like-registration",
        "marks-few",
        "no-signatures",
        "not-a-list-of-attendance",
        "pictures",
        "roster-unfilled",
    }
)
"""Questions that a user answers by choosing what a blank means."""
_DAYS = "several-attendance-columns"
_LEAVES_ALL_OPEN = frozenset(
    {_DAYS, "looks-like-registration", "not-a-list-of-attendance", "columns-hidden", "no-signatures"}
)


@dataclass(frozen=True, slots=True)
class SheetQuestions:
    """The questions about one sheet, and what they mean for its rows. `span` are the days that the sheet states.

    `registration`: it looks like a list of people who registered; `only_answers`: so do its attendance cells, which
    answer a form's question. `answered`: a user chose what a blank means. `stamped`: only time stamps say who came.
    `undecided`: the rows without a mark that have no attendance until a question is answered.
    """

    context: SessionContext
    span: Span | None
    warnings: tuple[Remark, ...]
    registration: bool
    only_answers: bool
    answered: bool
    stamped: bool
    undecided: Literal["all", "registered", "none"]

    def attendance_cell(self, cells: Mapping[str, Cell]) -> Cell:
        """Return the cell that says whether the person came, or None."""
        cell = cells.get("attendance")
        return None if self.only_answers and is_yes_or_no(cell) else cell

    def is_declined(self, cells: Mapping[str, Cell]) -> bool:
        """Return whether the person declined the invitation, or was denied."""
        if "intention" in cells:
            return is_declined(cells["intention"])
        return self.only_answers and is_declined(cells.get("attendance"))

    def leaves_undecided(self, row: ParsedRow) -> bool:
        """Return whether a row without a mark has no attendance until a question is answered."""
        return self.undecided == "all" or (self.undecided == "registered" and row.registration is not None)

    def doubtful_answer(self, row: ParsedRow, cells: Mapping[str, Cell]) -> Cell:
        """Return what makes it doubtful that a person without a mark came: a refusal, an answer before that day."""
        if row.undecided:
            return None
        if row.declined and self.registration and self.context.blank_means == "present":
            return cells.get("intention") or cells.get("attendance")
        stamp = cells.get("submitted_at")
        early = (
            self.stamped and not self.answered and stamp is not None and is_before(stamp, self.context.day)
        )
        return stamp if early else None

    def warnings_after(self, rows: Sequence[ParsedRow]) -> list[Remark]:
        """Return the warnings that remain after the rows are parsed."""
        if self.context.registering:
            about_attendance = {"attendance", "intention", "minutes"}
            return [warning for warning in self.warnings if warning.field not in about_attendance]
        warnings = list(self.warnings)
        blank = [row for row in rows if row.attendance is None and not _is_asked(row)]
        if not blank:
            warnings = [warning for warning in warnings if warning.code != "marks-few"]
        if not self.answered and any(
            warning.code == _DAYS and "used" in warning.params for warning in warnings
        ):
            few = few_marks_question(len(rows) - len(blank), len(rows))
            warnings += [few] if few is not None else []
        return warnings


def find_questions(sheet: DetectedTable, context: SessionContext) -> SheetQuestions:
    """Return the questions about a sheet for a session, without those that the user's choices answer."""
    first = sheet.stated_date
    span = (first, sheet.stated_until or first) if first else None
    warnings = [
        name_chosen_column(warning, context.day_column) or choose_day_columns(warning, context.day, span)
        for warning in sheet.warnings
    ]
    if any(warning.code == _DAYS for warning in warnings) and not any(
        "attendance" in row.cells for row in sheet.rows
    ):
        warnings = [_signed_on_several_days(warning) for warning in warnings]
    fields = {column.field for column in sheet.columns}
    only_answers = "submitted_at" in fields and _has_only_answers(sheet)
    stamped = "submitted_at" in fields and ("attendance" not in fields or only_answers)
    early = stamped and _is_stamped_before(sheet, context)
    if early and not any(warning.code == "looks-like-registration" for warning in warnings):
        heading = next(column.header for column in sheet.columns if column.field == "submitted_at")
        warnings.append(looks_like_registration(heading))
    registration = any(warning.code == "looks-like-registration" for warning in warnings)
    answered = context.blank_means is not None
    if answered:
        warnings = [warning for warning in warnings if warning.code not in _ANSWERED_BY_BLANKS]
    return SheetQuestions(
        context=context,
        span=span,
        warnings=tuple(warnings),
        registration=registration,
        only_answers=early and only_answers,
        answered=answered,
        stamped=stamped and "signature" not in fields,
        undecided=_undecided({warning.code for warning in warnings if warning.level == "review"}),
    )


def _signed_on_several_days(warning: Remark) -> Remark:
    """Return the question which day's column to read as a warning: where all are signed in ink, none can be chosen."""
    if warning.code != _DAYS or warning.level != "review":
        return warning
    return Remark(
        "warning", "attendance", "signed-on-several-days", {"columns": warning.params.get("unused", "")}
    )


def _undecided(questions: Set[str]) -> Literal["all", "registered", "none"]:
    if not questions.isdisjoint(_LEAVES_ALL_OPEN):
        return "all"
    return "registered" if "roster-unfilled" in questions else "none"


def _is_asked(row: ParsedRow) -> bool:
    return any(remark.code == "attendance-unclear" for remark in row.remarks)


def _has_only_answers(sheet: DetectedTable) -> bool:
    """Return whether most attendance cells answer a form's question with yes or no."""
    cells = [cell for row in sheet.rows if (cell := row.cells.get("attendance")) is not None]
    return bool(cells) and 2 * sum(map(is_yes_or_no, cells)) > len(cells)


def _is_stamped_before(sheet: DetectedTable, context: SessionContext) -> bool:
    """Return whether most rows of a form were sent before the day of the session."""
    stamps = [cell for row in sheet.rows if (cell := row.cells.get("submitted_at")) is not None]
    return 2 * sum(is_before(stamp, context.day) for stamp in stamps) > len(stamps)
