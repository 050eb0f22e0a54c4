"""Judge the rows of a sheet: compare each with the rows above, then with the database, and decide its outcome."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from app.people.known import KnownPeople, KnownRegistration, MatchKeys, match_keys
from app.people.matching import Decision, PersonMatcher
from app.people.person import PersonValues
from app.people.remarks import Candidate, Remark
from app.people.values.outside_places import ELSEWHERE, OUTSIDE
from app.spreadsheets.attendance.rows import (
    KINDS,
    BlankMeans,
    JudgedRow,
    JudgedSheet,
    Kind,
    ParsedRow,
    ParsedSheet,
    SessionContext,
)
from app.spreadsheets.detected_table import AttendanceStatus
from app.spreadsheets.progress import Progress, ignore_progress, report_progress
from app.spreadsheets.tables.marks import parse_explicit_blank

_NO_DECISION = Decision()
_KEPT_WHEN_REGISTERING = ("kelurahan", "target_group")


def match_keys_of_sheet(parsed: ParsedSheet, decisions: Mapping[int, Decision]) -> MatchKeys:
    """Return what to search the database for to match a sheet's people, and the people a user chose in `decisions`."""
    chosen = (decision.person for decision in decisions.values())
    return match_keys(
        (row.values for row in parsed.rows),
        person_ids=(person for person in chosen if isinstance(person, int)),
        registrations=(row.registration for row in parsed.rows if row.registration),
    )


def judge_rows(
    parsed: ParsedSheet,
    known: KnownPeople,
    context: SessionContext,
    decisions: Mapping[int, Decision],
    progress: Progress = ignore_progress,
) -> JudgedSheet:
    """Return all rows with their outcomes, counts and warnings; nothing is stored, and the result is deterministic.

    `known` are the people of the database that `match_keys_of_sheet` finds; `decisions` (by row number) are a user's.
    """
    judge = RowJudge(known, context, parsed.blank_means)
    rows = tuple(
        judge.judge(row, decisions.get(row.number, _NO_DECISION))
        for row in report_progress(parsed.rows, progress)
    )
    kinds = Counter(row.kind for row in rows)
    return JudgedSheet(
        rows=rows,
        counts={"rows": len(rows), **{kind: kinds[kind] for kind in KINDS}},
        warnings=(*parsed.warnings, *_total_warning(parsed, rows, context)),
        blank_means=parsed.blank_means,
        stated_total=parsed.stated_total,
        stated_total_of=parsed.stated_total_of,
    )


class RowJudge:
    """Judges the rows of one sheet, in its order."""

    def __init__(self, known: KnownPeople, context: SessionContext, blank_means: BlankMeans) -> None:
        self.known = known
        self.context = context
        self.blank_means = blank_means
        self.matcher = PersonMatcher(known, context.target_groups)
        self.importable: dict[int, JudgedRow] = {}

    def judge(self, row: ParsedRow, decision: Decision) -> JudgedRow:
        """Return the outcome of a row: skipped, a duplicate of an earlier row, or compared with what is known.

        Rows are passed in the sheet's order. A row that will be imported is remembered, to match later rows with it.
        """
        result = JudgedRow(
            row.number,
            row.values,
            list(row.remarks),
            cells=row.cells,
            stated_attendance=row.attendance,
        )
        self._apply_kelurahan(result, decision)
        if decision.skip:
            result.kind = "skip"
            result.attendance = self._attendance(result, None)
            return result
        self.matcher.identify(result, decision.person, row.registration)
        if result.of is not None:
            self._repeat(result, self.importable[result.of])
            return result
        self._complete(result)
        result.kind = self._kind(result)
        if result.kind in {"create", "update", "unchanged"}:
            self.importable[result.number] = result
            self.matcher.above.add(result.number, result.values, result.person)
        return result

    def _apply_kelurahan(self, result: JudgedRow, decision: Decision) -> None:
        """Set the kelurahan that the user chose, and drop the remarks on it; nothing without a choice."""
        if decision.kelurahan is not None:
            result.values = _set_kelurahan(result.values, decision.kelurahan)
            result.remarks = [remark for remark in result.remarks if remark.field != "kelurahan"]

    def _repeat(self, result: JudgedRow, first: JudgedRow) -> None:
        """Make the row a duplicate of `first`, or ask which attendance holds where the two disagree.

        Errors in its cells don't matter, as nothing of a duplicate is imported. A blank agrees with everything. Without
        a blank the row's own attendance stays.
        """
        stated = result.stated_attendance
        result.attendance = stated or first.attendance
        result.drop_questions()
        result.kind = "duplicate"
        if stated is not None and stated != first.attendance:
            same_person = (Candidate("row", first.number, first.values.name),)
            result.remarks.append(
                Remark("review", "attendance", "duplicate-differs", {"row": first.number}, same_person)
            )
            result.kind = "review"

    def _complete(self, result: JudgedRow) -> None:
        """Add the group, the attendance, the existing registration, and what changes of person and registration.

        In a list of people to register the kelurahan and group of an existing registration stay, with a warning if they
        differ.
        """
        registering = self.context.registering
        registration = self.matcher.registration_of(result.person, registering=registering)
        stated_group = result.values.target_group
        self.matcher.complete(result, registration, self.context.default_target_group)
        result.attendance = self._attendance(result, registration)
        if registration is None:
            return
        result.registration = registration.code
        facts = registration_facts(registration, result.values, stated_group)
        if registering:
            result.remarks += [
                Remark("warning", field, "detail-differs", {"known": getattr(registration, field) or ""})
                for field in _KEPT_WHEN_REGISTERING
                if field in facts
            ]
        else:
            result.facts = facts

    def _attendance(
        self, result: JudgedRow, registration: KnownRegistration | None
    ) -> AttendanceStatus | None:
        """Return the attendance after the import: the mark, for a blank what is recorded, else what a blank means.

        None for a list of people to register, for an unclear mark, and for a cancelled registration without attendance
        where the blank means absent.
        """
        if self.context.registering:
            return None
        if result.stated_attendance is not None:
            return result.stated_attendance
        if any(remark.code == "attendance-unclear" for remark in result.remarks):
            return None
        meant = parse_explicit_blank(result.cells.get("attendance")) or self.blank_means
        if registration is None:
            return meant
        if registration.attendance is None and registration.status == "cancelled" and meant == "absent":
            return None
        return registration.attendance or meant

    def _kind(self, result: JudgedRow) -> Kind:
        """Return "error" or "review" if a remark is one; else "create", or if registered "update" or "unchanged"."""
        levels = {remark.level for remark in result.remarks}
        if "error" in levels:
            return "error"
        if "review" in levels:
            return "review"
        if result.registration is None:
            return "create"
        recorded = self.known.registration[result.registration].attendance
        attendance_changes = result.attendance != recorded and not self.context.registering
        return "update" if attendance_changes or result.changes or result.facts else "unchanged"


def registration_facts(
    registration: KnownRegistration, values: PersonValues, stated_group: str | None
) -> dict[str, str]:
    """Return the values that differ from the registration: field → new value, for kelurahan, target_group, rt and sex.

    Blank values are left out. A group counts only if the sheet states one (`stated_group`).
    """
    stated = {"kelurahan": values.kelurahan, "target_group": stated_group, "rt": values.rt, "sex": values.sex}
    return {
        field: value for field, value in stated.items() if value and value != getattr(registration, field)
    }


def _set_kelurahan(values: PersonValues, kelurahan: str) -> PersonValues:
    """Return the values with the chosen kelurahan (whose code begins with its kecamatan's), or "outside"."""
    if kelurahan == OUTSIDE:
        place = values.outside_place or ELSEWHERE
        return replace(values, kelurahan=OUTSIDE, outside_place=place, kecamatan=None)
    return replace(values, kelurahan=kelurahan, outside_place=None, kecamatan=kelurahan.rpartition(".")[0])


def _total_warning(parsed: ParsedSheet, rows: tuple[JudgedRow, ...], context: SessionContext) -> list[Remark]:
    """Return a warning if the sheet's own total differs from its participants, each counted once; else []."""
    counts_present = parsed.stated_total_of == "present"
    if parsed.stated_total is None or (counts_present and context.registering):
        return []
    participants = [row for row in rows if row.kind != "duplicate"]
    counted = [row for row in participants if row.attendance == "present"] if counts_present else participants
    count = len(counted)
    if count == parsed.stated_total:
        return []
    return [Remark("warning", None, "total-differs", {"stated": parsed.stated_total, "found": count})]
