"""What becomes of every row of a sheet, and what must be looked up to say so."""

from collections import Counter
from collections.abc import Mapping

from app.spreadsheets.attendance.judgement import (
    KINDS,
    Decision,
    InterpretedSheet,
    JudgedRow,
    Judgement,
    Known,
    MatchKeys,
    SessionContext,
)
from app.spreadsheets.attendance.row_judge import RowJudge
from app.spreadsheets.document import Message
from app.spreadsheets.progress import Progress, nobody_waits, watched

_NO_DECISION = Decision()


def match_keys(interpreted: InterpretedSheet, decisions: Mapping[int, Decision]) -> MatchKeys:
    """All that the sheet's rows and a person's decisions (row number → decision) name people by."""
    values = [row.values for row in interpreted.rows]
    persons = (decision.person for decision in decisions.values())
    return MatchKeys(
        niks=frozenset(value.nik_key for value in values if value.nik_key),
        phones=frozenset(value.phone for value in values if value.phone),
        emails=frozenset(value.email for value in values if value.email),
        name_keys=frozenset(value.name_key for value in values if value.name_key),
        registrations=frozenset(value.registration for value in values if value.registration),
        person_ids=frozenset(person for person in persons if isinstance(person, int)),
    )


def judge(
    interpreted: InterpretedSheet,
    known: Known,
    context: SessionContext,
    decisions: Mapping[int, Decision],
    progress: Progress = nobody_waits,
) -> Judgement:
    """Judges all rows. `decisions` (row number → decision) are a person's. The same input gives the same."""
    judge_of_file = RowJudge(known, context, interpreted.blank_means)
    rows = tuple(
        judge_of_file.judged(row, decisions.get(row.number, _NO_DECISION))
        for row in watched(interpreted.rows, progress)
    )
    kinds = Counter(row.kind for row in rows)
    return Judgement(
        rows=rows,
        counts={"rows": len(rows), **{kind: kinds[kind] for kind in KINDS}},
        warnings=(*interpreted.warnings, *_total_warning(interpreted, rows, context)),
        blank_means=interpreted.blank_means,
        stated_total=interpreted.stated_total,
        stated_total_of=interpreted.stated_total_of,
    )


def _total_warning(
    interpreted: InterpretedSheet, rows: tuple[JudgedRow, ...], context: SessionContext
) -> list[Message]:
    """The sheet's own total against its participants, each counted once."""
    of_those_present = interpreted.stated_total_of == "present"
    if interpreted.stated_total is None or (of_those_present and context.registering):
        return []
    once = [row for row in rows if row.kind != "duplicate"]
    counted = [row for row in once if row.attendance == "present"] if of_those_present else once
    found = len(counted)
    if found == interpreted.stated_total:
        return []
    return [Message("warning", None, "total-differs", {"stated": interpreted.stated_total, "found": found})]
