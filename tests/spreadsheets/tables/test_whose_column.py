"""Whose name, home and telephone a column holds: the participant's, or those of somebody or something else."""

from collections.abc import Sequence

import pytest

from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import JudgedSheet
from tests.spreadsheets.examples import codes, detected, judged, questions, reference, session, workbook

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def listed(header: Sequence[str], *rows: Sequence[Cell], groups: Sequence[str] = ("umkm",)) -> JudgedSheet:
    return judged(detected(workbook(header, *rows), places=PLACES), session(groups=groups))


def people(judgement: JudgedSheet) -> list[tuple[str | None, str | None]]:
    """Return name and kelurahan of each row, as far as they would be saved."""
    named = {kelurahan.code: kelurahan.name for kelurahan in reference().kelurahan}
    return [
        (row.values.name, named.get(row.values.kelurahan or "", row.values.kelurahan))
        for row in judgement.rows
        if row.kind == "create"
    ]


def test_the_participant_comes_before_the_account_that_sent_the_answer_and_the_officer_who_took_it() -> None:
    forms = listed(("Email", "Name", "Nama Lengkap", "Kelurahan"), ("a@b.id", "Admin Camat", "Rina", "Damai"))
    assert people(forms) == [("Rina", "Damai")]
    kobo = listed(
        ("Nama petugas pencatat", "Kelurahan tempat kegiatan", "Nama peserta", "Kelurahan domisili"),
        ("Vina Contoh", "Damai", "Rina Melati", "Manggar"),
    )
    assert people(kobo) == [("Rina Melati", "Manggar")]
    tickets = listed(
        ("Buyer First Name", "Buyer Last Name", "Attendee First Name", "Attendee Last Name", "Kelurahan"),
        ("Joko", "Teratai", "Rina", "Melati", "Damai"),
    )
    assert people(tickets) == [("Rina Melati", "Damai")]
    assert questions(forms) == questions(kobo) == questions(tickets) == []


def test_where_two_columns_may_hold_the_participants_the_file_asks_once() -> None:
    header = ("Nama Siswa", "Nama Orang Tua", "Kelurahan", "Telp. Ortu")
    judgement = listed(header, ("Tia Contoh", "Sari Contoh", "Damai", "081200000001"))
    assert [(one.code, one.level, one.field) for one in judgement.warnings] == [
        ("several-columns", "review", "name")
    ]
    assert judgement.rows[0].values.phone is None  # It is the parents'.


def test_who_signs_is_who_came() -> None:
    header = ("No", "Nama Kepala Keluarga", "Nama Ibu", "Nama Balita", "Kelurahan", "Paraf Ibu")
    judgement = listed(
        header, (1, "Parjo", "Sulastini", "Arka", "Damai", "v"), (2, "-", "Rokayah", None, "Damai", "v")
    )
    assert people(judgement) == [("Sulastini", "Damai"), ("Rokayah", "Damai")]


def test_a_list_of_products_or_of_homes_of_businesses_is_asked_about() -> None:
    products = listed(("No", "Nama Produk", "Kelurahan"), (1, "Amplang Contoh", "Damai"))
    assert questions(products) == ["column-about-others"]
    shops = listed(("Nama Pemilik", "Kelurahan Usaha"), ("Rina Melati", "Damai"))
    assert questions(shops) == ["column-about-others"]
    both = listed(("Nama Pemilik", "Kelurahan Usaha", "Kelurahan"), ("Rina Melati", "Damai", "Manggar"))
    assert (people(both), questions(both)) == ([("Rina Melati", "Manggar")], [])


def test_a_form_that_asks_for_the_kelurahan_of_each_kecamatan_apart_is_read_as_one_column() -> None:
    header = ("Nama", "Kelurahan (Balikpapan Timur)", "Kelurahan (Balikpapan Kota)")
    judgement = listed(header, ("Rina", "Manggar", None), ("Budi", None, "Damai"))
    assert people(judgement) == [("Rina", "Manggar"), ("Budi", "Damai")]


@pytest.mark.parametrize("heading", ["Kota", "Kab/Kota", "Alamat - City", "Kabupaten/Kota"])
def test_a_village_of_another_city_is_outside_though_a_kelurahan_has_its_name(heading: str) -> None:
    judgement = listed(
        ("Nama", "Kelurahan", heading),
        ("Rina", "Damai", "Balikpapan"),
        ("Budi", "Damai", "Samarinda"),
        ("Sari", "Damai", "Atlantis"),
    )
    assert people(judgement) == [("Rina", "Damai"), ("Budi", "outside")]
    assert codes(judgement.rows[2].remarks) == ["kelurahan-unclear"]


def test_an_address_in_another_city_makes_the_kelurahan_unclear() -> None:
    judgement = listed(
        ("Nama", "Kelurahan", "Alamat"),
        ("Rina", "Damai", "Jl. Mawar 5, Samarinda"),
        ("Budi", "Gunung Samarinda", "Jl. Gunung Samarinda RT 5"),
        ("Sari", "Manggar", "Jl. Penajam 4"),
    )
    assert codes(judgement.rows[0].remarks) == ["kelurahan-unclear"]
    assert people(judgement) == [("Budi", "Gunung Samarinda"), ("Sari", "Manggar")]


def test_the_name_of_a_business_says_nothing_of_its_owners_group() -> None:
    judgement = listed(
        ("Nama", "Kelurahan", "Nama Usaha"),
        ("Rina", "Damai", "Toko Ketua RT"),
        ("Budi", "Damai", "Ketua RT 5"),
        groups=("umkm", "rt"),
    )
    assert [(row.values.target_group, codes(row.remarks)) for row in judgement.rows] == [
        (None, ["group-missing"]),
        ("rt", []),
    ]


def test_telephone_numbers_under_nomor_do_not_count_the_rows() -> None:
    judgement = listed(
        ("Nama", "Nomor", "Kelurahan"),
        *[(name, f"08120000000{len(name)}", "Damai") for name in ("Rina", "Budi M", "Sri")],
    )
    assert all(row.values.phone for row in judgement.rows)
