"""Whatever stands in a sheet: it is read or refused, judged, and judged alike again."""

import csv
import json
from contextlib import suppress
from dataclasses import replace
from io import StringIO

from hypothesis import given, settings
from hypothesis import strategies as st

from app.people.values.cells import Cell, CellError
from app.people.values.target_groups import group_index
from app.spreadsheets.detected_table import table_from_json, table_to_json
from app.spreadsheets.exports.field_headings import FIELDS
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.session_matching import propose_session
from app.spreadsheets.stated_session import stated_session_from_json, stated_session_to_json
from app.spreadsheets.tables.detection import detect_table
from app.spreadsheets.tables.session_facts.description import describe_session
from tests.spreadsheets.examples import judged, reference, session, sheet_of

SAID = st.sampled_from(
    [
        "Nama",
        "No",
        "Kelurahan",
        "Damai",
        "Gunung Sari",
        "Rina Gani",
        "hadir",
        "x",
        "sda",
        "Hadir",
        "Izin",
        "Hari 1",
        "Jumlah",
        "Mengetahui,",
        "1",
        "2",
        "081200000001",
        "6471056001970003",
        "Ketua RT 3",
        "Tanggal : 5/8/2025",
        '"',
    ]
)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    SAID,
    st.text(max_size=12),
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.builds(CellError, st.sampled_from(["", "#N/A"])),
)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), CELLS), min_size=1, max_size=6))
def test_any_cells_are_judged(rows: list[dict[str, Cell]]) -> None:
    context = session(groups=("umkm", "rt"))
    judgement = judged(sheet_of(*rows), context)
    assert judgement.counts["rows"] == len(rows) == sum(judgement.counts.values()) - len(rows)
    assert all(row.kind != "duplicate" or row.of for row in judgement.rows)


@settings(max_examples=300)
@given(
    st.lists(st.lists(st.one_of(SAID, st.text(max_size=6)), max_size=6), max_size=12), st.sampled_from(";,\t")
)
def test_any_csv_is_read_or_refused(rows: list[list[str]], separator: str) -> None:
    lines = StringIO()
    csv.writer(lines, delimiter=separator).writerows([["No", "Nama", "Kelurahan"], *rows])
    with suppress(SheetFailure):
        sheet = detect_table(
            lines.getvalue().encode("utf-8", "replace"),
            sheet=None,
            header_row=None,
            columns={},
            place_keys=frozenset({"damai"}),
            trim=False,
        )
        assert table_from_json(table_to_json(sheet)) == sheet
        judged(sheet)


@settings(max_examples=300)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, begin: bytes) -> None:
    with suppress(SheetFailure):
        detect_table(
            begin + content, sheet=None, header_row=None, columns={}, place_keys=frozenset(), trim=False
        )


LETTERHEAD_TEXTS = st.sampled_from(
    [
        "DAFTAR HADIR",
        "Kegiatan",
        ": Workshop Canva",
        "Hari/Tanggal : Selasa, 5 Agustus 2025",
        "Jam",
        "9.00",
        "KELURAHAN DAMAI",
        "5 - 7 Agustus",
        "bagi Ketua RT",
        "a\nb",
    ]
)


@settings(max_examples=200)
@given(
    st.lists(st.lists(st.one_of(LETTERHEAD_TEXTS, CELLS), max_size=4), max_size=8),
    st.one_of(LETTERHEAD_TEXTS, st.text(max_size=30)),
)
def test_any_letterhead_and_name_say_something_that_can_be_stored(rows: list[list[Cell]], name: str) -> None:
    table = sheet_of({"name": "Rina"})
    above = Grid("xlsx", name, (name,), rows)
    stated = describe_session(above, replace(table, header_row=len(rows) + 1), name, group_index(reference()))
    assert stated_session_from_json(json.loads(json.dumps(stated_session_to_json(stated)))) == stated
    assert propose_session(stated).missing or stated.first_day
