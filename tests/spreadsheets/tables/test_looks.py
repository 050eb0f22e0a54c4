"""What the eye sees in a workbook and the values don't say is asked or named, never passed over."""

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from app.i18n import translator
from app.people.remarks import Remark
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import BlankMeans, table_from_json, table_to_json
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, detected, judged, saved, session

NAMES = ("Rina Melati", "Maya Kenanga", "Dewi Anggrek", "Tuti Cempaka", "Joko Wijaya", "Budi Contoh")
GREEN, RED, YELLOW, BLUE = "C6EFCE", "FFC7CE", "FFFF00", "DDEBF7"


@pytest.fixture
def page() -> Worksheet:
    """A list of six people below a coloured header; rows 2 to 7."""
    page = Workbook().worksheets[0]
    page.append(["No", "Nama", "Kelurahan", "TTD"])
    for number, name in enumerate(NAMES, 1):
        page.append([number, name, ("Damai", "Manggar", "Teritip")[number % 3], None])
    colour(page, [1], "4472C4")
    return page


def colour(page: Worksheet, rows: Iterable[int], rgb: str) -> None:
    for row in rows:
        for cell in page[row]:
            cell.fill = PatternFill("solid", fgColor=rgb)


def read(page: Worksheet, *, blank_means: BlankMeans | None = None) -> JudgedSheet:
    assert page.parent is not None
    table = table_from_json(table_to_json(detected(saved(page.parent))))
    return judged(table, replace(session(), blank_means=blank_means))


def question(judgement: JudgedSheet, code: str) -> Remark:
    return next(remark for remark in judgement.warnings if remark.code == code)


# --- colours ---


def test_coloured_rows_are_asked_and_blanks_stay_open(page: Worksheet) -> None:
    colour(page, [3, 5, 6], YELLOW)
    judgement = read(page)
    remark = question(judgement, "colours")
    assert (remark.level, remark.params["yellow"], remark.params["yellow_count"]) == ("review", "3, 5–6", 3)
    assert "kuning di 3 baris (3, 5–6)" in remark_text(remark, translator("id"))
    assert {row.attendance for row in judgement.rows} == {None}


def test_a_person_who_says_what_blanks_mean_decides_them(page: Worksheet) -> None:
    colour(page, [3], YELLOW)
    assert {row.attendance for row in read(page, blank_means="present").rows} == {"present"}


def test_a_legend_says_what_colours_mean_and_is_still_asked(page: Worksheet) -> None:
    colour(page, [2, 4, 5, 6, 7], GREEN)
    colour(page, [3], RED)
    page.append([])
    page.append([None, "Keterangan: hijau = hadir, merah = tidak hadir"])
    judgement = read(page)
    assert [row.attendance for row in judgement.rows] == ["present", "absent", *["present"] * 4]
    assert question(judgement, "colours").level == "review"
    assert "merah = tidak hadir" in str(question(judgement, "colours").params["legend"])


def test_a_legend_of_coloured_cells(page: Worksheet) -> None:
    colour(page, [2, 3, 4, 5, 6], GREEN)
    colour(page, [7], RED)
    for row, (rgb, meaning) in enumerate([(GREEN, "Hadir"), (RED, "Tidak Hadir")], 10):
        page.cell(row, 1).fill = PatternFill("solid", fgColor=rgb)
        page.cell(row, 2, meaning)
    judgement = read(page)
    assert [row.attendance for row in judgement.rows] == [*["present"] * 5, "absent"]


def test_colours_beside_a_mark_in_each_row_only_warn(page: Worksheet) -> None:
    for row in range(2, 8):
        page.cell(row, 4, "hadir")
    page.cell(1, 4, "Kehadiran")
    colour(page, [3], YELLOW)
    judgement = read(page)
    assert question(judgement, "colours").level == "warning"
    assert {row.attendance for row in judgement.rows} == {"present"}


def test_a_colour_of_the_theme_is_a_colour(page: Worksheet) -> None:
    for cell in page[3]:
        cell.fill = PatternFill("solid", fgColor=Color(theme=5, tint=0.4))
    assert question(read(page), "colours").params["red_count"] == 1


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({BLUE: [2, 4, 6]}, id="every second row"),
        pytest.param({BLUE: [2, 5], GREEN: [3, 6], YELLOW: [4, 7]}, id="a colour for each kelurahan"),
        pytest.param({BLUE: range(2, 8)}, id="all rows"),
        pytest.param({"FFFFFF": [3], "F2F2F2": [4]}, id="white and hardly grey"),
    ],
)
def test_colours_that_say_nothing_ask_nothing(page: Worksheet, rows: dict[str, Iterable[int]]) -> None:
    for rgb, numbers in rows.items():
        colour(page, numbers, rgb)
    judgement = read(page)
    assert codes(judgement.warnings) == []
    assert {row.attendance for row in judgement.rows} == {"present"}


# --- strikes, hidden rows, comments, pictures ---


def test_a_struck_out_row_is_asked(page: Worksheet) -> None:
    for cell in page[4]:
        cell.font = Font(strike=True)
    page["C5"].font = Font(strike=True)
    judgement = read(page)
    assert {row.number: codes(row.remarks) for row in judgement.rows if row.kind == "review"} == {
        4: ["row-struck-out"]
    }


def test_hidden_rows_count_and_are_named(page: Worksheet) -> None:
    page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True
    judgement = read(page)
    assert len(judgement.rows) == 6
    assert (question(judgement, "rows-hidden").level, question(judgement, "rows-hidden").params["rows"]) == (
        "warning",
        "3–4",
    )


def test_a_comment_that_somebody_cancelled_is_named(page: Worksheet) -> None:
    page["B4"].comment = Comment("Batal, sakit", "Sari")
    page["B5"].comment = Comment("Ketua RT 12", "Sari")
    remark = question(read(page), "cell-comments")
    assert (remark.params["rows"], remark.params["found"]) == ("4", "Batal, sakit")


def sign(page: Worksheet, *places: str) -> None:
    for place in places:
        file = BytesIO()
        Picture.new("RGB", (40, 15)).save(file, "png")
        page.add_image(Image(file), place)


def test_pictures_of_signatures_leave_who_came_open(page: Worksheet) -> None:
    sign(page, "D2", "D4")
    judgement = read(page)
    assert (question(judgement, "pictures").level, question(judgement, "pictures").params["rows"]) == (
        "review",
        "2, 4",
    )
    assert {row.attendance for row in judgement.rows} == {None}


def test_a_logo_is_no_signature(page: Worksheet) -> None:
    sign(page, "A1", "B3")
    assert codes(read(page).warnings) == []


def test_a_picture_in_every_row_is_said(page: Worksheet) -> None:
    sign(page, *(f"D{row}" for row in range(2, 8)))
    judgement = read(page)
    assert question(judgement, "pictures").level == "warning"
    assert {row.attendance for row in judgement.rows} == {"present"}


# --- hidden columns ---


def test_marks_in_a_hidden_column_decide_nothing(page: Worksheet) -> None:
    """A list copied from the first meeting's: who opens it sees a list to sign in."""
    page.cell(1, 5, "Hadir")
    page.cell(2, 5, "v")
    page.cell(3, 5, "tidak")
    page.column_dimensions["E"].hidden = True
    judgement = read(page)
    assert question(judgement, "columns-hidden").level == "review"
    assert {row.attendance for row in judgement.rows} == {None}
    answered = read(page, blank_means="present")
    assert {row.attendance for row in answered.rows} == {"present"}
    assert "columns-hidden" not in codes(answered.warnings)


def test_a_hidden_column_that_a_user_chose_is_read(page: Worksheet) -> None:
    page.cell(1, 5, "Hadir")
    page.cell(2, 5, "v")
    page.column_dimensions["E"].hidden = True
    assert page.parent is not None
    judgement = judged(detected(saved(page.parent), columns={4: "attendance"}), session())
    assert "columns-hidden" not in codes(judgement.warnings)
    assert [row.attendance for row in judgement.rows] == ["present"] + ["absent"] * 5


def test_other_hidden_columns_ask_nothing(page: Worksheet) -> None:
    page.column_dimensions["A"].hidden = True
    assert "columns-hidden" not in codes(read(page).warnings)
