"""The rows of an import as its review page shows them: their cells, judged values, remarks and people."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, date_text, wita
from app.models import AttendanceImportRow, Participant, RowKind
from app.nik_vault import NikVault
from app.people.remarks import Candidate, Remark, remark_from_json
from app.people.values.emails import mask_email
from app.people.values.nik import mask_niks
from app.people.values.outside_places import OUTSIDE
from app.people.values.phones import mask_phone, national_digits
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports.attendance_imports import AttendanceImportView, get_attendance_import
from app.queries.imports.changes import FieldChange, list_changes
from app.queries.imports.rows import displayed_cells, list_import_rows, load_committed_codes
from app.queries.people.participants import PersonSummary, format_details, get_person_summaries
from app.queries.workshops.workshop_sessions import WorkshopSessionView, list_workshop_sessions
from app.queries.workshops.workshops import list_target_group_codes

PAGE_LENGTH = 50
# The code of the remark that a detail of the sheet differs from the known one.
DETAIL_DIFFERS = "detail-differs"
# Words that may stand beside the number of an RT.
_RT_WORDS = frozenset({"rt", "no"})


@dataclass(frozen=True)
class ParsedCell:
    """The parsed value of a cell as text. `written` is the cell's own text, empty if only its punctuation differs."""

    text: str
    written: str


@dataclass(frozen=True)
class ReviewRow:
    """A row as the review page shows it.

    `cells` are texts as read or corrected, a NIK masked; `parsed` are the parsed RT, phone and birth date. `name`,
    `place`, `target_group`, `sex` and `attendance` are the judged values. `person` was matched or created; `is_new`
    tells that the person was not known before. `selectable_people` are the people that the remarks offer, by id.
    `known_details` are the known details, by field, from which the sheet differs. `changes` are the values that the row
    changes. `minutes` in an online meeting decided the attendance. `of` is the earlier row of the same person.
    `is_registered` tells that a registration for the session exists.
    """

    number: int
    kind: RowKind
    cells: dict[str, str]
    parsed: dict[str, ParsedCell]
    name: str
    place: str
    target_group: str
    sex: str | None
    attendance: str | None
    minutes: int | None
    remarks: tuple[Remark, ...]
    of: int | None
    person: PersonSummary | None
    is_new: bool
    selectable_people: dict[int, PersonSummary]
    known_details: dict[str, str]
    changes: tuple[FieldChange, ...]
    is_registered: bool
    corrected: tuple[str, ...]
    decision: dict[str, Any]

    @property
    def is_skipped(self) -> bool:
        return bool(self.decision.get("skip"))

    @property
    def has_choice(self) -> bool:
        """Whether staff chose the person, the kelurahan or the attendance of the row."""
        return any(self.decision.get(choice) for choice in ("person", "kelurahan", "keep"))

    def remarks_about(self, *fields: str | None) -> list[Remark]:
        """Return the remarks about any of these fields; None stands for remarks about the whole row."""
        return [remark for remark in self.remarks if remark.field in fields]


@dataclass(frozen=True)
class ReviewPage:
    """A page of rows. `following` is the row number after which the next page begins; None on the last page."""

    rows: tuple[ReviewRow, ...]
    following: int | None


def get_review_page(
    db: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    import_id: int,
    *,
    kinds: Sequence[RowKind] = (),
    after: int = 0,
    limit: int = PAGE_LENGTH,
) -> ReviewPage:
    """Return the first `limit` rows after row `after`, in the sheet's order, of these kinds or of all kinds.

    The caller has checked that the import is within the actor's scope.
    """
    import_rows = list_import_rows(db, import_id, kinds=kinds, after=after, limit=limit + 1)
    rows = _build_review_rows(db, vault, actor, language, import_rows[:limit])
    following = rows[-1].number if len(import_rows) > limit else None
    return ReviewPage(rows, following)


def list_review_rows(
    db: Db, vault: NikVault, actor: Actor, language: Language, import_id: int, numbers: Collection[int]
) -> tuple[ReviewRow, ...]:
    """Return the rows with these numbers, in the sheet's order; unknown numbers are ignored.

    The caller has checked the scope, as for `get_review_page`.
    """
    return _build_review_rows(db, vault, actor, language, list_import_rows(db, import_id, numbers=numbers))


def is_on_page(db: Db, import_id: int, number: int, after: int) -> bool:
    """Return whether row `number`, which exists, is on the page of rows of all kinds that begins after row `after`."""
    above = select(func.count()).where(
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.number).between(after + 1, number),
    )
    return 0 < db.scalars(above).one() <= PAGE_LENGTH


def list_sessions_on_stated_days(
    db: Db, actor: Actor, attendance_import: AttendanceImportView
) -> list[WorkshopSessionView]:
    """Return the workshop's sessions on the days that the sheet states, the earliest first.

    Empty if the sheet states no day, or the import's session is on one of them. Only sessions within the actor's scope
    for seeing workshops, cancelled ones included.
    """
    if attendance_import.stated_date is None or not attendance_import.is_of_another_day:
        return []
    first = attendance_import.stated_date
    last = attendance_import.stated_until or first
    return [
        workshop_session
        for workshop_session in list_workshop_sessions(db, actor, attendance_import.workshop_code)
        if first <= wita(workshop_session.starts_at).date() <= last
    ]


def list_offered_groups(
    db: Db, attendance_import: AttendanceImportView, language: Language
) -> list[reference.TargetGroupView]:
    """Return the target groups of the import's workshop; all target groups if the workshop has none.

    They are in the order of reports.
    """
    groups = reference.list_target_groups(db, language)
    own = list_target_group_codes(db, attendance_import.workshop_id)
    return [group for group in groups if group.code in own] or groups


def get_sheet_preview(db: Db, vault: NikVault, actor: Actor, import_id: int) -> tuple[tuple[str, ...], ...]:
    """Return the cells of the sheet's first rows as texts, NIKs masked; () if the file was not read yet.

    Raises `Forbidden` if the actor's role may not see imports, and `NotFound` out of the actor's scope.
    """
    stored = get_attendance_import(db, actor, import_id).preview
    rows: list[list[str]] = json.loads(vault.decrypt(stored)) if stored else []
    return tuple(tuple(mask_niks(text) for text in row) for row in rows)


def _build_review_rows(
    db: Db, vault: NikVault, actor: Actor, language: Language, rows: Sequence[AttendanceImportRow]
) -> tuple[ReviewRow, ...]:
    """Return the rows for the review page, in their order, with a constant number of queries.

    They must be rows of one import, in the sheet's order. Of people whose record is not open to the actor no details
    are shown.
    """
    groups = {group.code: group.label for group in reference.list_target_groups(db, language)}
    remarks = {
        row.number: tuple(_with_groups(remark_from_json(remark), groups) for remark in row.messages)
        for row in rows
    }
    offered = {number: _offered_person_ids(row_remarks) for number, row_remarks in remarks.items()}
    people = get_person_summaries(
        db,
        actor,
        {row.participant_id for row in rows if row.participant_id is not None}.union(*offered.values()),
    )
    places = {place.code: place.name for place in reference.list_kelurahan(db)}
    differing = {
        number
        for number, row_remarks in remarks.items()
        if any(remark.code == DETAIL_DIFFERS for remark in row_remarks)
    }
    details = _load_known_details(
        db,
        vault,
        {
            known.id
            for row in rows
            if row.number in differing and (known := people.get(row.participant_id or 0)) and known.is_open
        },
    )
    cells = {row.number: displayed_cells(row, vault) for row in rows}
    committed_codes = load_committed_codes(db, rows)
    changes = list_changes(db, language, rows)
    return tuple(
        ReviewRow(
            number=row.number,
            kind=row.kind,
            cells=cells[row.number],
            parsed=parsed_cells(row.result["values"], cells[row.number]),
            name=row.result["values"].get("name", ""),
            place=place_text(row.result["values"], places),
            target_group=groups.get(row.result["values"].get("target_group"), ""),
            sex=row.result["values"].get("sex"),
            attendance=row.result["attendance"],
            minutes=row.result.get("minutes"),
            remarks=remarks[row.number],
            of=row.of_number,
            person=people.get(row.participant_id or 0),
            # A row without a state from before the commit created its person.
            is_new=row.participant_id is None or (row.number in committed_codes and row.before is None),
            selectable_people={id_: people[id_] for id_ in offered[row.number] if id_ in people},
            known_details=_select_differing_details(
                remarks[row.number], details.get(row.participant_id or 0, {}), places, groups
            ),
            changes=changes.get(row.number, ()),
            is_registered=row.number in committed_codes or row.result["registration"] is not None,
            corrected=tuple(row.corrected),
            decision=row.decision or {},
        )
        for row in rows
    )


def _with_groups(remark: Remark, groups: Mapping[str, str]) -> Remark:
    """Return the remark with the target groups to choose from as candidates, in the order of reports, by their labels.

    All groups if the remark names none. Warnings, and remarks about other fields, are returned as they are.
    """
    if remark.field != "target_group" or remark.level == "warning":
        return remark
    named = {candidate.value for candidate in remark.candidates} or set(groups)
    offered = tuple(Candidate("target_group", code, groups[code]) for code in groups if code in named)
    return replace(remark, candidates=offered)


def _offered_person_ids(remarks: Sequence[Remark]) -> set[int]:
    """Return the ids of the people that the remarks offer as candidates."""
    return {
        int(candidate.value)
        for remark in remarks
        for candidate in remark.candidates
        if candidate.kind == "person"
    }


def place_text(values: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """Return where the person of a row lives: the kelurahan's name, or the place outside the city.

    `values` are the row's judged values, `places` the kelurahan's names by code. "outside" if that place is not known,
    the code of an unknown kelurahan, and "" without one.
    """
    code = values.get("kelurahan")
    if code == OUTSIDE:
        return str(values.get("outside_place") or OUTSIDE)
    return places.get(code, code) if code else ""


def _load_known_details(db: Db, vault: NikVault, people: Collection[int]) -> dict[int, dict[str, str]]:
    """Return the known details of each person as texts by field, with phone, e-mail and NIK masked.

    Blank details are left out, as are kelurahan and target group.
    """
    if not people:
        return {}
    known: dict[int, dict[str, str]] = {}
    for person in db.scalars(select(Participant).where(col(Participant.id).in_(people))):
        details = format_details(person, vault) | {
            "email": mask_email(person.email) if person.email else "",
            "rt": f"RT {person.rt}" if person.rt else "",
        }
        known[person.id] = {field: text for field, text in details.items() if text}
    return known


def _select_differing_details(
    remarks: Sequence[Remark],
    details: Mapping[str, str],
    places: Mapping[str, str],
    groups: Mapping[Any, str],
) -> dict[str, str]:
    """Return the known details, by field, from which the sheet differs according to the remarks.

    Kelurahan and target group are those of the registration, whose codes the remark holds.
    """
    differing: dict[str, str] = {}
    for remark in remarks:
        if remark.code != DETAIL_DIFFERS or remark.field is None:
            continue
        code = str(remark.params.get("known", ""))
        labels = {"kelurahan": places.get(code, code), "target_group": groups.get(code, code)}
        if text := labels.get(remark.field) or details.get(remark.field, ""):
            differing[remark.field] = text
    return differing


def parsed_cells(values: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, ParsedCell]:
    """Return the parsed RT, phone (masked) and birth date of a row by field, with the cell's text where the two differ.

    `values` are the row's judged values, `cells` its texts by field. Fields without a value are left out.
    """
    parsed: dict[str, ParsedCell] = {}
    if rt := values.get("rt"):
        written = cells.get("rt", "")
        parsed["rt"] = _parsed_cell(rt, written, same=_says_rt(written, rt))
    if phone := values.get("phone"):
        written = cells.get("phone", "")
        same = national_digits(written) == national_digits(phone)
        parsed["phone"] = _parsed_cell(mask_phone(phone), written, same=same)
    if stored := values.get("birth_date"):
        born = date.fromisoformat(stored)
        written = cells.get("birth_date", "")
        parsed["birth_date"] = _parsed_cell(date_text(born), written, same=_says_date(written, born))
    return parsed


def _parsed_cell(text: str, written: str, *, same: bool) -> ParsedCell:
    """Return the parsed cell; `same` tells that the cell's text says the same, and leaves it out."""
    return ParsedCell(text, "" if same else written)


def _says_rt(written: str, rt: str) -> bool:
    """Return whether a text consists of the number of this RT and of no words but "RT" and "No"."""
    letters = re.findall(r"[^\W\d_]+", written.casefold())
    return _numbers(written) == [int(rt)] and _RT_WORDS.issuperset(letters)


def _says_date(written: str, day: date) -> bool:
    """Return whether a text names the day in the order of Indonesian offices, with the year in full.

    A month that is written as a word cannot be mistaken for a day.
    """
    by_name = [day.day, day.year] if re.search(r"[^\W\d_]{3}", written) else None
    return _numbers(written) in ([day.day, day.month, day.year], by_name)


def _numbers(text: str) -> list[int]:
    """Return the numbers in a text, in their order."""
    return [int(digits) for digits in re.findall(r"\d+", text)]
