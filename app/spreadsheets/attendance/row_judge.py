"""What becomes of one row: compared with the rows above it first, then with the database."""

from dataclasses import replace

from app.people.identity import Finding, Identity
from app.people.outside_places import ELSEWHERE
from app.spreadsheets.attendance.doubts import doubt
from app.spreadsheets.attendance.file_rows import RowsAbove
from app.spreadsheets.attendance.judgement import (
    OUTSIDE,
    BlankMeans,
    Decision,
    InterpretedRow,
    JudgedRow,
    Kind,
    Known,
    KnownRegistration,
    RowValues,
    SameAsRow,
    SessionContext,
)
from app.spreadsheets.attendance.marks import blank_written_out
from app.spreadsheets.attendance.record_changes import detail_messages, person_changes, registration_facts
from app.spreadsheets.document import AttendanceStatus, Candidate, Message

_STRONG = frozenset({"nik", "contact"})
_LEFT_AS_REGISTERED = ("kelurahan", "target_group")


class RowJudge:
    """Walks down the rows; `above` are the rows so far that can be imported."""

    def __init__(self, known: Known, context: SessionContext, blank_means: BlankMeans) -> None:
        self.known = known
        self.context = context
        self.blank_means = blank_means
        self.above = RowsAbove()

    def judged(self, row: InterpretedRow, decision: Decision) -> JudgedRow:
        result = JudgedRow(row.number, "create", row.values, row.cells, messages=list(row.messages))
        self.apply_kelurahan(result, decision)
        if decision.skip:
            result.kind = "skip"
            result.attendance = self.attendance(result, None)
            return result
        self.identify(result, decision)
        if result.of is not None:
            self.repeat(result)
            return result
        self.complete(result)
        result.kind = self.kind(result)
        if result.kind in {"create", "update", "unchanged"}:
            self.above.add(result)
        return result

    def apply_kelurahan(self, result: JudgedRow, decision: Decision) -> None:
        if decision.kelurahan is not None:
            result.values = _placed(result.values, decision.kelurahan)
            result.messages = [message for message in result.messages if message.field != "kelurahan"]

    def identify(self, result: JudgedRow, decision: Decision) -> None:
        """Sets `of` or `person`, or adds the question who it is."""
        chosen = decision.person
        if chosen == "new":
            result.told_apart = self.taken_for(result)
        elif isinstance(chosen, SameAsRow):
            if chosen.row in self.above.judged:
                result.of = chosen.row
            else:
                self.ask(result, rows=(chosen.row,), gone=True)
        elif chosen is not None:
            self.take_chosen(result, chosen)
        elif not self.identify_by_registration(result):
            self.identify_by_comparing(result)

    def taken_for(self, result: JudgedRow) -> tuple[int | SameAsRow, ...]:
        """Whom one would take the row's person for, or be asked about, if nobody had chosen."""
        alone = replace(result, messages=[])
        self.identify_by_comparing(alone)
        if alone.person is not None:
            return (alone.person,)
        asked = [candidate for message in alone.messages for candidate in message.candidates]
        rows = [alone.of, *(one.value for one in asked if one.kind == "row")]
        people = [one.value for one in asked if one.kind == "person"]
        return (
            *(SameAsRow(row) for row in rows if isinstance(row, int)),
            *(person for person in people if isinstance(person, int)),
        )

    def take_chosen(self, result: JudgedRow, person: int) -> None:
        """Whom a person chose; where that one is gone meanwhile, nobody is guessed in their place."""
        if person in self.known.person:
            self.take_person(result, person)
        else:
            self.ask(result, people=_found_by(self.known.people.find(result.values)), gone=True)

    def identify_by_registration(self, result: JudgedRow) -> bool:
        code = result.values.registration
        registration = self.known.registration.get(code) if code else None
        if registration is not None and registration.person_id in self.known.person:
            self.take_person(result, registration.person_id)
            return True
        if code:
            result.messages.append(
                Message("warning", "registration", "registration-unknown", {"found": code})
            )
        return False

    def identify_by_comparing(self, result: JudgedRow) -> None:
        """The file first; what the name alone says there gives way to stronger evidence in the database."""
        in_file = self.above.people.find(result.values)
        in_database = self.known.people.find(result.values)
        if in_file.phone_shared or in_database.phone_shared:
            result.messages.append(Message("warning", "phone", "phone-shared", {}))
        if in_file.key is not None and in_file.basis != "name":
            if in_file.basis in _STRONG or not _is_faulty(result):
                result.of = in_file.key
        elif in_file.candidates and in_file.basis != "name":
            self.ask(result, rows=in_file.candidates)
        elif in_file.basis == "name" and not self.is_known_otherwise(in_database):
            self.ask(result, rows=_found_by(in_file), people=_found_by(in_database))
        else:
            self.take_finding(result, in_database)

    def is_known_otherwise(self, in_database: Finding) -> bool:
        """The database knows the row's person by more than the name."""
        return in_database.key is not None and in_database.basis != "name"

    def take_finding(self, result: JudgedRow, found: Finding) -> None:
        if found.candidates:
            self.ask(result, people=found.candidates)
        elif found.key is not None:
            if found.basis == "name":
                result.messages.append(Message("warning", "name", "person-by-name", {}))
            self.take_person(result, found.key)

    def take_person(self, result: JudgedRow, person: int) -> None:
        """A known person; one that a row above already is makes this row its duplicate."""
        result.person = person
        result.of = self.above.row_of_person.get(person)

    def ask(
        self,
        result: JudgedRow,
        *,
        rows: tuple[int, ...] = (),
        people: tuple[int, ...] = (),
        gone: bool = False,
    ) -> None:
        """Who it is, and why that isn't clear; `gone` is whoever was chosen before.

        A row above that was recognised as one of the people is that very person, and is no choice beside them.
        """
        again = {person: number for number in rows if (person := self.above.person(number)) in people}
        rows = tuple(number for number in rows if number not in again.values())
        found = [
            *((self.above.people.identity[number],) for number in rows if not gone),
            *(self.everything_said_of(person, again.get(person)) for person in people if not gone),
        ]
        candidates = (
            *(Candidate("row", number, self.above.name(number)) for number in rows),
            *(Candidate("person", person, self.known.person[person].name) for person in people),
        )
        params = {**doubt(result.values, found), **{f"row_of_{person}": row for person, row in again.items()}}
        result.messages.append(Message("review", "name", "person-unclear", params, candidates))

    def everything_said_of(self, person: int, number: int | None) -> tuple[Identity, ...]:
        """What is known of a person, and what the row above says that was recognised as them."""
        known = self.known.people.identity[person]
        return (known,) if number is None else (known, self.above.people.identity[number])

    def repeat(self, result: JudgedRow) -> None:
        """Makes the row a duplicate of row `of`, or asks which attendance holds where the two disagree.

        Faults in its cells don't matter: nothing of a duplicate is imported. A blank disagrees with nothing.
        """
        first = self.above.judged[result.of or 0]
        said = result.values.attendance
        result.attendance = said or first.attendance
        result.messages = [message for message in result.messages if message.level == "warning"]
        result.kind = "duplicate"
        if said is not None and said != first.attendance:
            same_person = (Candidate("row", first.number, first.values.name),)
            result.messages.append(
                Message("review", "attendance", "duplicate-differs", {"row": first.number}, same_person)
            )
            result.kind = "review"

    def complete(self, result: JudgedRow) -> None:
        """The group, the attendance, and what changes of what is known."""
        if self.has_the_nik_of_another(result) and not _is_faulty(result):
            result.values = replace(result.values, nik=None, nik_key=None)
            result.messages.append(Message("warning", "nik", "nik-taken", {}))
        registration = self.registration_of(result.person)
        stated_group = result.values.target_group
        self.complete_group(result, registration.target_group if registration else None)
        result.attendance = self.attendance(result, registration)
        if result.person is not None:
            person = self.known.person[result.person]
            result.changes = person_changes(person, result.values)
            result.messages += detail_messages(person, result.values)
        if registration is not None:
            result.registration = registration.code
            facts = registration_facts(registration, result.values, stated_group)
            if self.context.registering:
                result.messages += [
                    Message("warning", field, "detail-differs", {"known": getattr(registration, field) or ""})
                    for field in _LEFT_AS_REGISTERED
                    if field in facts
                ]
            else:
                result.facts = facts

    def has_the_nik_of_another(self, result: JudgedRow) -> bool:
        """Nobody has another's NIK: whoever is told apart from them all the same comes without it."""
        key = result.values.nik_key
        if key is None:
            return False
        owners = self.known.people.by_nik.get(key, ())
        return key in self.above.people.by_nik or any(owner != result.person for owner in owners)

    def registration_of(self, person: int | None) -> KnownRegistration | None:
        """The person's registration for the session; one that was cancelled doesn't keep them from registering."""
        registration = self.known.registration_of.get(person) if person is not None else None
        if registration is not None and registration.status == "cancelled" and self.context.registering:
            return None
        return registration

    def complete_group(self, result: JudgedRow, registered: str | None) -> None:
        """A row without a group has the registration's, the file's, the person's or the workshop's only one."""
        if any(message.code == "group-unclear" for message in result.messages):
            return
        groups = self.context.target_groups
        belongs_to = self.known.person[result.person].groups if result.person is not None else ()
        group = (
            result.values.target_group
            or registered
            or self.context.default_target_group
            or _only(belongs_to)
            or _only(groups)
        )
        if group is None:
            candidates = tuple(Candidate("target_group", code, code) for code in groups)
            result.messages.append(Message("review", "target_group", "group-missing", {}, candidates))
        elif groups and group not in groups:
            result.messages.append(Message("warning", "target_group", "group-unexpected", {"found": group}))
        if group != result.values.target_group:
            result.values = replace(result.values, target_group=group)

    def attendance(
        self, result: JudgedRow, registration: KnownRegistration | None
    ) -> AttendanceStatus | None:
        """What the row says; of a blank, what is recorded already, else what a blank means here or in this sheet."""
        if self.context.registering:
            return None
        if result.values.attendance is not None:
            return result.values.attendance
        if any(message.code == "attendance-unclear" for message in result.messages):
            return None
        meant = blank_written_out(result.cells.get("attendance")) or self.blank_means
        if registration is None:
            return meant
        if registration.attendance is None and registration.status == "cancelled" and meant == "absent":
            return None
        return registration.attendance or meant

    def kind(self, result: JudgedRow) -> Kind:
        levels = {message.level for message in result.messages}
        if "error" in levels:
            return "error"
        if "review" in levels:
            return "review"
        if result.registration is None:
            return "create"
        recorded = self.known.registration[result.registration].attendance
        says_otherwise = result.attendance != recorded and not self.context.registering
        return "update" if says_otherwise or result.changes or result.facts else "unchanged"


def _placed(values: RowValues, kelurahan: str) -> RowValues:
    """The values with a chosen kelurahan (its kecamatan's code begins it), or "outside"."""
    if kelurahan == OUTSIDE:
        place = values.outside_place or ELSEWHERE
        return replace(values, kelurahan=OUTSIDE, outside_place=place, kecamatan=None)
    return replace(values, kelurahan=kelurahan, outside_place=None, kecamatan=kelurahan.rpartition(".")[0])


def _found_by(finding: Finding) -> tuple[int, ...]:
    """Those between whom a person must choose, or the one found."""
    return finding.candidates or (() if finding.key is None else (finding.key,))


def _only(groups: tuple[str, ...]) -> str | None:
    return groups[0] if len(groups) == 1 else None


def _is_faulty(result: JudgedRow) -> bool:
    return any(message.level != "warning" for message in result.messages)
