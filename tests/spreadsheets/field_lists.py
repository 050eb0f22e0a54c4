"""Compare what is read from a list with what a careful clerk expects of it.

Beside a list stands `NAME.expected.json`; of a list for several sessions one for each (`NAME.hari1.expected.json`),
which names the list as `file`. Their format is explained in `tests/field`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from app.errors import UnreadableFile
from app.people.remarks import Remark
from app.spreadsheets.attendance.rows import JudgedRow, JudgedSheet, SessionContext
from app.spreadsheets.detected_table import SheetSession
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.examples import WITA, codes, judged, reference

FIELD = Path(__file__).parents[1] / "field"
MORE_LISTS = Path(__file__).parents[1] / "more_lists"

Person: TypeAlias = dict[str, Any]
"""A person as the clerk expects them: the row's number, and name, kelurahan, attendance and more as far as known."""

_SAVED = frozenset({"create", "update", "unchanged"})
_FIELDS = ("name", "kelurahan", "target_group", "rt", "sex", "phone")
_ROWS_PER_LIST = 2_000_000
"""A row's number is this, times the number of the list in the file, plus Excel's."""
_PEOPLE_UNREAD = frozenset(
    {"sheets-unread", "list-beside", "rows-above-header", "rows-below-end", "far-cells"}
)
"""Codes of questions and warnings that say that people were not read."""
_SAYS_NOTHING = frozenset({"not-a-spreadsheet", "unreadable-file", "no-header"})


@dataclass
class Comparison:
    """What differs, each as a sentence.

    `wrong`: rows saved with a wrong value without a word; `lost`: people lost without a word; `needless`: questions
    that a clerk would not ask.
    """

    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)


def list_expectations(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.expected.json"))


@cache
def compare_with_expectation(path: Path) -> Comparison:
    """Read the list of this expectation for its session, and return how the result differs."""
    expected = json.loads(path.read_text())
    content = (path.parent / expected.get("file", path.name.removesuffix(".expected.json"))).read_bytes()
    try:
        judgement = _judge(content, expected["session"])
    except UnreadableFile as refusal:
        if "refused" not in expected:
            return Comparison(lost=[f"everybody: the file is refused ({refusal.code})"])
        said = refusal.code not in _SAYS_NOTHING
        return Comparison(wrong=[] if said else [f"the refusal does not say that it {expected['refused']}"])
    if "refused" in expected:
        return Comparison(wrong=[f"the file is read, and not refused: {expected['refused']}"])
    return _compare(expected, judgement)


def _judge(content: bytes, session: dict[str, Any]) -> JudgedSheet:
    starts, ends = (
        datetime.strptime(session[hour], "%Y-%m-%d %H:%M").replace(tzinfo=WITA) for hour in ("starts", "ends")
    )
    context = SessionContext(
        code=session["code"],
        starts_at=starts.astimezone(UTC),
        day=starts.date(),
        now=starts.astimezone(UTC) + timedelta(days=1),
        target_groups=tuple(session["groups"]),
    )
    known = reference()
    sheet = read_sheet(
        content,
        places=[name for kelurahan in known.kelurahan for name in (kelurahan.name, *kelurahan.aliases)],
        groups=[name for group in known.target_groups for name in (group.label, *group.synonyms)],
        session=SheetSession(starts.date(), session["code"], starts=starts, ends=ends),
    )
    return judged(sheet, context)


def _compare(expected: dict[str, Any], judgement: JudgedSheet) -> Comparison:
    result = Comparison()
    expected_kinds = {row["number"]: row["kind"] for row in expected["rows"]}
    unmatched = list(judgement.rows)
    for person in expected["people"]:
        row = _find_row(person, unmatched)
        if row is None:
            if _PEOPLE_UNREAD.isdisjoint(codes(judgement.warnings)):
                result.lost.append(f"row {person['number']}: {person.get('name')}")
            continue
        unmatched.remove(row)
        _compare_row(person, expected_kinds.get(person["number"], "create"), row, judgement, result)
    for row in unmatched:
        if row.kind in _SAVED and not _is_named(row, None, judgement):
            result.wrong.append(f"row {row.number}: {row.values.name} is nobody on the list")
        elif row.kind in {"review", "error"}:
            result.needless.append(f"row {row.number}: {row.values.name} is nobody, {codes(row.remarks)}")
    if not _expects_a_question(expected):
        questions = [warning for warning in judgement.warnings if warning.level == "review"]
        result.needless += [f"the file: {code}" for code in codes(questions)]
    return result


def _find_row(person: Person, rows: list[JudgedRow]) -> JudgedRow | None:
    """Return the row in the person's line, or of their name in a second list and where lines were split; or None."""
    same_line = [row for row in rows if row.number % _ROWS_PER_LIST == person["number"]]
    same_name = [row for row in rows if row.values.name == person.get("name")]
    of_the_first_list = [] if {"half", "on_sheet"} & person.keys() else same_line
    candidates = [*(row for row in same_line if row in same_name), *of_the_first_list, *same_name]
    return next(iter(candidates), None)


def _compare_row(
    person: Person, kind: str, row: JudgedRow, judgement: JudgedSheet, result: Comparison
) -> None:
    where = f"row {person['number']} ({person.get('name')})"
    if row.kind in _SAVED:
        if kind not in _SAVED and not _is_named(row, None, judgement):
            result.wrong.append(f"{where}: is saved, and not {kind}")
        result.wrong += [
            f"{where}: {difference}"
            for name, difference in _differences(person, row)
            if not _is_named(row, name, judgement)
        ]
    elif kind in _SAVED and row.kind in {"duplicate", "skip"}:
        result.lost.append(f"{where}: {row.kind}")
    elif kind in _SAVED:
        result.needless.append(f"{where}: {codes(row.remarks)}")


def _differences(person: Person, row: JudgedRow) -> Iterator[tuple[str, str]]:
    """Yield field and sentence for each value of a saved row that is not as expected."""
    for name in _FIELDS:
        value = getattr(row.values, name)
        if name in person and value != (expected := _stored(name, person[name])):
            yield name, f"{name} is {value}, not {expected}"
    if person.get("attendance") == "?" and row.attendance:
        yield "attendance", f"attendance is {row.attendance} without asking"
    elif person.get("attendance", "?") not in {"?", row.attendance}:
        yield "attendance", f"attendance is {row.attendance}, not {person['attendance']}"
    elif row.attendance and person.get("attendance_not") == row.attendance:
        yield "attendance", f"attendance is {row.attendance}"


def _stored(name: str, value: str) -> str:
    return f"+62{value.removeprefix('0')}" if name == "phone" else value


def _is_named(row: JudgedRow, name: str | None, judgement: JudgedSheet) -> bool:
    """Return whether a remark is about this field of the row (with None: about anything in it).

    That is a remark on the row, a question about the field in the whole file, or a warning that names the row.
    """
    if any(name is None or remark.field in {name, None} for remark in row.remarks):
        return True
    return any(
        (warning.level == "review" and name is not None and warning.field == name)
        or _names_row(warning, row.number)
        for warning in judgement.warnings
    )


def _names_row(warning: Remark, number: int) -> bool:
    numbers = re.findall(r"\d+", str(warning.params.get("rows", warning.params.get("row", ""))))
    return str(number) in numbers


def _expects_a_question(expected: dict[str, Any]) -> bool:
    doubtful = any(person.get("attendance") == "?" for person in expected["people"])
    return doubtful or any(code.startswith("?") for code in expected.get("warnings", ()))
