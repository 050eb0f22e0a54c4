"""A workbook of several sheets is read for its session, and what was seen in it lasts beyond the upload."""

from openpyxl import Workbook
from openpyxl.styles import Font

from app.database import reading, writing
from app.models import AttendanceImport, RowKind
from app.services.imports.mapping import change_mapping
from app.services.imports.sheet_choices import SheetChoices
from tests.city import City
from tests.spreadsheets.examples import saved, sheets

SESSION = "UMKM-2025-1"


def workbook_of_days() -> bytes:
    book = Workbook()
    for number, day in enumerate(("4 Agt 2025", "5 Agt 2025")):
        page = book.worksheets[0] if number == 0 else book.create_sheet()
        page.title = day
        for row in (["Nama", "Kelurahan"], [f"Rina {day[0]}", "Damai"], [f"Maya {day[0]}", "Manggar"]):
            page.append(row)
    book.worksheets[1]["A3"].font = Font(strike=True)
    return saved(book)


def test_the_sheet_of_the_sessions_day_is_stored_with_what_was_seen(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, workbook_of_days(), name="hari.xlsx")
    assert uploaded.sheet == "5 Agt 2025"
    assert [(one["name"], one["people"], one["read"]) for one in uploaded.reading["sheet_summaries"]] == [
        ("4 Agt 2025", 2, False),
        ("5 Agt 2025", 2, True),
    ]
    assert "sheets-unread" in [warning["code"] for warning in uploaded.warnings]
    assert city.rows(uploaded.id)[3].kind is RowKind.REVIEW
    assert list(uploaded.reading["row_remarks"]) == ["3"]


def test_sheets_that_are_one_list_are_read_together(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, workbook_of_days(), name="hari.xlsx", choices=SheetChoices(sheets="all"))
    assert list(city.rows(uploaded.id)) == [2, 3, 2_000_002, 2_000_003]
    assert "sheets-unread" not in [warning["code"] for warning in uploaded.warnings]
    assert SheetChoices.from_json(uploaded.choices).sheets == "all"


def test_a_struck_out_row_is_answered_by_entering_the_attendance(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, workbook_of_days(), name="hari.xlsx")
    city.correct(uploaded.id, 3, cells={"attendance": "hadir"})
    corrected = city.rows(uploaded.id)[3]
    assert corrected.kind is RowKind.CREATE


def choose(city: City, import_id: int, **changes: object) -> AttendanceImport:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return change_mapping(read_db, db, city.vault, city.actor("sari"), import_id, changes)


def names(city: City, import_id: int) -> list[str]:
    return [row.result["values"]["name"] for row in city.rows(import_id).values()]


def test_days_of_joined_sheets_are_read_below_their_own_captions(city: City) -> None:
    """The second class is longer: its first day reaches below the first class's second day."""
    header = ["No", "Nama", "Kelurahan", "Kehadiran"]

    def days(group: str, morning: int, evening: int) -> list[list[str]]:
        def people(day: str, count: int) -> list[list[str]]:
            letters = "ABCDEFGH"[:count]
            return [["1", f"{group} {day} {letter}ndi", "Manggar", "v"] for letter in letters]

        return [
            ["DAFTAR HADIR"],
            ["Hari 1: Selasa, 5 Agustus 2025"],
            header,
            *people("Pagi", morning),
            [],
            ["Hari 2: Rabu, 6 Agustus 2025"],
            header,
            *people("Sore", evening),
        ]

    lists = {"Kelas A": days("Ali", 2, 2), "Kelas B": days("Bob", 8, 2)}
    city.workshop_of_days()
    first = city.upload("TIGA-1", sheets(lists), name="kelas.xlsx")

    joined = choose(city, first.id, sheets=("Kelas A", "Kelas B"))

    read = names(city, joined.id)
    assert len(read) == 10
    assert not [name for name in read if "Sore" in name]
    (left_out,) = [warning for warning in joined.warnings if warning["code"] == "rows-of-other-days"]
    assert left_out["params"]["count"] == 4


def test_a_joined_sheet_without_captions_is_of_the_session(city: City) -> None:
    header = ["Nama", "Kelurahan", "Kehadiran"]
    lists = {
        "Utama": [
            ["Hari 1: Selasa, 5 Agustus 2025"],
            header,
            ["Ani Contoh", "Manggar", "v"],
            ["Hari 2: Rabu, 6 Agustus 2025"],
            header,
            ["Budi Contoh", "Lamaru", "v"],
        ],
        "Susulan": [header, ["Cici Contoh", "Manggar", "v"], ["Dodi Contoh", "Lamaru", "v"]],
    }
    city.workshop_of_days()
    first = city.upload("TIGA-1", sheets(lists), name="susulan.xlsx")

    choose(city, first.id, sheets=("Utama", "Susulan"))

    assert names(city, first.id) == ["Ani Contoh", "Cici Contoh", "Dodi Contoh"]


def test_a_nik_in_a_caption_is_masked_where_it_is_stored_and_chosen(city: City) -> None:
    header = ["Nama", "Kelurahan", "Kehadiran"]
    captions = ["HARI PERTAMA", "HARI KEDUA 6471015508800001"]
    rows = [[captions[0]], header, ["Ani Contoh", "Manggar", "v"]]
    rows += [[captions[1]], header, ["Budi Contoh", "Lamaru", "v"]]
    city.workshop_of_days()
    first = city.upload("TIGA-1", sheets({"Daftar": rows}), name="nik.xlsx")

    read = choose(city, first.id, day_column=captions[1])

    assert names(city, read.id) == ["Budi Contoh"]
    assert "6471015508800001" not in f"{read.reading} {read.choices} {read.warnings}"
