"""What somebody said about the columns of a list holds for the next list with the same headings."""

from typing import Any

import pytest

from app.database import reading, writing
from app.models import AttendanceImport, ColumnMapping
from app.permissions import OPERATOR
from app.services.imports.background_tasks import read_queued_file
from app.services.imports.column_mappings import forget_columns
from app.services.imports.mapping import change_mapping
from app.services.imports.upload import upload_sheet
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.scenarios import scenario

pytestmark = postgresql_in_soak

HEADER = "Nama;Kolom A;Ket"
SITI = "Siti Aminah;Negeri Awan;baru"


@scenario
def corrected(city: City) -> None:
    """Of an import somebody named the second column as the kelurahan's."""
    attendance_import = city.upload(city.session(), sheet(HEADER, SITI))
    read_again(city, attendance_import.id, {"columns": {1: "kelurahan"}})


def read_again(city: City, import_id: int, changes: dict[str, Any]) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(read_db, db, city.vault, city.actor("sari"), import_id, changes)


def kelurahan_read(city: City, import_id: int) -> Any:
    return city.rows(import_id)[2].cells.get("kelurahan")


def says_so(city: City, import_id: int) -> bool:
    (found,) = [
        attendance_import
        for attendance_import in city.all(AttendanceImport)
        if attendance_import.id == import_id
    ]
    return "columns-remembered" in {warning["code"] for warning in found.warnings}


@pytest.mark.usefixtures("corrected")
@pytest.mark.parametrize("header", [HEADER, "NAMA; Kolom  A.;ket."], ids=["the same", "typed otherwise"])
def test_the_chosen_columns_are_used_for_the_next_list_with_the_same_headings(
    city: City, header: str
) -> None:
    again = city.upload("UMKM-2025-1", sheet(header, SITI))
    assert kelurahan_read(city, again.id) == "Negeri Awan"
    assert says_so(city, again.id)


@pytest.mark.usefixtures("corrected")
@pytest.mark.parametrize(
    "header", ["Nama;Kolom B;Ket", "Nama;;Kolom A;Ket"], ids=["another", "at other places"]
)
def test_the_chosen_columns_are_not_used_for_a_list_with_other_headings(city: City, header: str) -> None:
    other = city.upload("UMKM-2025-1", sheet(header, SITI))
    assert kelurahan_read(city, other.id) is None
    assert not says_so(city, other.id)


@pytest.mark.usefixtures("corrected")
def test_the_chosen_columns_are_not_used_by_another_organization(city: City) -> None:
    theirs = city.upload(city.session("LAIN-1", by="tono"), sheet(HEADER, SITI), by="tono")
    assert kelurahan_read(city, theirs.id) is None


@pytest.mark.usefixtures("corrected")
def test_the_chosen_columns_are_used_for_a_list_that_is_read_in_the_background(city: City) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        content = sheet(HEADER, SITI)
        attendance_import = upload_sheet(
            read_db, db, city.vault, OPERATOR, "UMKM-2025-1", "besar.csv", content, at_once=False
        )
    with reading(city.engine) as read_db, writing(city.engine) as db:
        read_queued_file(read_db, db, city.vault, {"import": attendance_import.id})
    assert kelurahan_read(city, attendance_import.id) == "Negeri Awan"


@pytest.mark.usefixtures("corrected")
def test_the_last_chosen_columns_are_remembered(city: City) -> None:
    second = city.upload("UMKM-2025-1", sheet(HEADER, SITI))
    read_again(city, second.id, {"columns": {1: "organization"}})
    third = city.upload("UMKM-2025-1", sheet(HEADER, SITI))
    assert city.rows(third.id)[2].cells == {
        "name": "Siti Aminah",
        "organization": "Negeri Awan",
        "note": "baru",
    }


def test_choosing_columns_does_not_change_another_import_in_review(city: City) -> None:
    code = city.session()
    first, second = city.upload(code, sheet(HEADER, SITI)), city.upload(code, sheet(HEADER, SITI))
    read_again(city, second.id, {"columns": {1: "kelurahan"}})
    read_again(city, first.id, {"blank_means": "present"})
    assert kelurahan_read(city, first.id) is None


def test_forgotten_columns_are_not_used_again(corrected: City) -> None:
    (said,) = corrected.all(AttendanceImport)
    with writing(corrected.engine) as db:
        forget_columns(db, corrected.actor("sari"), said.id)
    again = corrected.upload("UMKM-2025-1", sheet(HEADER, SITI))
    assert kelurahan_read(corrected, again.id) is None
    assert corrected.all(ColumnMapping) == []


def test_columns_are_not_remembered_if_none_was_chosen(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, SITI))
    read_again(city, attendance_import.id, {"columns": None, "blank_means": "present"})
    assert city.all(ColumnMapping) == []
