"""An import as a person goes through it: rows with what they say and what they were judged to be."""

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
from app.models import AttendanceImportRow, RowKind
from app.nik_vault import NikVault, with_niks_masked
from app.people.outside_places import OUTSIDE
from app.people.phones import masked_phone, national_digits
from app.people.remarks import Candidate, Remark
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports.attendance_imports import AttendanceImportView, get_attendance_import
from app.queries.imports.known_details import DIFFERS, known_details, known_where_differing
from app.queries.imports.rows import displayed_cells, list_import_rows, load_committed_codes
from app.queries.people.participants import PersonSeen, people_seen
from app.queries.workshops.workshop_sessions import WorkshopSessionView, list_workshop_sessions
from app.queries.workshops.workshops import list_target_group_codes
from app.spreadsheets.transfer import remark_from_json

PAGE_LENGTH = 50


# Words that may stand beside the number of an RT.
_RT_WORDS = frozenset({"rt", "no"})


@dataclass(frozen=True)
class ParsedCell:
    """What a cell was parsed to. `written` is the cell's text, empty if it says the same but for punctuation."""

    text: str
    written: str


@dataclass(frozen=True)
class ReviewRow:
    """A row as the review shows it.

    `cells` are texts as read or corrected, a NIK masked; `parsed` are RT, phone and birth date as they were parsed;
    the other fields are what the row was judged to mean. `person` was matched or created; `is_new` tells that the
    person was not known before. `selectable_people` are the people that the remarks offer, by id. `known` is what is
    known, by field, where the sheet differs. `registered` tells that a registration for the session exists.
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
    messages: tuple[Remark, ...]
    of: int | None
    person: PersonSeen | None
    is_new: bool
    selectable_people: dict[int, PersonSeen]
    known: dict[str, str]
    registered: bool
    corrected: tuple[str, ...]
    decision: dict[str, Any]

    @property
    def skipped(self) -> bool:
        return bool(self.decision.get("skip"))

    @property
    def chosen(self) -> bool:
        """Whether somebody said who it is or where they live."""
        return any(self.decision.get(choice) for choice in ("person", "kelurahan"))

    def remarks(self, *fields: str) -> list[Remark]:
        """The messages about any of these fields."""
        return [remark for remark in self.messages if remark.field in fields]


@dataclass(frozen=True)
class ReviewPage:
    """`following` is the row number after which the next page begins."""

    rows: tuple[ReviewRow, ...]
    following: int | None


def get_review_page(
    db: Db,
    vault: NikVault,
    language: Language,
    import_id: int,
    *,
    kinds: Sequence[RowKind] = (),
    after: int = 0,
    limit: int = PAGE_LENGTH,
) -> ReviewPage:
    """Rows in the sheet's order. The import was found within reach before, here and below."""
    found = list_import_rows(db, import_id, kinds=kinds, after=after, limit=limit + 1)
    rows = _review_rows(db, vault, language, found[:limit])
    following = rows[-1].number if len(found) > limit else None
    return ReviewPage(rows, following)


def list_review_rows(
    db: Db, vault: NikVault, language: Language, import_id: int, numbers: Collection[int]
) -> tuple[ReviewRow, ...]:
    """The rows of these numbers."""
    return _review_rows(db, vault, language, list_import_rows(db, import_id, numbers=numbers))


def is_on_page(db: Db, import_id: int, number: int, after: int) -> bool:
    """Whether row `number` is on the page of all rows that begins after row `after`."""
    above = select(func.count()).where(
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.number).between(after + 1, number),
    )
    return 0 < db.scalars(above).one() <= PAGE_LENGTH


def list_sessions_on_stated_days(
    db: Db, actor: Actor, found: AttendanceImportView
) -> list[WorkshopSessionView]:
    """The workshop's sessions on the days that the sheet states, where the import's session isn't on one of them."""
    if found.stated_date is None or not found.is_of_another_day:
        return []
    first, last = found.stated_date, found.stated_until or found.stated_date
    held = list_workshop_sessions(db, actor, found.workshop_code)
    return [one for one in held if first <= wita(one.starts_at).date() <= last]


def list_offered_groups(
    db: Db, found: AttendanceImportView, language: Language
) -> list[reference.TargetGroupView]:
    """The workshop's target groups, or all where it names none."""
    groups = reference.list_target_groups(db, language)
    own = list_target_group_codes(db, found.workshop_id)
    return [group for group in groups if group.code in own] or groups


def get_sheet_preview(db: Db, vault: NikVault, actor: Actor, import_id: int) -> tuple[tuple[str, ...], ...]:
    """The sheet's first rows as texts, NIKs masked. Raises `NotFound` where the import isn't within reach."""
    stored = get_attendance_import(db, actor, import_id).preview
    rows: list[list[str]] = json.loads(vault.decrypt(stored)) if stored else []
    return tuple(tuple(with_niks_masked(text) for text in row) for row in rows)


def _review_rows(
    db: Db, vault: NikVault, language: Language, rows: Sequence[AttendanceImportRow]
) -> tuple[ReviewRow, ...]:
    """A constant number of queries, however many rows."""
    groups = {group.code: group.label for group in reference.list_target_groups(db, language)}
    messages = {
        row.number: tuple(_with_groups(remark_from_json(remark), groups) for remark in row.messages)
        for row in rows
    }
    offered = {number: _offered(remarks) for number, remarks in messages.items()}
    people = people_seen(
        db,
        {row.participant_id for row in rows if row.participant_id is not None}.union(*offered.values()),
    )
    places = {place.code: place.name for place in reference.list_kelurahan(db)}
    differing = {
        number for number, remarks in messages.items() if any(one.code == DIFFERS for one in remarks)
    }
    details = known_details(
        db, vault, {row.participant_id for row in rows if row.participant_id and row.number in differing}
    )
    cells = {row.number: displayed_cells(row, vault) for row in rows}
    written = load_committed_codes(db, rows)
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
            messages=messages[row.number],
            of=row.of_number,
            person=people.get(row.participant_id or 0),
            # The commit of this very row made the person where nothing was there before.
            is_new=row.participant_id is None or (row.number in written and row.before is None),
            selectable_people={id_: people[id_] for id_ in offered[row.number] if id_ in people},
            known=known_where_differing(
                messages[row.number], details.get(row.participant_id or 0, {}), places, groups
            ),
            registered=row.number in written or row.result["registration"] is not None,
            corrected=tuple(row.corrected),
            decision=row.decision or {},
        )
        for row in rows
    )


def _with_groups(remark: Remark, groups: Mapping[str, str]) -> Remark:
    """A question about the group offers groups by their labels: all of them where it names none."""
    if remark.field != "target_group" or remark.level == "warning":
        return remark
    named = {candidate.value for candidate in remark.candidates} or set(groups)
    offered = tuple(Candidate("target_group", code, groups[code]) for code in groups if code in named)
    return replace(remark, candidates=offered)


def _offered(messages: Sequence[Remark]) -> set[int]:
    return {
        int(candidate.value)
        for remark in messages
        for candidate in remark.candidates
        if candidate.kind == "person"
    }


def place_text(values: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """Where a row's values say that somebody lives: a kelurahan's name, or the place outside the city."""
    code = values.get("kelurahan")
    if code == OUTSIDE:
        return str(values.get("outside_place") or OUTSIDE)
    return places.get(code, code) if code else ""


def parsed_cells(values: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, ParsedCell]:
    """Return the parsed RT, phone (masked) and birth date of a row, with the cell's text where the two differ."""
    parsed: dict[str, ParsedCell] = {}
    if rt := values.get("rt"):
        written = cells.get("rt", "")
        parsed["rt"] = _parsed_cell(rt, written, same=_says_rt(written, rt))
    if phone := values.get("phone"):
        written = cells.get("phone", "")
        same = national_digits(written) == national_digits(phone)
        parsed["phone"] = _parsed_cell(masked_phone(phone), written, same=same)
    if stored := values.get("birth_date"):
        born = date.fromisoformat(stored)
        written = cells.get("birth_date", "")
        parsed["birth_date"] = _parsed_cell(date_text(born), written, same=_says_date(written, born))
    return parsed


def _parsed_cell(text: str, written: str, *, same: bool) -> ParsedCell:
    return ParsedCell(text, "" if same else written)


def _says_rt(written: str, rt: str) -> bool:
    letters = re.findall(r"[^\W\d_]+", written.casefold())
    return _numbers(written) == [int(rt)] and _RT_WORDS.issuperset(letters)


def _says_date(written: str, day: date) -> bool:
    """Return whether a text names the day in the order of Indonesian offices, with the year in full.

    A month that is written as a word cannot be mistaken for a day.
    """
    by_name = [day.day, day.year] if re.search(r"[^\W\d_]{3}", written) else None
    return _numbers(written) in ([day.day, day.month, day.year], by_name)


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]
