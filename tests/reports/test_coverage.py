"""The rules for states and gaps, the rates, and the JSON of the coverage report."""

from datetime import date

import orjson
import pytest

from app.i18n import Translator
from app.reports.coverage.report import CoverageReport, Rate, coverage_document
from app.reports.coverage.rt import AreaRt, KelurahanRt, RtCoverage, RtSource, rt_download
from app.reports.coverage.states import (
    State,
    UnmeasuredWhy,
    gap_of,
    state_of,
    state_text,
    unmeasured_why,
)
from app.reports.formats.csv import render_csv
from app.reports.table import Column, Row, Table, cell_text


@pytest.mark.parametrize(
    ("target", "registered", "participants", "unrecorded", "state"),
    [
        (None, 3, 1, 2, "reached"),
        (None, 3, 0, 1, "unmeasured"),
        (None, 3, 0, 0, "zero"),
        (None, 0, 0, 0, "none"),
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
def test_the_state_is_the_first_that_applies(
    target: int | None, registered: int, participants: int, unrecorded: int, state: State
) -> None:
    assert (
        state_of(target=target, registered=registered, participants=participants, unrecorded=unrecorded)
        == state
    )


@pytest.mark.parametrize(
    ("to_come", "list_missing", "why"),
    [(2, 0, "session-to-come"), (0, 2, "list-missing"), (5, 1, "list-missing"), (0, 0, None)],
)
def test_a_missing_attendance_list_takes_precedence_over_a_session_to_come(
    to_come: int, list_missing: int, why: UnmeasuredWhy | None
) -> None:
    assert unmeasured_why(to_come=to_come, list_missing=list_missing) == why


@pytest.mark.parametrize("state", ["reached", "partial"])
def test_only_unmeasured_states_have_a_reason(state: State, english: Translator) -> None:
    assert "(" not in state_text(state, "session-to-come", english)
    assert state_text("unmeasured", "session-to-come", english).endswith("(session still to come)")


def test_a_gap_is_never_negative() -> None:
    assert gap_of(target=5, participants=2) == 3
    assert gap_of(target=5, participants=9) == 0
    assert gap_of(target=None, participants=9) is None


def test_the_json_has_the_documented_keys(report: CoverageReport, english: Translator) -> None:
    document = orjson.loads(orjson.dumps(coverage_document(report, english)))

    assert document["generated_at"] == "2025-11-03T16:30:00+00:00"
    assert document["period"] == {"from": "2025-01-01", "to": "2025-10-31"}
    assert "its target for 2025" in document["rule"]
    assert set(document["totals"]) >= {
        "kelurahan", "covered", "registered", "attendances", "participants", "outside", "by_group", "by_sex",
    }  # fmt: skip
    assert set(document["totals"]["by_sex"]) == {"L", "P", "unknown"}
    assert len(document["rows"]) == 34
    assert document["rows"][0] == {
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
def test_a_small_rate_is_not_rounded_to_zero(participants: int, rate: float, shown: str) -> None:
    city_rate = Rate(
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
        rows=(Row((city_rate.rate,)),), total=None, notes=(),
    )  # fmt: skip

    assert city_rate.rate == rate
    assert cell_text(city_rate.rate, "id") == shown
    assert f"{shown}\r\n".encode() in render_csv(table)


def test_the_json_of_rt_coverage_has_closed_kelurahan(report: CoverageReport, english: Translator) -> None:
    city = AreaRt(code="64.71", name="Balikpapan", reached=3, known=None)
    closed = KelurahanRt(
        code="64.71.01.1001",
        name="Manggar",
        kecamatan="Balikpapan Timur",
        reached=3,
        known=12,
        participants=5,
        without_rt=1,
        closed_on=date(2025, 6, 30),
    )
    rt = RtCoverage(
        report=report,
        kelurahan=(closed,),
        kecamatan=(),
        total=city,
        sources=(RtSource("BPS", date(2025, 1, 1)),),
    )

    document = orjson.loads(rt_download(rt, "json", english, "en").content)

    assert document["rows"][0] == {
        "code": "64.71.01.1001",
        "name": "Manggar",
        "kecamatan": "Balikpapan Timur",
        "reached": 3,
        "known": 12,
        "participants": 5,
        "without_rt": 1,
        "closed_on": "2025-06-30",
        "share": 25,
    }
    assert document["sources"] == [{"source": "BPS", "as_of": "2025-01-01"}]
