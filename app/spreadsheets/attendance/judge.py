"""Judge the rows of a sheet: compare each with the rows above, then with the database, and decide its outcome."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from types import MappingProxyType

from app.people.known import KnownPeople, KnownRegistration, MatchKeys, match_keys
from app.people.matching import Decision, PersonMatcher
from app.people.person import PersonValues
from app.people.remarks import Candidate, Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.outside_places import ELSEWHERE, OUTSIDE
from app.spreadsheets.attendance.accounts import MeetingAccounts, name_devices
from app.spreadsheets.attendance.rows import (
    KINDS,
    EarlierRow,
    JudgedRow,
    JudgedSheet,
    Kind,
    ParsedRow,
    ParsedSheet,
    SessionContext,
)
from app.spreadsheets.detected_table import AttendanceStatus, BlankMeans
from app.spreadsheets.meetings.set_aside import SET_ASIDE
from app.spreadsheets.progress import Progress, ignore_progress, report_progress
from app.spreadsheets.tables.marks.marks import parse_explicit_blank

_NO_DECISION = Decision()
WHO_IS_MEANT = frozenset({"two-people", "group-without-names", "device-name", "name-unclear", "host"})
"""Questions whether the row is one person."""
HANDWRITTEN = "handwritten-line"
_UNCLEAR = frozenset({"attendance-unclear", "signature-unsure"})
_KEPT_WHEN_REGISTERING = ("kelurahan", "target_group")
_CORRECTED_FIELDS = {"phone", "name"}
_FROM_REGISTRATION = ("kelurahan-missing", "group-missing")


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
    *,
    earlier: Mapping[int, EarlierRow] = MappingProxyType({}),
) -> JudgedSheet:
    """Return all rows with their outcomes, counts and warnings; nothing is stored, and the result is deterministic.

    `known` are the people of the database that `match_keys_of_sheet` finds; `decisions` (by row number) are a user's,
    `earlier` the rows of the list that was saved last for the session.
    """
    blank_means = None if parsed.blank_is_open else parsed.blank_means
    judge = RowJudge(known, context, blank_means, earlier, repeats_people=parsed.meeting is not None)
    parsed_rows = parsed.rows if parsed.meeting is None else name_devices(parsed.rows)
    judge.find_people(parsed_rows, decisions)
    rows = tuple(
        judge.judge(row, decisions.get(row.number, _NO_DECISION))
        for row in report_progress(parsed_rows, progress)
    )
    kinds = Counter(row.kind for row in rows)
    return JudgedSheet(
        rows=rows,
        counts={"rows": len(rows), **{kind: kinds[kind] for kind in KINDS}},
        warnings=(*parsed.warnings, *_total_warning(parsed, rows, context)),
        blank_means=parsed.blank_means,
        stated_total=parsed.stated_total,
        stated_total_of=parsed.stated_total_of,
        minutes_rule=parsed.minutes_rule,
    )


class RowJudge:
    """Judges the rows of one sheet, in its order. `blank_means` is None where only a person can say that."""

    def __init__(
        self,
        known: KnownPeople,
        context: SessionContext,
        blank_means: BlankMeans | None,
        earlier: Mapping[int, EarlierRow],
        *,
        repeats_people: bool = False,
    ) -> None:
        self.known = known
        self.context = context
        self.blank_means = blank_means
        self.matcher = PersonMatcher(known, context.target_groups, repeats_people=repeats_people)
        self.earlier = earlier
        self.as_earlier: dict[int, str] = {}
        self.registered: frozenset[int] = frozenset()
        self.importable: dict[int, JudgedRow] = {}
        self.accounts = MeetingAccounts() if repeats_people else None

    def find_people(self, rows: Iterable[ParsedRow], decisions: Mapping[int, Decision]) -> None:
        """Find the people registered for the session whom no row names exactly; other rows may mean them.

        Unless another row names that person, `as_earlier` are the rows that are the same as on the earlier list, or
        differ in the phone or the name alone: the field by number, "" for none. Another name is a correction only if
        the list names at least half of the earlier one's people, and is not just another list.
        """
        if not self.known.registration_of:
            return
        named: dict[int, int | None] = {}
        for row in rows:
            decision = decisions.get(row.number, _NO_DECISION)
            if not decision.skip:
                chosen = decision.kelurahan
                values = _set_kelurahan(row.values, chosen) if chosen is not None else row.values
                named[row.number] = self.matcher.find_named_person(
                    values,
                    row.remarks,
                    decision.person,
                    row.registration,
                    has_default_place=row.has_default_place and chosen is None,
                )
        people = {person for person in named.values() if person is not None}
        self.registered = frozenset(
            number for number, person in named.items() if person in self.known.registration_of
        )
        if self.earlier:
            earlier_people = {earlier.person for earlier in self.earlier.values()}
            fields = (
                _CORRECTED_FIELDS if 2 * len(people & earlier_people) >= len(earlier_people) else {"phone"}
            )
            for row in rows:
                earlier = self.earlier.get(row.number)
                is_open = named.get(row.number, 0) is None and row.number not in decisions
                if earlier and is_open and earlier.person not in people:
                    self._compare_with_earlier(row, earlier, fields)
        corrected = {
            self.earlier[number].person for number, field in self.as_earlier.items() if field != "name"
        }
        self.matcher.set_unlisted(people | corrected)

    def _compare_with_earlier(self, row: ParsedRow, earlier: EarlierRow, may_differ: Set[str]) -> None:
        fields = _differing_fields(row.cells, earlier.cells)
        if earlier.person in self.known.person and len(fields) <= 1 and fields <= may_differ:
            self.as_earlier[row.number] = next(iter(fields), "")

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
            undecided=row.undecided,
            declined=row.declined,
            minutes=row.minutes,
            has_default_place=row.has_default_place and decision.kelurahan is None,
        )
        self._apply_kelurahan(result, decision)
        left_out = row.declined and self.context.registering and decision.person is None
        if left_out:
            result.remarks.append(Remark("warning", "intention", "declined", {"found": _answer(row)}))
        if self._is_set_aside(result, decision):
            result.kind = "skip"
            result.remarks = [remark for remark in result.remarks if remark.code in SET_ASIDE]
            return result
        if decision.skip or left_out:
            result.kind = "skip"
            result.attendance = self._attendance(result, None)
            self._remember_account(result)
            return result
        if decision.person is not None:
            self._remember_account(result)
        elif self._repeats_account(result):
            return result
        if _must_be_typed(result) or self._asks_who_is_meant(row, result, decision):
            result.attendance = self._attendance(result, None)
            result.kind = "skip" if self._set_aside_passer_by(result, decision) else "review"
            return result
        self._identify(row, result, decision)
        if decision.person is None:
            self._ask_about_shared_account(result)
        if result.of is not None:
            self._repeat(result, self.importable[result.of])
            return result
        self._complete(result, decision)
        result.kind = "skip" if self._set_aside_passer_by(result, decision) else self._kind(result)
        if result.kind in {"create", "update", "unchanged"}:
            self.importable[result.number] = result
            self.matcher.above.add(result.number, result.values, result.person)
        return result

    def _identify(self, row: ParsedRow, result: JudgedRow, decision: Decision) -> None:
        """Find out who the row is: as the same row of the earlier list says; where only the name differs, ask."""
        corrected = self.as_earlier.get(row.number)
        earlier = self.earlier[row.number].person if corrected is not None else None
        if corrected in ("", "phone"):
            self.matcher.identify(result, earlier)
        else:
            self.matcher.identify(result, decision.person, row.registration, formerly=earlier)

    def _apply_kelurahan(self, result: JudgedRow, decision: Decision) -> None:
        """Set the kelurahan that the user chose, and drop the remarks on it; nothing without a choice."""
        if decision.kelurahan is not None:
            result.values = _set_kelurahan(result.values, decision.kelurahan)
            result.remarks = [remark for remark in result.remarks if remark.field != "kelurahan"]

    def _is_set_aside(self, result: JudgedRow, decision: Decision) -> bool:
        """Return whether a meeting's host, panelist or note-taker is left out; drop that remark where it is not.

        They are participants if a user says so, or if they are registered for the session.
        """
        if all(remark.code not in SET_ASIDE for remark in result.remarks):
            return False
        decided = decision.skip is False or decision.person is not None
        if decided or result.number in self.registered:
            result.remarks = [remark for remark in result.remarks if remark.code not in SET_ASIDE]
            return False
        return True

    def _set_aside_passer_by(self, result: JudgedRow, decision: Decision) -> bool:
        """Return whether the row is of a passer-by, and if so replace its questions by the warning that says this.

        A passer-by is not registered and was in the meeting for too few minutes. Nobody is asked for the kelurahan of
        an account that looked in for a moment; a user can take it in.
        """
        decided = decision.skip is False or decision.person is not None or decision.kelurahan is not None
        is_absent = result.minutes is not None and result.stated_attendance == "absent"
        may_be_known = result.person is not None or any(
            candidate.kind in {"person", "row"}
            for remark in result.remarks
            for candidate in remark.candidates
        )
        if self.accounts is None or decided or may_be_known or not is_absent:
            return False
        result.drop_questions()
        result.remarks.append(Remark("warning", None, "meeting-passer-by", {}))
        return True

    def _asks_who_is_meant(self, row: ParsedRow, result: JudgedRow, decision: Decision) -> bool:
        """Return whether it must first be said if the row is one person; other questions wait until then.

        A user says so by choosing the person, or a new one. A printed row needs no answer: it has the code of the
        registration and the name that is known.
        """
        if not any(remark.code in WHO_IS_MEANT for remark in result.remarks):
            return False
        if decision.person is not None or self._names_its_registration(row):
            result.remarks = [remark for remark in result.remarks if remark.code not in WHO_IS_MEANT]
            return False
        candidates = self.matcher.find_registered_sharing_word(result.values)
        result.remarks = [
            replace(remark, candidates=candidates) if remark.code in WHO_IS_MEANT else remark
            for remark in result.remarks
            if remark.level == "warning" or remark.code in WHO_IS_MEANT
        ]
        return True

    def _names_its_registration(self, row: ParsedRow) -> bool:
        """Return whether a row has the code of a registration and the name of that person."""
        registration = self.known.registration.get(row.registration) if row.registration else None
        person = self.known.person.get(registration.person_id) if registration else None
        return person is not None and bool(person.name_key) and person.name_key == row.values.name_key

    def _repeats_account(self, result: JudgedRow) -> bool:
        """Return whether the row is one more joining of an account of the meeting, and make it follow the first.

        Only the first one asks who it is. It may be in review; where it is skipped, so are the others.
        """
        if self.accounts is None:
            return False
        first = self.accounts.find(result)
        if first is None:
            self.accounts.add(result)
            return False
        if first.kind == "skip":
            result.kind, result.attendance = "skip", first.attendance
            result.drop_questions()
            return True
        result.of, result.person = first.number, first.person
        self._repeat(result, first)
        return True

    def _ask_about_shared_account(self, result: JudgedRow) -> None:
        """Ask who it is if the account has clearly another name in a row above."""
        first = self.accounts.find_shared(result) if self.accounts is not None else None
        if first is None or any(remark.code == "person-unclear" for remark in result.remarks):
            return
        known = self.known.person.get(result.person) if result.person is not None else None
        candidates = (
            *((Candidate("person", known.id, known.name),) if known else ()),
            Candidate("row", first.number, first.values.name),
        )
        result.person = None
        result.remarks.append(Remark("review", "name", "person-unclear", {"why": "account"}, candidates))

    def _remember_account(self, result: JudgedRow) -> None:
        if self.accounts is not None and self.accounts.find(result) is None:
            self.accounts.add(result)

    def _repeat(self, result: JudgedRow, first: JudgedRow) -> None:
        """Make the row a duplicate of `first`, or ask which attendance holds where the two disagree.

        Errors in its cells don't matter, as nothing of a duplicate is imported. A blank agrees with everything. Without
        a blank the row's own attendance stays.
        """
        stated = result.stated_attendance
        result.attendance = stated or first.attendance
        result.drop_questions()
        result.kind = "duplicate"
        if result.minutes is not None or first.minutes is not None:
            self._combine_minutes(result, first)
            return
        if stated is not None and stated != (first.stated_attendance or first.attendance):
            same_person = (Candidate("row", first.number, first.values.name),)
            result.remarks.append(
                Remark("review", "attendance", "duplicate-differs", {"row": first.number}, same_person)
            )
            result.kind = "review"

    def _combine_minutes(self, result: JudgedRow, first: JudgedRow) -> None:
        """Decide, or ask, whether a person with two rows of an online meeting was present.

        A mark decides before minutes, and enough minutes in one row are enough. Where only both together are, it is
        asked, as the person may have joined with two devices at once. In the report of an application the same minutes
        are those of all rows of one person.
        """
        if first.attendance == "present" and result.minutes is not None:
            result.attendance = "present"
            return
        if self.matcher.repeats_people and result.minutes == first.minutes:
            result.attendance = first.attendance
            return
        rule = self.context.minutes_rule
        marked = [row.stated_attendance for row in (result, first) if row.minutes is None]
        stated = next((mark for mark in marked if mark is not None), None)
        if stated is None and "present" in (result.stated_attendance, first.stated_attendance):
            stated = "present"
        minutes = [row.minutes or 0 for row in (result, first)]
        if stated is None and rule is not None and sum(minutes) >= rule.least:
            found: dict[str, str | int] = {
                "row": first.number,
                "minutes": sum(minutes),
                "least": rule.least,
                "length": rule.length,
            }
            result.remarks.append(Remark("review", "attendance", "minutes-together", found))
            result.kind = "review"
        if stated is not None and stated != first.attendance:
            first.attendance = first.stated_attendance = stated
            first.remarks = [remark for remark in first.remarks if remark.code != "minutes-below"]
            first.kind = self._kind(first)
        result.attendance = first.attendance

    def _complete(self, result: JudgedRow, decision: Decision) -> None:
        """Add the place and group of the registration, the attendance, and what changes of what is known."""
        registering = self.context.registering
        registration = self.matcher.registration_of(result.person, registering=registering)
        if registering and registration is None and result.person in self.known.registration_of:
            result.remarks.append(Remark("warning", None, "cancelled-before", {}))
        # The group in an account's name ("UMKM - Nama") does not replace that of the registration.
        is_of_account = self.accounts is not None and "target_group" not in result.cells
        stated_group = None if is_of_account else result.values.target_group
        self._take_registered_place(result)
        self.matcher.complete(result, registration, self.context.default_target_group)
        self._correct_phone(result)
        if self.matcher.asks_who_of_registered(result):
            # Whoever it is has a kelurahan and a group.
            result.remarks = [remark for remark in result.remarks if remark.code not in _FROM_REGISTRATION]
        if registration is not None and self._came_in_person(result, registration):
            result.stated_attendance = None
        result.attendance = self._attendance(result, registration)
        if registration is not None:
            self._compare_with_door(result, registration, decision)
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

    def _came_in_person(self, result: JudgedRow, registration: KnownRegistration) -> bool:
        """Return whether a person with too few minutes online is recorded as present at a place, or excused.

        Somebody in the hall may have joined the meeting with their phone for a moment.
        """
        return (
            result.minutes is not None
            and result.stated_attendance == "absent"
            and not self.context.is_online
            and registration.attendance in {"present", "excused"}
        )

    def _correct_phone(self, result: JudgedRow) -> None:
        """Replace a phone that the earlier list gave by a corrected one; one that came from elsewhere stays."""
        if self.as_earlier.get(result.number) != "phone" or result.person is None:
            return
        phone = result.values.phone
        if phone and self.known.person[result.person].phone == self.earlier[result.number].phone:
            result.changes["phone"] = phone
            result.corrects = ("phone",)
            result.remarks = [
                remark
                for remark in result.remarks
                if (remark.field, remark.code) != ("phone", "detail-differs")
            ]

    def _take_registered_place(self, result: JudgedRow) -> None:
        """Set the kelurahan of a recognised person's registration for the session, if the row has none of its own."""
        registration = self.known.registration_of.get(result.person) if result.person is not None else None
        if registration is None or registration.kelurahan is None:
            return
        if result.has_default_place or any(remark.code == "kelurahan-missing" for remark in result.remarks):
            result.values = _set_kelurahan(
                replace(result.values, outside_place=registration.outside_place), registration.kelurahan
            )
            result.remarks = [remark for remark in result.remarks if remark.code != "kelurahan-missing"]

    def _compare_with_door(
        self, result: JudgedRow, registration: KnownRegistration, decision: Decision
    ) -> None:
        """Ask, or apply the answer, where the sheet contradicts an attendance that was recorded at the door."""
        door, stated = registration.door, result.stated_attendance
        if door is None or registration.attendance is None or self.context.registering:
            return
        found = {"time": door.time, "by": door.by, "door": registration.attendance, "sheet": stated or ""}
        keep = decision.keep if decision.over == describe_door(found) else None
        if stated is None or stated == registration.attendance or keep == "sheet":
            return
        result.attendance = registration.attendance
        if keep is None:
            result.remarks.append(Remark("review", "attendance", "attendance-differs", found))

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
        if any(remark.code in _UNCLEAR for remark in result.remarks):
            return None
        if result.undecided:
            return None if registration is None else registration.attendance
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


def _must_be_typed(result: JudgedRow) -> bool:
    """Return whether the row is a handwritten line whose name nobody typed yet; other questions wait until then."""
    question = [remark for remark in result.remarks if remark.code == HANDWRITTEN]
    if question:
        result.remarks = question
    return bool(question)


def _answer(row: ParsedRow) -> str:
    return cell_text(row.cells.get("intention") or row.cells.get("attendance"))


def describe_door(params: Mapping[str, str | int]) -> str:
    """Return the attendance and time at the door, of the params of a remark "attendance-differs"."""
    return f"{params['door']} {params['time']}"


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


def _differing_fields(cells: Mapping[str, Cell], texts: Mapping[str, str]) -> set[str]:
    """Return the fields in which the cells of a row differ from texts."""
    return {
        field for field in {*cells, *texts} if cell_text(cells.get(field)).strip() != texts.get(field, "")
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
