"""Notes that cast doubt on whether this very person came are asked about, wherever they are written."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes, questions, workbook

DOUBTS = (
    "batal",
    "batal hadir",
    "mengundurkan diri",
    "tidak jadi ikut",
    "diganti adiknya",
    "diwakili Bpk. Rudi",
    "diwakilkan suami",
    "meninggal dunia",
    "hadir online",
    "ikut via Zoom",
    "pindah sesi siang",
    "titip absen",
    "ttd dititip",
    "anaknya yang ttd",
    "ttd oleh suami",
)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (["TTD", "Ket"], (None, "{}")),
        (["TTD"], ("{}",)),
        (["Hadir"], ("{}",)),
        (["Hadir", "Ket"], ("v", "{}")),
        (["Hadir", "Tidak Hadir", "Ket"], ("v", None, "{}")),
    ],
)
def test_a_note_that_casts_doubt_is_asked_about(
    headings: list[str], row: tuple[str | None, ...], doubt: str
) -> None:
    """In a note, instead of a signature, as a mark, or beside one."""
    doubted = [cell and cell.format(doubt) for cell in row]
    others: list[Cell] = ["v" if headings[0] == "Hadir" else None]
    found = judged(detected(attendance_list(headings, doubted, others, others)))
    assert outcomes(found) == ["asked", "present", "present"]
    assert questions(found) == []


def test_a_column_status_that_says_who_withdrew_is_read_as_a_note() -> None:
    found = judged(detected(attendance_list(["Status", "TTD"], ("Peserta",), ("Batal",), ("Peserta",))))
    assert outcomes(found) == ["present", "asked", "present"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("Budi Kamboja (diwakili Rudi)", "asked"),
        ("Budi Kamboja (batal)", "asked"),
        ("Budi Kamboja - tidak hadir", "absent"),
        ("Budi Kamboja (sakit)", "excused"),
    ],
)
def test_what_is_written_behind_a_name_belongs_to_the_attendance(name: str, outcome: str) -> None:
    header = ("Nama", "Kelurahan", "TTD")
    found = judged(detected(workbook(header, ("Rina Melati", "Damai"), (name, "Damai"))))
    assert outcomes(found) == ["present", outcome]
    assert found.rows[1].values.name == "Budi Kamboja"


def test_another_name_in_brackets_stays_with_the_name() -> None:
    header = ("Nama", "Kelurahan", "TTD")
    found = judged(detected(workbook(header, ("Budi Kamboja (Pak Bud)", "Damai"))))
    assert (outcomes(found), found.rows[0].values.name) == (["present"], "Budi Kamboja (Pak Bud)")


@pytest.mark.parametrize("note", ["pindah ke RT 5", "promosi online", "menunggu NIB"])
def test_other_notes_cast_no_doubt(note: str) -> None:
    found = judged(detected(attendance_list(["Hadir", "Ket"], ("v", note), ("v", None))))
    assert outcomes(found) == ["present", "present"]


@pytest.mark.parametrize(
    ("note", "outcome"),
    [
        ("kada hadir", "absent"),
        ("ora teko", "absent"),
        ("ga datang", "absent"),
        ("no show", "absent"),
        ("TH", "asked"),
        ("dl", "asked"),
        ("t.h.", "asked"),
        ("opname", "asked"),
        ("ke luar kota", "asked"),
        ("tanpa kabar", "asked"),
        ("belum ttd", "asked"),
        ("mewakili suami", "asked"),
        ("anaknya", "asked"),
        ("online", "asked"),
        ("panitia", "asked"),
        ("izin datang terlambat", "asked"),
        ("tidak hadir di pelatihan sebelumnya", "asked"),
        ("tahun lalu tidak hadir", "asked"),
        ("wakil ketua RT", "present"),
        ("HP tidak bisa", "present"),
        ("Dinas Pertanian", "present"),
        ("terlambat", "present"),
    ],
)
def test_a_note_beside_a_signature_in_any_words(note: str, outcome: str) -> None:
    found = judged(detected(attendance_list(["TTD", "Ket"], (), (None, note), (), ())))
    assert outcomes(found) == ["present", outcome, "present", "present"]
    assert questions(found) == []


@pytest.mark.parametrize("note", ["kada hadir", "opname", "no show", "cuti"])
def test_a_tick_beside_a_reason_for_absence_is_asked_about(note: str) -> None:
    found = judged(detected(attendance_list(["Hadir", "Ket"], ("v", note), "v", "v")))
    assert outcomes(found) == ["asked", "present", "present"]


def test_remarks_on_half_of_those_who_signed_make_nobody_absent() -> None:
    notes = ("hadir terlambat", "datang terlambat", None, None)
    found = judged(detected(attendance_list(["TTD", "Ket"], *((None, note) for note in notes))))
    assert outcomes(found) == ["present"] * 4


@pytest.mark.parametrize(
    ("cell", "name", "outcome"),
    [
        ("Budi Kamboja sakit", "Budi Kamboja", "excused"),
        ("Budi Kamboja tidak hadir", "Budi Kamboja", "absent"),
        ("Budi Kamboja batal", "Budi Kamboja", "asked"),
        ("Budi Kamboja (hari 2)", "Budi Kamboja", "asked"),
        ("Alm. Budi Kamboja", "Budi Kamboja", "asked"),
        ("Budi Kamboja, alm.", "Budi Kamboja", "asked"),
        ("Budi Kamboja pengganti Rudi", "Budi Kamboja", "asked"),
        ("Siti binti Alm. Karto", "Siti binti Alm. Karto", "present"),
        ("Izin Purnama", "Izin Purnama", "present"),
        ("Sakti Hadi", "Sakti Hadi", "present"),
        ("Almira Kamboja", "Almira Kamboja", "present"),
    ],
)
def test_what_is_written_into_the_name_itself(cell: str, name: str, outcome: str) -> None:
    header = ("Nama", "Kelurahan", "TTD")
    found = judged(detected(workbook(header, ("Rina Melati", "Damai"), (cell, "Damai"))))
    assert (outcomes(found), found.rows[1].values.name) == (["present", outcome], name)
