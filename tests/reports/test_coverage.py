"""The rules that turn figures into states, and the document that others read."""

from datetime import date

import orjson
import pytest

from app.i18n import Translator
from app.reports.coverage.rates import Rate
from app.reports.coverage.report import (
    CoverageReport,
    State,
    UnmeasuredWhy,
    document,
    gap_of,
    state_of,
    unmeasured_why,
)
from app.reports.coverage.states import state_text
from app.reports.formats.csv import csv_file
from app.reports.table import Column, Row, Table, cell_text


@pytest.mark.parametrize(
    ("target", "registered", "participants", "unrecorded", "state"),
    [
        (2, 3, 2, 0, "reached"),
        (2, 9, 7, 0, "reached"),
        (2, 3, 2, 1, "reached"),
        (2, 3, 1, 0, "partial"),
        (2, 3, 1, 2, "partial"),
        (2, 3, 0, 1, "unmeasured"),
        (2, 3, 0, 0, "zero"),
        (2, 0, 0, 0, "none"),
        (0, 1, 1, 0, "reached"),
        (0, 1, 0, 0, "zero"),
        (0, 0, 0, 0, "none"),
    ],
)
def test_the_first_state_that_fits(
    target: int, registered: int, participants: int, unrecorded: int, state: State
) -> None:
    assert (
        state_of(target=target, registered=registered, participants=participants, unrecorded=unrecorded)
        == state
    )


@pytest.mark.parametrize(
    ("to_come", "list_missing", "why"),
    [(2, 0, "session-to-come"), (0, 2, "list-missing"), (5, 1, "list-missing"), (0, 0, None)],
)
def test_a_list_that_someone_owes_is_the_reason_to_name(
    to_come: int, list_missing: int, why: UnmeasuredWhy | None
) -> None:
    assert unmeasured_why(to_come=to_come, list_missing=list_missing) == why


@pytest.mark.parametrize("state", ["reached", "partial"])
def test_a_session_to_come_is_no_reason_of_what_is_measured(state: State, english: Translator) -> None:
    """One who was reached and has registered again is no less reached."""
    assert "(" not in state_text(state, "session-to-come", english)
    assert state_text("unmeasured", "session-to-come", english).endswith("(session still to come)")


def test_more_than_the_target_leaves_no_negative_gap() -> None:
    assert gap_of(target=5, participants=2) == 3
    assert gap_of(target=5, participants=9) == 0


def test_the_document_keeps_the_names_that_others_rely_on(
    report: CoverageReport, english: Translator
) -> None:
    read = orjson.loads(orjson.dumps(document(report, english)))

    assert read["generated_at"] == "2025-11-03T16:30:00+00:00"
    assert read["period"] == {"from": "2025-01-01", "to": "2025-10-31"}
    assert "its target for 2025" in read["rule"]
    assert set(read["totals"]) >= {
        "kelurahan", "covered", "registered", "attendances", "participants", "outside", "by_group", "by_sex",
    }  # fmt: skip
    assert set(read["totals"]["by_sex"]) == {"L", "P", "unknown"}
    assert len(read["rows"]) == 34
    assert read["rows"][0] == {
        "kelurahan": "64.71.01.1001",
        "name": "Manggar",
        "kecamatan": "Balikpapan Timur",
        "state": "reached",
        "unmeasured_why": None,
        "target": 2,
        "registered": 1213,
        "attendances": 1204,
        "participants": 1204,
        "gap": 0,
        "by_sex": {"L": 602, "P": 602, "unknown": 0},
        "groups": {
            "umkm": {"target": None, "registered": 1212, "attendances": 1204, "participants": 1204},
            "rt": {"target": None, "registered": 1, "attendances": 0, "participants": 0},
        },
        "closed_on": None,
    }


@pytest.mark.parametrize(
    ("participants", "rate", "shown"), [(131, 0.17, "0,17"), (5, 0.0066, "0,0066"), (0, 0.0, "0,00")]
)
def test_a_rate_that_is_not_zero_never_looks_like_it(participants: int, rate: float, shown: str) -> None:
    """A city at the beginning of its year."""
    of_the_city = Rate(
        area="64.71",
        name="Balikpapan",
        measure="penduduk",
        participants=participants,
        known=757_418,
        as_of=date(2024, 12, 31),
        source="DKB",
    )
    table = Table(
        name="", title="", subtitle=(), columns=(Column("Rasio", "integer"),),
        rows=(Row((of_the_city.rate,)),), total=None, notes=(),
    )  # fmt: skip

    assert of_the_city.rate == rate
    assert cell_text(of_the_city.rate, "id") == shown
    assert f"{shown}\r\n".encode() in csv_file(table)
