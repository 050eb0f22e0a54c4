"""NIKs are found with the secret, and can't be read from the database without it."""

from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine

from app.database import reading
from app.i18n import translator
from app.models import Participant
from app.nik_vault import NikVault
from app.people.values.nik import mask_nik
from app.queries.imports.document import get_import_document
from app.services.imports.commit import CommitChoices
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from tests.city import City, dump, sheet
from tests.spreadsheets.examples import workbook

NIK = "6471014108800001"  # a woman's: the day of birth is +40
BROKEN = "64710141088"
HEADER = "Nama;Kelurahan;NIK;HP"


def tables_with(engine: Engine, digits: str) -> list[str]:
    """Return the tables that contain these digits anywhere."""
    return [name for name, lines in dump(engine).items() if any(_contains(line, digits) for line in lines)]


def _contains(line: dict[str, object], digits: str) -> bool:
    return any(
        digits.encode() in value if isinstance(value, bytes) else digits in str(value)
        for value in line.values()
    )


def new_person(city: City) -> None:
    city.import_sheet(city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};"))


def known_person_without_a_nik(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, "Siti Aminah;Manggar;;081200000001"))
    city.import_sheet(city.session("B-1"), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};081200000001"))


def corrected_cell(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{BROKEN};"))
    city.correct(attendance_import.id, 2, cells={"nik": NIK})
    city.commit(attendance_import.id)


def same_person_twice(city: City) -> None:
    attendance_import = city.upload(
        city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};", f"Ahmad Misalnya;Lamaru;{NIK};")
    )
    city.commit(attendance_import.id, choices=CommitChoices(only_valid=True))


def in_columns_of_something_else(city: City) -> None:
    header = "Nama;Kelurahan;HP;Alamat;Instansi;Keterangan;Kode Registrasi"
    columns = f"{NIK};Jl. Contoh {NIK};UD Misalnya {NIK};{NIK};{NIK}"
    city.import_sheet(
        city.session(), sheet(header, f"Siti Aminah;Manggar;{columns}", f"Nur Aini {NIK};Lamaru;;;;;")
    )


def as_a_number_in_another_column(city: City) -> None:
    typed = workbook(["Nama", "Kelurahan", "HP"], ["Siti Aminah", "Manggar", int(NIK)])
    city.upload(city.session(), typed, name="daftar.xlsx")


def as_a_heading(city: City) -> None:
    city.upload(city.session(), sheet(f"Nama;Kelurahan;NIK {NIK}", f"Siti Aminah;Manggar;{NIK}"))


def file_read_later(city: City) -> None:
    city.upload(city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};") + b";" * MAX_BYTES_READ_AT_ONCE)


def imported_and_undone(city: City) -> None:
    city.undo(city.import_sheet(city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};")).id)


@pytest.mark.parametrize(
    "story",
    [
        new_person,
        known_person_without_a_nik,
        corrected_cell,
        same_person_twice,
        in_columns_of_something_else,
        as_a_number_in_another_column,
        as_a_heading,
        file_read_later,
        imported_and_undone,
    ],
)
def test_no_nik_is_stored_unencrypted(city: City, story: Callable[[City], None]) -> None:
    story(city)

    assert tables_with(city.engine, NIK) == []
    assert tables_with(city.engine, NIK[6:]) == []


def test_unprotected_digits_are_found_in_the_dump(city: City) -> None:
    """The control: a phone number, which is not encrypted, is found."""
    city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;081200000001"))

    assert set(tables_with(city.engine, "81200000001")) == {"attendance_import_row", "participant"}


def test_a_person_is_recognised_by_the_nik_alone(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};"))

    city.import_sheet(city.session("B-1"), sheet(HEADER, f"Hj. St. Aminah, S.Pd;Lamaru;{NIK};"))

    (person,) = city.all(Participant)
    assert person.nik_encrypted is not None
    assert city.vault.decrypt(person.nik_encrypted) == NIK


def test_a_nik_from_a_later_sheet_is_saved(city: City) -> None:
    known_person_without_a_nik(city)

    (person,) = city.all(Participant)
    assert person.nik_key == city.vault.key(NIK)
    assert person.nik_encrypted is not None
    assert city.vault.decrypt(person.nik_encrypted) == NIK


def test_documents_show_the_last_digits_and_broken_niks_in_full(city: City) -> None:
    attendance_import = city.upload(
        city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};", f"Nur Aini;Lamaru;{BROKEN};")
    )

    with reading(city.engine) as db:
        document = get_import_document(
            db, city.vault, city.actor("sari"), attendance_import.id, translator("en")
        )

    assert [row["cells"]["nik"] for row in document["rows"]] == [mask_nik(NIK), BROKEN]
    assert NIK not in str(document)


def test_a_list_with_niks_beside_the_names_again_changes_nothing(city: City) -> None:
    code = city.session()
    content = sheet("Nama;Kelurahan", f"Siti Aminah {NIK};Manggar")
    city.import_sheet(code, content)

    again = city.import_sheet(code, content)

    assert (again.counts["create"], again.counts["unchanged"]) == (0, 1)


def test_another_secret_decrypts_nothing() -> None:
    encrypted = NikVault(b"one secret").encrypt(NIK)

    with pytest.raises(InvalidTag):
        NikVault(b"another").decrypt(encrypted)
    assert NikVault(b"one secret").key(NIK) != NikVault(b"another").key(NIK)


def test_each_encryption_of_a_nik_differs() -> None:
    vault = NikVault(b"one secret")

    assert vault.encrypt(NIK) != vault.encrypt(NIK)
    assert vault.key(NIK) == vault.key(NIK)
