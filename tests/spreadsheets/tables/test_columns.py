"""Which column holds which field, by heading, by content, and over several columns."""

from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from app.errors import UnreadableFile
from app.i18n import Language, translator
from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.reading import read_sheet
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, detected, judged, names, reference, saved, session, workbook

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def cells(sheet: DetectedTable, field: str) -> list[Cell]:
    return [row.cells.get(field) for row in sheet.rows]


def test_sex_in_two_columns() -> None:
    content = b"No;Nama;Jenis Kelamin;;Kelurahan;TTD\n;;L;P;;\n1;Rina;;v;Damai;1.\n2;Budi;v;;Damai;2.\n"
    assert cells(detected(content), "sex") == ["L: | P: v", "L: v | P:"]


def test_sex_in_two_columns_without_a_heading_over_both() -> None:
    content = workbook(
        ["No", "Nama", "L", "P", "Kelurahan"], [1, "Rina", None, "v", "Damai"], [2, "Budi", "v"]
    )
    assert cells(detected(content), "sex") == ["L: | P: v", "L: v | P:"]


def test_the_target_group_in_columns_to_tick() -> None:
    """Of groups to tick the one that is ticked; two ticks, or none, leave the group open."""
    book = Workbook()
    for row in (
        ("Nama", "Kelurahan", "UNSUR", None, None),
        (None, None, "UMKM", "RT", "TOMAS"),
        ("Rina", "Damai", "v", "-", None),
        ("Maya", "Damai", None, 1, None),
        ("Dewi", "Damai", None, "x", "v"),
        ("Budi", "Damai"),
    ):
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("C1:E1")
    found = judged(detected(saved(book)), session(groups=("umkm", "rt", "tokoh")))
    assert [row.values.target_group for row in found.rows] == ["umkm", "rt", None, None]
    assert [codes(row.remarks) for row in found.rows[2:]] == [["group-unclear"], ["group-missing"]]
    assert [row.values.rt for row in found.rows] == [None] * 4


def test_an_rw_under_the_address_is_none() -> None:
    content = b"Nama;Alamat;;;Hadir\n;Kelurahan;RT;RW;\nRina;Damai;12;2;v\n"
    assert cells(detected(content), "address") == [None]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NAMA LENGKAP", "name"),
        ("Nama Peserta *", "name"),
        ("NAMA/JABATAN", "name"),
        ("NAMA / INSTANSI", "name"),
        ("Nama dan Jabatan", "name"),
        ("Nama & Alamat", "name"),
        ("Nama/No. HP/WA", "name"),
        ("No./Nama/Tanda Tangan", "name"),
        ("Nama / Nama Usaha", "name"),
        ("Pemilik", "name"),
        ("Undangan", "name"),
        ("RT berapa?", "rt"),
        ("Kel/RT", "kelurahan"),
        ("No. KTP", "nik"),
        ("NIK/No KTP", "nik"),
        ("Jenis Kelamin (L/P)", "sex"),
        ("JK", "sex"),
        ("Tempat, Tgl Lahir", "birth_date"),
        ("No. HP / WA", "phone"),
        ("HP/WA", "phone"),
        ("WA / HP", "phone"),
        ("CP", "phone"),
        ("Mobile", "phone"),
        ("HP Aktif", "phone"),
        ("Alamat E-mail", "email"),
        ("Email Address", "email"),
        ("Kelurahan", "kelurahan"),
        ("Kelurhan", "kelurahan"),
        ("Kel.", "kelurahan"),
        ("Kel./Kec.", "kelurahan"),
        ("Asal", "kelurahan"),
        ("ALAMAT", "kelurahan"),
        ("Domisili", "kelurahan"),
        ("Kec.", "kecamatan"),
        ("RT/RW", "rt"),
        ("Asal RT", "rt"),
        ("Sebagai", "target_group"),
        ("Unsur", "target_group"),
        ("Kelompok Sasaran", "target_group"),
        ("Nama Usaha", "organization"),
        ("Instansi / Jabatan", "organization"),
        ("Nama Instansi / Jabatan", "organization"),
        ("Nama & Jenis Usaha", "organization"),
        ("Nama/Usaha", "organization"),
        ("Nama & Alamat Instansi", "organization"),
        ("Jab.", "organization"),
        ("Jabatan / Pekerjaan", "organization"),
        ("Pekerjaan", "occupation"),
        ("Profesi", "occupation"),
        ("Occupation", "occupation"),
        ("Mata Pencaharian", "occupation"),
        ("Absen", "attendance"),
        ("Status", "attendance"),
        ("Hadir?", "attendance"),
        ("Apakah Anda hadir?", "attendance"),
        ("Tanda Tangan", "signature"),
        ("Kode Pendaftaran", "registration"),
        ("Ket.", "note"),
        ("Umur", None),
        ("Nomor", None),
    ],
)
def test_headings(heading: str, field: str | None) -> None:
    """Headings are told in any case, with their synonyms, abbreviations and typos."""
    other = "Nama Lengkap Peserta" if field != "name" else "Kelurahan"
    sheet = detected(workbook([heading, other], ["bc", "de"]))
    assert sheet.columns[0].field == field


@pytest.mark.parametrize("heading", ["Alamat", "Alamat/RT"])
def test_an_address_beside_a_kelurahan_is_an_address(heading: str) -> None:
    """ "Alamat" means the kelurahan only where no other column does."""
    sheet = detected(workbook(["Nama", heading, "Kelurahan"], ["Rina", "Jl. Mulawarman 1", "Damai"]))
    assert [column.field for column in sheet.columns] == ["name", "address", "kelurahan"]


def test_a_list_whose_only_names_stand_beside_what_they_do_is_read() -> None:
    content = workbook(["No", "Nama / Jabatan", "Kelurahan"], [1, "Rina Gani", "Damai"])
    assert cells(detected(content), "name") == ["Rina Gani"]


def test_what_stands_beside_the_name_in_its_cell_is_read_as_its_heading_says() -> None:
    content = workbook(
        ["No", "Nama / Jabatan", "Kelurahan"],
        [1, "Rina Gani / Ketua RT 12", "Damai"],
        [2, "Budi Santoso, S.E.\nKetua PKK", "Damai"],
        [3, "Maya Anwar (Tokoh Agama)", "Damai"],
        [4, "Dewi Halim - Pelaku UMKM", "Damai"],
        [5, "Siti Nur-Aini", "Damai"],
        [6, "/ Ketua RT 3", "Damai"],
    )
    sheet = detected(content)
    assert cells(sheet, "name") == [
        *("Rina Gani", "Budi Santoso, S.E.", "Maya Anwar", "Dewi Halim", "Siti Nur-Aini", "/ Ketua RT 3")
    ]
    assert cells(sheet, "organization") == [
        *("Ketua RT 12", "Ketua PKK", "Tokoh Agama", "Pelaku UMKM", None, None)
    ]


def test_an_address_beside_the_name_is_the_kelurahan_where_no_column_is() -> None:
    sheet = detected(workbook(["No", "Nama / Alamat"], [1, "Rina Gani / Damai RT 3"]))
    assert cells(sheet, "kelurahan") == ["Damai RT 3"]


@pytest.mark.parametrize("text", ["0812-5512-3415\nrina@contoh.id", "rina@contoh.id/0812-5512-3415"])
def test_an_address_beside_the_telephone_number_is_one_of_its_own(text: str) -> None:
    sheet = detected(workbook(["Nama", "Kelurahan", "No HP/Email"], ["Rina Gani", "Damai", text]))
    assert [row.cells["phone"] for row in sheet.rows] == ["0812-5512-3415"]
    assert cells(sheet, "email") == ["rina@contoh.id"]


def test_a_nik_or_telephone_number_in_the_name_s_cell_is_no_part_of_the_name() -> None:
    content = workbook(
        ["No", "Nama / NIK", "Kelurahan", "HP"],
        [1, "Rina Gani / 6471054508800001", "Damai"],
        [2, "Budi (0812-5512-3415)", "Damai", "0813 5512 3415"],
    )
    sheet = detected(content)
    assert cells(sheet, "name") == ["Rina Gani", "Budi"]
    assert cells(sheet, "nik") == ["6471054508800001", None]
    assert cells(sheet, "phone") == [None, "0813 5512 3415"]


def test_a_name_in_two_columns_is_one() -> None:
    for first, last in (("First Name", "Last Name"), ("Nama Depan", "Nama Belakang")):
        sheet = detected(
            workbook([first, last, "Kelurahan"], ["Rina", "Gani", "Damai"], ["Budi", None, "Damai"])
        )
        assert cells(sheet, "name") == ["Rina Gani", "Budi"]


@pytest.mark.parametrize("other", ["Nama Panggilan", "Undangan"])
def test_the_full_name_goes_before_others(other: str) -> None:
    for heading in ("Nama Lengkap", "Nama yang hadir"):
        sheet = detected(workbook([other, heading, "Kelurahan"], ["Ina", "Rina Gani", "Damai"]))
        assert cells(sheet, "name") == ["Rina Gani"]


def test_a_column_called_kelurahan_goes_before_one_with_its_number() -> None:
    sheet = detected(workbook(["nama", "kelurahan_id", "kelurahan"], ["Rina Gani", 18, "Damai"]))
    assert cells(sheet, "kelurahan") == ["Damai"]


def test_a_time_is_no_telephone_number() -> None:
    """A column without a telling heading with uncertain content stays unknown; a form's time has a field of its own."""
    people = [["Rina", "Damai", *[f"08/05/2025 09:0{minute}:12"] * 2] for minute in range(3)]
    sheet = detected(workbook(["Nama", "Kelurahan", "Mulai", "Timestamp"], *people))
    assert [column.field for column in sheet.columns[2:]] == [None, "submitted_at"]


def test_what_a_meeting_states_above_its_list_is_no_header() -> None:
    sheet = detected(
        b"Meeting ID,Topic,User Email,Participants\n812 3456,Workshop,panitia@contoh.id,1\n\n"
        b"Name (Original Name),User Email,Guest\nRina Gani,rina@contoh.id,Yes\n"
    )
    assert (sheet.header_row, cells(sheet, "name")) == (4, ["Rina Gani"])


def test_a_column_without_a_heading_is_told_by_its_content() -> None:
    """Only where the content leaves no doubt."""
    sheet = detected(
        workbook(
            ["Nama", None, None, None],
            ["Rina", "6471056001970003", "081200000001", "Damai"],
            ["Maya", "6471015706030001", "081200000002", "Manggar"],
            ["Dewi", "6471036312890001", "081200000003", "Telagasari"],
        ),
        places=PLACES,
    )
    assert [column.field for column in sheet.columns] == ["name", "nik", "phone", "kelurahan"]


def warning_texts(found: JudgedSheet, language: Language = "id") -> list[str]:
    return [remark_text(warning, translator(language)) for warning in found.warnings]


def test_of_two_columns_for_one_field_a_warning_names_the_one_that_is_read() -> None:
    content = workbook(("Nama Ketua", "Nama Wakil", "Kelurahan"), ("Rina", "Melati", "Damai"))

    found = judged(detected(content))

    assert warning_texts(found) == [
        "Nama: yang dibaca kolom “Nama Ketua”, bukan “Nama Wakil”. Periksa kolom-kolomnya."
    ]


def test_names_beside_the_list_without_its_other_columns_are_reported_as_left_out() -> None:
    """They are no second list: nothing tells where these people live."""
    content = workbook(
        ("No", "Nama", "Kelurahan", None, "Nama"), (1, "Rina", "Damai", None, "Maya"), (2, "Dewi", "Manggar")
    )

    found = judged(detected(content))

    assert [row.values.name for row in found.rows] == ["Rina", "Dewi"]
    assert warning_texts(found)[:2] == [
        "Nama: yang dibaca kolom “Nama (B)”, bukan “Nama (E)”. Periksa kolom-kolomnya.",
        "Di samping daftar, di kolom E, masih ada nama lain. Nama-nama itu tidak dibaca: pindahkan ke bawah daftar "
        "pertama, lalu unggah berkasnya lagi.",
    ]


GROUPS = [name for group in reference().target_groups for name in (group.label, *group.synonyms)]


def ticked(*rows: Sequence[Cell]) -> list[tuple[str | None, str | None, list[str]]]:
    """Return group, RT and codes of each row, in a workshop for several groups."""
    sheet = judged(
        detected(workbook(*rows), places=PLACES, groups=GROUPS), session(groups=("umkm", "rt", "tokoh"))
    )
    return [(row.values.target_group, row.values.rt, codes(row.remarks)) for row in sheet.rows]


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("TRUE", "FALSE"), (1, 0), ("v", None), ("✓", "-")])
def test_boxes_headed_by_target_groups_say_the_group(yes: Cell, no: Cell) -> None:
    """Two ticked ones are asked about; "RT" over boxes is no number of an RT."""
    header = ("Nama", "Kelurahan", "UMKM", "RT")
    rows = [("Rina", "Damai", yes, no), ("Maya", "Damai", no, yes), ("Dewi", "Damai", yes, yes)]
    assert ticked(header, *rows) == [("umkm", None, []), ("rt", None, []), (None, None, ["group-unclear"])]


def test_options_of_a_form_are_headed_by_the_question_too() -> None:
    header = ("identitas/nama", "lokasi/kelurahan", "unsur/umkm", "unsur/ketua_rt", "lokasi/rt")
    rows = [("Rina", "damai", 1, 0, "5"), ("Maya", "damai_baru", 0, 1, "7")]
    assert ticked(header, *rows) == [("umkm", "5", []), ("rt", "7", [])]


def test_numbers_of_an_rt_are_no_boxes() -> None:
    """Nor if all of them are 1; and where a column names the group, boxes don't."""
    assert ticked(("Nama", "Kelurahan", "Kelompok", "RT"), ("Rina", "Damai", "UMKM", 1)) == [
        ("umkm", "1", [])
    ]
    header = ("Nama", "Kelurahan", "Kelompok", "UMKM", "RT")
    assert ticked(header, ("Rina", "Damai", "Tokoh", True, False)) == [("tokoh", None, [])]


def test_columns_of_money_bank_accounts_and_ranks_are_nothing_of_a_person() -> None:
    """An account looks like a telephone number, a NIP like a NIK."""
    header = (
        "No",
        "Nama",
        "NIP/NRP",
        "Pangkat/Gol",
        "Kelurahan",
        "Jumlah (Rp)",
        "No. Rekening BRI",
        "Usia",
        "Bank",
    )
    people: list[tuple[Cell, ...]] = [
        (1, "Rina", "197506121998031005", "Penata / III c", "Damai", "Rp 150.000", "081234567890", 45, "BRI"),
        (2, "Maya", "197506121998032005", "II/b", "Manggar", 150000, "081234567891", 33, "BRI"),
        (3, "Dewi", "197506121998032006", "-", "Lamaru", 150000, "081234567892", 33, "Mandiri"),
    ]
    sheet = detected(workbook(header, *people), places=PLACES)
    assert [(column.header, column.field) for column in sheet.columns if column.field] == [
        ("Nama", "name"),
        ("Kelurahan", "kelurahan"),
    ]


def test_the_name_of_a_bank_or_of_a_spouse_is_no_name() -> None:
    header = ("Nama Bank", "Nama Pemilik Rekening", "Nama Suami", "Nama Peserta", "Kelurahan")
    sheet = detected(workbook(header, ("BRI", "Hasan", "Hasan", "Rina", "Damai")))
    assert names(sheet) == ["Rina"]
    assert sheet.warnings == ()


def test_a_list_without_headings_is_read_where_somebody_says_which_column_is_the_name() -> None:
    """From its first row on; columns that can only be one thing are recognised."""
    content = workbook(
        (1, "Rina", "Damai", "081200000001", "hadir"),
        (2, "Maya", "Manggar", "081200000002", "tidak"),
        (3, "Dewi", "Lamaru", "081200000003", "hadir"),
    )
    with pytest.raises(UnreadableFile) as refused:
        read_sheet(content)
    assert refused.value.code == "no-header"

    sheet = read_sheet(content, header_row=0, columns={1: "name", 4: "attendance"}, places=PLACES)
    assert (sheet.header_row, [row.number for row in sheet.rows]) == (0, [1, 2, 3])
    assert cells(sheet, "phone") == ["081200000001", "081200000002", "081200000003"]
    assert [row.attendance for row in judged(sheet).rows] == ["present", "absent", "present"]
