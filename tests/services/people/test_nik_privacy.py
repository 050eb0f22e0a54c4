"""A NIK is found again by whoever holds the key, and by nobody who holds the database."""

from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine

from app.database import reading
from app.i18n import translator
from app.models import Participant
from app.nik_vault import NikVault, masked
from app.queries.imports.document import get_import_document
from app.services.imports.commit import CommitChoices
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from tests.city import City, dump, sheet
from tests.spreadsheets.examples import workbook

NIK = "6471014108800001"  # a woman's: the day of birth is +40
BROKEN = "64710141088"
HEADER = "Nama;Kelurahan;NIK;HP"


def holds(engine: Engine, digits: str) -> list[str]:
    """The tables in which these digits stand anywhere."""
    return [name for name, lines in dump(engine).items() if any(_shows(line, digits) for line in lines)]


def _shows(line: dict[str, object], digits: str) -> bool:
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
    made = city.upload(city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{BROKEN};"))
    city.correct(made.id, 2, cells={"nik": NIK})
    city.commit(made.id)


def same_person_twice(city: City) -> None:
    made = city.upload(
        city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};", f"Ahmad Misalnya;Lamaru;{NIK};")
    )
    city.commit(made.id, choices=CommitChoices(only_valid=True))


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
def test_no_nik_stands_in_clear_in_the_database(city: City, story: Callable[[City], None]) -> None:
    story(city)

    assert holds(city.engine, NIK) == []
    assert holds(city.engine, NIK[6:]) == []


def test_the_dump_would_show_one(city: City) -> None:
    """The control: what isn't protected is found in it."""
    city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;081200000001"))

    assert set(holds(city.engine, "81200000001")) == {"attendance_import_row", "participant"}


def test_a_person_is_recognised_by_the_nik_alone(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};"))

    city.import_sheet(city.session("B-1"), sheet(HEADER, f"Hj. St. Aminah, S.Pd;Lamaru;{NIK};"))

    (person,) = city.all(Participant)
    assert person.nik_encrypted is not None
    assert city.vault.decrypt(person.nik_encrypted) == NIK


def test_a_nik_that_came_later_is_kept(city: City) -> None:
    known_person_without_a_nik(city)

    (person,) = city.all(Participant)
    assert person.nik_key == city.vault.key(NIK)
    assert person.nik_encrypted is not None
    assert city.vault.decrypt(person.nik_encrypted) == NIK


def test_documents_show_the_last_digits_and_what_has_to_be_put_right(city: City) -> None:
    made = city.upload(
        city.session(), sheet(HEADER, f"Siti Aminah;Manggar;{NIK};", f"Nur Aini;Lamaru;{BROKEN};")
    )

    with reading(city.engine) as look:
        document = get_import_document(look, city.vault, city.actor("sari"), made.id, translator("en"))

    assert [row["cells"]["nik"] for row in document["rows"]] == [masked(NIK), BROKEN]
    assert NIK not in str(document)


def test_a_list_with_niks_beside_the_names_again_changes_nothing(city: City) -> None:
    code = city.session()
    content = sheet("Nama;Kelurahan", f"Siti Aminah {NIK};Manggar")
    city.import_sheet(code, content)

    again = city.import_sheet(code, content)

    assert (again.counts["create"], again.counts["unchanged"]) == (0, 1)


def test_another_key_opens_nothing() -> None:
    sealed = NikVault(b"one secret").encrypt(NIK)

    with pytest.raises(InvalidTag):
        NikVault(b"another").decrypt(sealed)
    assert NikVault(b"one secret").key(NIK) != NikVault(b"another").key(NIK)


def test_the_same_nik_is_never_encrypted_the_same() -> None:
    vault = NikVault(b"one secret")

    assert vault.encrypt(NIK) != vault.encrypt(NIK)
    assert vault.key(NIK) == vault.key(NIK)
