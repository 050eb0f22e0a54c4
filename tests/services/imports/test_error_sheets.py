"""Errors out, corrections in: what needs attention is handed out, corrected, and uploaded without a second mapping."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from app.database import reading, writing
from app.errors import Conflict, Forbidden, NotFound
from app.i18n import translator
from app.models import Activity, AttendanceStatus, Participant
from app.services.imports.commit import CommitChoices
from app.services.imports.downloads import download_error_sheet
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import discard_import
from app.spreadsheets.reading import read_sheet
from tests.city import SAMPLES, City, sheet
from tests.database import postgresql_in_soak
from tests.spreadsheets.examples import saved

pytestmark = postgresql_in_soak

SESSION = "UMKM-2025-1"


def error_sheet(city: City, import_id: int, *, by: str = "budi") -> bytes:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        _ = translator("id")
        return download_error_sheet(read_db, db, city.vault, city.actor(by), import_id, _, "id").content


def corrected(content: bytes, corrections: Mapping[int, Mapping[str, str]]) -> bytes:
    """The file with other texts in some cells: by the row's number in the uploaded sheet, then by heading."""
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    headings = [cell.value for cell in page[1]]
    for line in page.iter_rows(min_row=2):
        for heading, text in corrections.get(int(str(line[0].value)), {}).items():
            line[headings.index(heading)].value = text
    return saved(book)


def kinds(city: City, import_id: int) -> list[str]:
    return [str(row.kind) for row in city.rows(import_id).values()]


def handed_out(city: City, import_id: int) -> list[dict[str, Any]]:
    """The cells by field that the reader finds in the sheet that is handed out."""
    return [row.cells for row in read_sheet(error_sheet(city, import_id)).rows]


def test_a_messy_sheet_is_corrected_and_needs_no_second_mapping(city: City) -> None:
    told = json.loads((SAMPLES / "umkm-berantakan.xlsx.expected.json").read_text())
    city.session(SESSION)
    uploaded = city.upload(SESSION, (SAMPLES / "umkm-berantakan.xlsx").read_bytes(), name="umkm.xlsx")
    needing = {row["number"] for row in told["rows"] if row["kind"] in ("review", "error")}

    content = error_sheet(city, uploaded.id)
    again = city.upload(
        SESSION,
        corrected(
            content,
            {
                13: {"ALAMAT / KELURAHAN": "Gunung Sari Ulu"},
                14: {"ALAMAT / KELURAHAN": "Sepinggan"},
                15: {"ALAMAT / KELURAHAN": "Manggar"},
                16: {"ALAMAT / KELURAHAN": "Luar kota"},
                17: {"KEHADIRAN": "Tidak hadir"},
                19: {"NAMA LENGKAP": "Nama Susulan"},
            },
        ),
    )

    page = load_workbook(BytesIO(content)).worksheets[0]
    assert {line[0].value for line in page.iter_rows(min_row=2)} == needing
    assert kinds(city, again.id) == ["create"] * 6
    assert [warning["code"] for warning in again.warnings] == []
    outcomes = [row.result["attendance"] for row in city.rows(again.id).values()]
    assert outcomes == ["present", "present", "present", "present", "absent", "present"]


def test_blank_cells_are_filled_with_the_values_of_the_sheet_around_the_row(city: City) -> None:
    """Section, ditto and blank mark mean nothing any more once the other rows are gone."""
    city.session(SESSION, groups=("umkm", "rt"))
    uploaded = city.upload(
        SESSION,
        sheet(
            "No;Nama;Kelurahan;Unsur;HP;Hadir",
            ";KELURAHAN MANGGAR;;;;",
            "1;Siti Aminah;;UMKM;;hadir",
            "2;;;sda;081200000101;",
        ),
    )
    assert handed_out(city, uploaded.id) == [
        {
            "kelurahan": "KELURAHAN MANGGAR",
            "target_group": "UMKM",
            "phone": "081200000101",
            "attendance": "Kosong: tidak hadir",
        }
    ]


def test_a_blank_attendance_in_the_error_sheet_changes_no_recorded_attendance(city: City) -> None:
    city.session(SESSION)
    city.register(SESSION, "Rina Melati", "64.71.06.1005", outcome=AttendanceStatus.PRESENT)
    people = ("Siti Aminah;Damai;hadir", "Rina Melati;Antah;", "Nur Hayati;Antah;")
    uploaded = city.upload(SESSION, sheet("Nama;Kelurahan;Hadir", *people))

    damai = {"Kelurahan": "Damai"}
    again = city.import_sheet(SESSION, corrected(error_sheet(city, uploaded.id), {3: damai, 4: damai}))

    assert kinds(city, again.id) == ["unchanged", "create"]
    assert city.outcomes() == {"Rina Melati": "present", "Nur Hayati": "absent"}


def test_choices_for_the_file_or_the_row_are_written_into_the_cells(city: City) -> None:
    city.session(SESSION, groups=("umkm", "rt"))
    uploaded = city.upload(
        SESSION,
        sheet("Nama;Wilayah;Hadir", ";Gunung Sari;hadir", ";;hadir"),
        choices=SheetChoices(target_group="rt", kelurahan="64.71.01.1001"),
    )
    city.correct(uploaded.id, 2, decision={"kelurahan": "outside"})

    assert handed_out(city, uploaded.id) == [
        {"kelurahan": "Luar kota", "target_group": "Pengurus RT", "attendance": "hadir"},
        {"kelurahan": "Manggar", "target_group": "Pengurus RT", "attendance": "hadir"},
    ]


def test_a_row_that_contradicts_another_gets_the_target_group_of_the_file(city: City) -> None:
    city.session(SESSION, groups=("umkm", "rt"))
    uploaded = city.upload(
        SESSION,
        sheet("Nama;Kelurahan;HP;Hadir", "Siti;Damai;081200000101;hadir", "Siti;Damai;081200000101;tidak"),
        choices=SheetChoices(target_group="rt"),
    )
    (again,) = handed_out(city, uploaded.id)
    assert (again["target_group"], again["attendance"]) == ("Pengurus RT", "tidak")


def test_columns_chosen_by_staff_are_detected_in_the_error_sheet(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(
        SESSION,
        sheet("Nama;Titik;Ket X", "Siti Aminah;Antah Berantah;v"),
        choices=SheetChoices(columns={1: "kelurahan", 2: "attendance"}),
    )
    content = corrected(error_sheet(city, uploaded.id), {2: {"Kelurahan": "Damai"}})

    again = city.upload(SESSION, content)

    assert kinds(city, again.id) == ["create"]


def test_corrections_from_the_review_page_are_in_the_error_sheet(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, sheet("Nama;Kelurahan;Hadir", ";Antah;hadir"))
    city.correct(uploaded.id, 2, cells={"name": "Siti Aminah"})
    assert handed_out(city, uploaded.id)[0]["name"] == "Siti Aminah"


def test_rows_left_out_of_a_commit_can_be_downloaded(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, sheet("Nama;Kelurahan;Hadir", "Siti;Damai;hadir", "Nur;Antah;hadir"))
    city.commit(uploaded.id, choices=CommitChoices(only_valid=True))

    again = city.import_sheet(SESSION, corrected(error_sheet(city, uploaded.id), {3: {"Kelurahan": "Damai"}}))

    assert kinds(city, again.id) == ["create"]
    assert city.outcomes() == {"Siti": "present", "Nur": "present"}


def test_no_error_sheet_if_no_row_needs_attention(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, sheet("Nama;Kelurahan;Hadir", "Siti;Damai;hadir"))
    with pytest.raises(Conflict) as refused:
        error_sheet(city, uploaded.id)
    assert refused.value.code == "nothing-to-correct"


def test_the_error_sheet_needs_permission_and_is_logged(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, sheet("Nama;Kelurahan", "Siti;Antah"), name="daftar mei.csv")
    with pytest.raises(NotFound):
        error_sheet(city, uploaded.id, by="tono")
    with pytest.raises(Forbidden):
        error_sheet(city, uploaded.id, by="rina")

    error_sheet(city, uploaded.id)

    (taken,) = [line for line in city.all(Activity) if line.action == "download"]
    assert (taken.actor, taken.subject, taken.subject_id) == (
        "Budi Petugas",
        "attendance-import",
        str(uploaded.id),
    )
    assert taken.after == {"file": "daftar mei-perbaikan.xlsx"}


NIK, OTHER_NIK, WRONG_NIK = "6471014108800001", "6471010101900002", "6471019999900003"
WITH_NIKS = sheet(
    "Nama;Kelurahan;NIK;Alamat;Hadir",
    f"Siti Aminah;Antah;{NIK};Jl. Contoh {NIK};hadir",
    f"Nur Aini;Antah;{OTHER_NIK};;hadir",
    f"Budi Misalnya;Damai;{WRONG_NIK};;hadir",
    f"Joko Misalnya;Antah;{WRONG_NIK};;hadir",
)


def nik_keys(city: City) -> dict[str, str | None]:
    return {person.name: person.nik_key for person in city.all(Participant)}


def test_niks_in_the_error_sheet_are_masked_unless_they_are_the_fault(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, WITH_NIKS)

    siti, nur, joko = handed_out(city, uploaded.id)

    assert siti["nik"] == f"••••••••••••0001 [{uploaded.id}/2]"
    assert siti["address"] == "Jl. Contoh ••••••••••••0001"
    assert nur["nik"] == f"••••••••••••0002 [{uploaded.id}/3]"
    assert joko["nik"] == WRONG_NIK
    content = error_sheet(city, uploaded.id)
    texts = str([[cell.value for cell in line] for line in load_workbook(BytesIO(content)).worksheets[0]])
    assert NIK not in texts
    assert OTHER_NIK not in texts


def test_a_corrected_sheet_with_masked_niks_loses_none(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, WITH_NIKS)
    places = {number: {"Kelurahan": "Damai"} for number in (2, 3, 5)}
    places[5]["NIK"] = "6471010202910004"

    again = city.upload(SESSION, corrected(error_sheet(city, uploaded.id), places))
    city.commit(again.id)

    assert kinds(city, again.id) == ["create"] * 3
    assert nik_keys(city) == {
        "Siti Aminah": city.vault.key(NIK),
        "Nur Aini": city.vault.key(OTHER_NIK),
        "Joko Misalnya": city.vault.key("6471010202910004"),
    }


def test_the_nik_of_a_row_that_is_gone_is_left_out_without_an_error(city: City) -> None:
    city.session(SESSION)
    uploaded = city.upload(SESSION, WITH_NIKS)
    content = corrected(error_sheet(city, uploaded.id), {2: {"Kelurahan": "Damai"}})
    with writing(city.engine) as db:
        discard_import(db, city.actor("sari"), uploaded.id)

    again = city.upload(SESSION, content)

    siti = city.rows(again.id)[2]
    assert (siti.kind, siti.messages) == ("create", [])


def test_no_nik_is_taken_from_a_row_of_another_workshop_or_with_other_digits(city: City) -> None:
    city.session(SESSION)
    city.session("LAIN-1", by="tono")
    theirs = city.upload("LAIN-1", sheet("Nama;Kelurahan;NIK;Hadir", f"Rina;Damai;{NIK};hadir"), by="tono")
    own = city.upload(SESSION, WITH_NIKS)
    invented = sheet(
        "Nama;Kelurahan;NIK;Hadir",
        f"Ani Contoh;Damai;••••••••••••0001 [{theirs.id}/2];hadir",
        f"Ira Contoh;Damai;••••••••••••0009 [{own.id}/2];hadir",
        "Ela Contoh;Damai;••••••••••••0001;hadir",
    )

    city.import_sheet(SESSION, invented)

    assert nik_keys(city) == {"Ani Contoh": None, "Ira Contoh": None, "Ela Contoh": None}


def test_no_sheet_gives_back_a_masked_nik_in_full(city: City) -> None:
    """A row that names another row's masked NIK, beside a date of birth that it disagrees with, shows no more of it."""
    city.session(SESSION)
    own = city.upload(SESSION, WITH_NIKS)
    invented = sheet(
        "Nama;Kelurahan;NIK;Tanggal Lahir;Hadir",
        f"Ani Contoh;Antah;••••••••••••0001 [{own.id}/2];17-08-1945;hadir",
    )

    uploaded = city.upload(SESSION, invented)

    assert [remark["code"] for remark in city.rows(uploaded.id)[2].messages].count("nik-differs") == 1
    (ani,) = handed_out(city, uploaded.id)
    assert ani["nik"] == f"••••••••••••0001 [{uploaded.id}/2]"
