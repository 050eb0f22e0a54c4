"""Judges rows: what becomes of each, compared with the rows above it first, then with the database."""

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
_LEFT_AS_REGISTERED = ("kelurahan", "target_group")


def match_keys_of_sheet(parsed: ParsedSheet, decisions: Mapping[int, Decision]) -> MatchKeys:
    """Return all the keys by which the sheet's rows and a user's decisions (by row number) name people."""
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
    """Judge all rows. `decisions` (row number → decision) are a user's. The same input gives the same judgement."""
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
        result = JudgedRow(row.number, row.values, list(row.remarks), cells=row.cells)
        self._apply_kelurahan(result, decision)
        if decision.skip:
            result.kind = "skip"
            result.attendance = self._attendance(row, result, None)
            return result
        self.matcher.identify(result, decision.person, row.registration)
        if result.of is not None:
            self._repeat(result, self.importable[result.of], row.attendance)
            return result
        self._complete(row, result)
        result.kind = self._kind(result)
        if result.kind in {"create", "update", "unchanged"}:
            self.importable[result.number] = result
            self.matcher.above.add(result.number, result.values, result.person)
        return result

    def _apply_kelurahan(self, result: JudgedRow, decision: Decision) -> None:
        if decision.kelurahan is not None:
            result.values = _placed(result.values, decision.kelurahan)
            result.remarks = [remark for remark in result.remarks if remark.field != "kelurahan"]

    def _repeat(self, result: JudgedRow, first: JudgedRow, stated: AttendanceStatus | None) -> None:
        """Make the row a duplicate of `first`, or ask which attendance holds where the two disagree.

        Faults in its cells don't matter: nothing of a duplicate is imported. A blank disagrees with nothing.
        """
        result.attendance = stated or first.attendance
        result.drop_questions()
        result.kind = "duplicate"
        if stated is not None and stated != first.attendance:
            same_person = (Candidate("row", first.number, first.values.name),)
            result.remarks.append(
                Remark("review", "attendance", "duplicate-differs", {"row": first.number}, same_person)
            )
            result.kind = "review"

    def _complete(self, row: ParsedRow, result: JudgedRow) -> None:
        """Add the group, the attendance, and what changes of what is known."""
        registering = self.context.registering
        registration = self.matcher.registration_of(result.person, registering=registering)
        stated_group = result.values.target_group
        self.matcher.complete(result, registration, self.context.default_target_group)
        result.attendance = self._attendance(row, result, registration)
        if registration is None:
            return
        result.registration = registration.code
        facts = registration_facts(registration, result.values, stated_group)
        if registering:
            result.remarks += [
                Remark("warning", field, "detail-differs", {"known": getattr(registration, field) or ""})
                for field in _LEFT_AS_REGISTERED
                if field in facts
            ]
        else:
            result.facts = facts

    def _attendance(
        self, row: ParsedRow, result: JudgedRow, registration: KnownRegistration | None
    ) -> AttendanceStatus | None:
        """Return what the row says; for a blank, what is recorded already, else what a blank means."""
        if self.context.registering:
            return None
        if row.attendance is not None:
            return row.attendance
        if any(remark.code == "attendance-unclear" for remark in result.remarks):
            return None
        meant = parse_explicit_blank(result.cells.get("attendance")) or self.blank_means
        if registration is None:
            return meant
        if registration.attendance is None and registration.status == "cancelled" and meant == "absent":
            return None
        return registration.attendance or meant

    def _kind(self, result: JudgedRow) -> Kind:
        levels = {remark.level for remark in result.remarks}
        if "error" in levels:
            return "error"
        if "review" in levels:
            return "review"
        if result.registration is None:
            return "create"
        recorded = self.known.registration[result.registration].attendance
        says_otherwise = result.attendance != recorded and not self.context.registering
        return "update" if says_otherwise or result.changes or result.facts else "unchanged"


def registration_facts(
    registration: KnownRegistration, values: PersonValues, stated_group: str | None
) -> dict[str, str]:
    """Return what the sheet says otherwise than the registration; a group only where the sheet itself states one."""
    said = {
        "kelurahan": values.kelurahan,
        "target_group": stated_group,
        "rt": values.rt,
        "sex": values.sex,
    }
    return {field: value for field, value in said.items() if value and value != getattr(registration, field)}


def _placed(values: PersonValues, kelurahan: str) -> PersonValues:
    """The values with a chosen kelurahan (its kecamatan's code begins it), or "outside"."""
    if kelurahan == OUTSIDE:
        place = values.outside_place or ELSEWHERE
        return replace(values, kelurahan=OUTSIDE, outside_place=place, kecamatan=None)
    return replace(values, kelurahan=kelurahan, outside_place=None, kecamatan=kelurahan.rpartition(".")[0])


def _total_warning(parsed: ParsedSheet, rows: tuple[JudgedRow, ...], context: SessionContext) -> list[Remark]:
    """Compare the sheet's own total with its participants, each counted once."""
    of_those_present = parsed.stated_total_of == "present"
    if parsed.stated_total is None or (of_those_present and context.registering):
        return []
    once = [row for row in rows if row.kind != "duplicate"]
    counted = [row for row in once if row.attendance == "present"] if of_those_present else once
    found = len(counted)
    if found == parsed.stated_total:
        return []
    return [Remark("warning", None, "total-differs", {"stated": parsed.stated_total, "found": found})]
