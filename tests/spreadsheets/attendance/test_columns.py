"""Which columns hold attendance: of marks, signatures and notes, side by side, for outcomes, days and parts of one."""

from dataclasses import replace
from datetime import date, time

import pytest
from openpyxl import Workbook

from app.i18n import Language, translator
from app.people.values.cells import Cell, CellError
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, detected, judged, saved, session, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")


def cells(sheet: DetectedTable, field: str) -> list[Cell]:
    return [row.cells.get(field) for row in sheet.rows]


def warning_texts(found: JudgedSheet, language: Language = "id") -> list[str]:
    return [remark_text(warning, translator(language)) for warning in found.warnings]


def test_pre_printed_numbers_in_a_signature_column_are_no_marks() -> None:
    sheet = detected(workbook(HEADER, [1, "Rina", "Damai", "1. ......"], [2, "Maya", "Damai", 2]))
    assert cells(sheet, "attendance") == [None, None]


def test_a_mark_behind_the_printed_number_of_a_signature_column_is_one() -> None:
    people: list[list[Cell]] = [
        [1, "Rina", "Damai", "1. v"],
        [2, "Maya", "Damai", "     2. ✓"],
        [3, "Dewi", "Damai", "3."],
    ]
    rows = judged(detected(workbook(HEADER, *people))).rows
    assert [row.attendance for row in rows] == ["present", "present", "absent"]


def test_a_heading_that_every_page_repeats_is_no_mark() -> None:
    header = ("No", "Nama", "Kelurahan", "TTD")
    content = workbook(header, [1, "Rina", "Damai", "1."], header, [2, "Maya", "Damai", "2."])
    assert [row.attendance for row in judged(detected(content)).rows] == ["present", "present"]


def test_the_first_printed_number_is_no_mark_among_marks() -> None:
    content = workbook(HEADER, [1, "Rina", "Damai", "1."], [2, "Maya", "Damai", "v"])
    assert cells(detected(content), "attendance") == [None, "v"]


def test_signatures_alternating_between_two_columns_are_all_read() -> None:
    book = Workbook()
    for row in (
        ("No", "Nama", "Kelurahan", "Tanda Tangan"),
        (1, "Rina", "Damai", "1. ✓"),
        (2, "Maya", "Damai", None, "2."),
        (3, "Dewi", "Damai", "3."),
        (4, "Budi", None, None, "4. ✓"),
        (None, None, None, None, "Balikpapan, 5 Agustus 2025"),
    ):
        book.worksheets[0].append(row)
    for area in ("D1:E1", "D2:D3", "E3:E4", "C4:C5"):
        book.worksheets[0].merge_cells(area)
    rows = judged(detected(saved(book))).rows
    assert [row.attendance for row in rows] == ["present", "absent", "absent", "present"]
    assert len({row.values.kelurahan for row in rows}) == 1


def test_marks_go_to_no_column_but_one_to_sign_in() -> None:
    [found] = judged(detected(workbook(("Nama", "Kelurahan", None), ("Rina", None, "v")))).rows
    assert codes(found.remarks) == ["kelurahan-missing"]


def test_only_a_mark_goes_from_the_right_column_to_an_empty_left_one() -> None:
    people = ((1, "Rina", "v"), (2, "Maya", None, "v"), (3, "Dewi", "izin", "v"), (4, "Budi", None, "pulang"))
    rows = judged(detected(workbook(("No", "Nama", "Hadir", None), *people))).rows
    assert [row.attendance for row in rows] == ["present", "present", "excused", "absent"]


@pytest.mark.parametrize(
    "content",
    [
        b"Nama;Kelurahan;Absen Pagi;Absen Siang\nRina;Damai;v;\nMaya;Damai;;v\nDewi;Damai;;\n",
        b"Nama;Kelurahan;Kehadiran;\n;;Pagi;Siang\nRina;Damai;v;\nMaya;Damai;;v\nDewi;Damai;;\n",
    ],
)
def test_attendance_marked_at_several_times_of_the_day(content: bytes) -> None:
    """A mark in any of them counts."""
    found = judged(detected(content))
    assert [row.attendance for row in found.rows] == ["present", "present", "absent"]
    assert codes(found.warnings) == []


def test_a_mark_right_of_the_column_counts_for_a_row_without_one() -> None:
    content = b"Nama;Kelurahan;Hadir;\nRina;Damai;v;telat\nMaya;Damai;;v\nDewi;Damai;;\n"
    assert cells(detected(content), "attendance") == ["v", "v", None]


@pytest.mark.parametrize("heading", ["Ket", "Paraf"])
def test_letters_and_crosses_are_marks_where_nothing_else_is_written(heading: str) -> None:
    marks = {"Rina": "H", "Maya": "S", "Dewi": "x", "Budi": None, "Joko": "-"}
    people = [[name, "Damai", mark] for name, mark in marks.items()]
    sheet = detected(workbook(["Nama", "Kelurahan", heading], *people))
    assert sheet.columns[2].field == "attendance"
    rows = judged(sheet).rows
    assert [row.attendance for row in rows] == ["present", "excused", None, "absent", "absent"]
    assert [codes(row.remarks) for row in rows] == [[], [], ["attendance-unclear"], [], []]


def test_among_marks_a_note_stays_a_note_and_a_letter_is_a_mark() -> None:
    sheet = detected(
        workbook(
            ["Nama", "Kelurahan", "Ket"],
            ["Rina", "Damai", "hadir"],
            ["Maya", "Damai", "A"],
            ["Dewi", "Damai", "membawa anak"],
        )
    )
    assert cells(sheet, "attendance") == ["hadir", "A", None]
    assert cells(sheet, "note") == [None, None, "membawa anak"]


def test_what_is_written_instead_of_a_signature_is_asked_about() -> None:
    sheet = detected(
        workbook(
            HEADER,
            [1, "Rina", "Damai", "ttd"],
            [2, "Maya", "Damai", "titip absen"],
            [3, "Dewi", "Damai", "3."],
        )
    )
    assert cells(sheet, "attendance") == ["ttd", "titip absen", None]


@pytest.mark.parametrize("note", ["membawa anak", "tidak ada", "1", "L"])
def test_notes_are_notes_where_nobody_is_marked(note: str) -> None:
    sheet = detected(workbook(["Nama", "Kelurahan", "Ket"], ["Rina", "Damai", note], ["Maya", "Damai", "-"]))
    assert sheet.columns[2].field == "note"


@pytest.mark.parametrize(
    ("headings", "attendance"),
    [
        (("Jam Datang",), ["present", "absent"]),
        (("Waktu Check In",), ["present", "absent"]),
        (("Jam Datang", "TTD"), ["present", "present"]),
        (("Jam Datang", "Hadir"), ["present", "present"]),
    ],
)
def test_when_people_came_says_who_did_where_nothing_else_does(
    headings: tuple[str, ...], attendance: list[str]
) -> None:
    """Hours of arrival count only without marks and without a column to sign in."""
    people: list[list[Cell]] = [["Rina", "Damai", time(8, 30)], ["Maya", "Damai", None]]
    found = judged(detected(workbook(("Nama", "Kelurahan", *headings), *people)))
    assert [row.attendance for row in found.rows] == attendance


def test_a_note_that_may_be_a_mark_makes_no_marks_of_the_others() -> None:
    people = (("Rina", "Damai", "ya"), ("Maya", "Damai", "membawa anak"))
    assert detected(workbook(("Nama", "Kelurahan", "Ket"), *people)).columns[2].field == "note"


def test_an_error_alone_in_several_columns_is_no_mark() -> None:
    sheet = detected(workbook(["Nama", "Kelurahan", "Hadir", "Izin"], ["Rina", "Damai", "=1/0", None]))
    assert cells(sheet, "attendance") == [CellError("")]


def test_a_warning_names_the_day_that_is_read() -> None:
    days = ("04/08/2025", "05/08/2025", "06/08/2025")
    content = workbook(("Nama", "Kelurahan", *days), ("Rina Melati", "Damai", "v", "v", "v"))

    found = judged(detected(content), session(date(2025, 8, 5)))

    assert warning_texts(found, "en") == [
        "Attendance is given for several days: “05/08/2025” is read, not “04/08/2025”, “06/08/2025”. Check that it is "
        "the right day."
    ]


@pytest.mark.parametrize(
    ("above", "numbers", "attendance", "warned"),
    [
        (
            "TANGGAL",
            (4, 5, 6),
            ["present", "absent"],
            {"used": "TANGGAL 5", "unused": "TANGGAL 4”, “TANGGAL 6"},
        ),
        (
            "Agustus 2025",
            (4, 5, 6),
            ["present", "absent"],
            {"used": "5 Agustus 2025", "unused": "4 Agustus 2025”, “6 Agustus 2025"},
        ),
        (
            "Pertemuan ke-",
            (1, 2, 3),
            [None, None],
            {"unused": "Pertemuan ke- 1”, “Pertemuan ke- 2”, “Pertemuan ke- 3"},
        ),
        ("KEHADIRAN", (1, 2, 3), [None, None], {"unused": "Hari 1”, “Hari 2”, “Hari 3"}),
    ],
)
def test_numbers_below_what_they_count_are_days(
    above: str, numbers: tuple[int, ...], attendance: list[str | None], warned: dict[str, str]
) -> None:
    """Which of the meetings 1, 2 and 3 this session is, is asked."""
    book = Workbook()
    for row in (
        ("Nama", "Kelurahan", above),
        (None, None, *numbers),
        ("Rina", "Damai", None, "v", None),
        ("Maya", "Damai", None, None, "v"),
    ):
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("C1:E1")
    found = judged(detected(saved(book)), session(date(2025, 8, 5)))
    assert [row.attendance for row in found.rows] == attendance
    assert [dict(warning.params) for warning in found.warnings] == [warned]


@pytest.mark.parametrize(
    ("headings", "marks", "warned"),
    [
        (("Nama", "Kelurahan", "Sampai selesai"), ("v", None), ["marks-not-read"]),
        (("Nama", "Kelurahan", "Hadir", "Konsumsi"), ("hadir", "v"), []),
        (("Nama", "Kelurahan", "Hadir", "Ket", None), ("hadir", "pulang dulu", "v"), ["marks-not-read"]),
        (("Nama", "Kelurahan", "Usul"), ("hadir lebih awal? tidak usah", None), []),
        (("Nama", "Kelurahan", "No Absen"), ("v", None), []),
        (("Nama", "Kelurahan", "Sampai selesai", "Sampai selesai"), ("v", "v"), ["marks-not-read"]),
    ],
)
def test_marks_of_which_nothing_is_made_are_spoken_of(
    headings: tuple[str | None, ...], marks: tuple[str | None, ...], warned: list[str]
) -> None:
    found = judged(detected(workbook(headings, ("Rina Melati", "Damai", *marks))))
    assert codes(found.warnings) == warned


def test_an_unmarked_person_noted_as_ill_is_excused() -> None:
    found = judged(
        detected(
            workbook(
                ("Nama", "Kelurahan", "Hadir", "Ket"),
                ("Rina", "Damai", "v", "izin pulang cepat"),
                ("Maya", "Damai", None, "sakit"),
                ("Dewi", "Damai", None, "tidak ada"),
                ("Budi", "Damai", None, "membawa anak"),
            )
        )
    )
    assert [row.attendance for row in found.rows] == ["present", "excused", "absent", "absent"]


@pytest.mark.parametrize("heading", ["TTD", "Ket"])
def test_an_attendance_column_that_stayed_empty_gives_way_to_one_with_marks(heading: str) -> None:
    people = (("Rina", "Damai", None, "v"), ("Maya", "Damai", None, None))
    found = judged(detected(workbook(("Nama", "Kelurahan", "Hadir", heading), *people)))
    assert [row.attendance for row in found.rows] == ["present", "absent"]


@pytest.mark.parametrize(
    ("statuses", "field"),
    [
        (("Kawin", "Belum Kawin", "Kawin"), None),
        (("Anggota", "Hadir", "Pengurus"), "attendance"),
        (("Anggota", "Pengurus", None), "attendance"),
    ],
)
def test_a_status_of_several_without_a_mark_is_no_attendance(
    statuses: tuple[str | None, ...], field: str | None
) -> None:
    people: list[list[Cell]] = [
        [name, "Damai", status] for name, status in zip(("Rina", "Maya", "Dewi"), statuses, strict=True)
    ]
    assert detected(workbook(("Nama", "Kelurahan", "Status"), *people)).columns[2].field == field


def test_of_a_status_and_the_attendance_the_one_with_marks_is_read() -> None:
    people = (("Rina", "Ketua", "Damai", None), ("Maya", "Anggota", "Damai", "v"))
    found = judged(detected(workbook(("Nama", "Status", "Kelurahan", "Kehadiran"), *people)))
    assert [row.attendance for row in found.rows] == ["absent", "present"]
    assert warning_texts(found, "en") == [
        "Attendance: the column “Kehadiran” is read, not “Status”. Check the columns."
    ]


def test_a_column_that_counts_people_under_absen_holds_no_marks() -> None:
    people = ((1, "Rina", "Damai", "v"), (2, "Maya", "Damai", None), (3, "Dewi", "Damai", "v"))
    found = judged(detected(workbook(("Absen", "Nama", "Kelurahan", "Hadir"), *people)))
    assert [row.attendance for row in found.rows] == ["present", "absent", "present"]


def test_a_list_that_registers_people_is_warned_of_nothing_about_attendance() -> None:
    content = workbook(("Nama", "Kelurahan", "Sampai selesai"), ("Rina Melati", "Damai", "v"))
    found = judged(detected(content), replace(session(), registering=True))
    assert codes(found.warnings) == []
