"""A person goes through the rows: corrects, decides, takes back; and all rows are judged anew."""

from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from app.database import reading, writing
from app.errors import Conflict, Invalid, NotFound
from app.models import Attendance, Participant, Registration, RowKind
from app.queries.imports.rows import list_import_rows
from app.services.imports.mapping import change_mapping
from app.services.imports.upload import discard_import
from app.spreadsheets.formats.failures import MAX_ROWS
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet

HEADER = "Nama;Kelurahan;HP;Kehadiran"
NO_CHOICES: tuple[dict[str, object], ...] = (
    {"person": 4711},
    {"person": {"row": 99}},
    {"person": "somebody"},
    {"kelurahan": "64.71.99.9999"},
    {"kelurahan": "64.71.01"},
    {"ghost": True},
)
NO_MAPPINGS: tuple[dict[str, object], ...] = (
    {"columns": {1: "shoe_size"}},
    {"blank_means": "late"},
    {"kelurahan": "64.71.99.9999"},
)


def kinds(city: City, import_id: int) -> dict[int, RowKind]:
    return {number: row.kind for number, row in city.rows(import_id).items()}


def codes(city: City, import_id: int, number: int) -> list[str]:
    return [message["code"] for message in city.rows(import_id)[number].messages]


def test_a_corrected_cell_is_judged_again(city: City) -> None:
    attendance_import = city.upload(
        city.session(), sheet(HEADER, "Siti Aminah;Antah Berantah;;hadir", "Nur Aini;Lamaru;;hadir")
    )
    assert kinds(city, attendance_import.id) == {2: RowKind.ERROR, 3: RowKind.CREATE}

    changed = city.correct(attendance_import.id, 2, cells={"kelurahan": "Manggar"})

    assert changed == [2]
    row = city.rows(attendance_import.id)[2]
    assert (row.kind, row.corrected, row.messages) == (RowKind.CREATE, ["kelurahan"], [])
    done = city.commit(attendance_import.id)
    assert (done.counts["create"], done.counts["error"]) == (2, 0)
    assert [registration.kelurahan_code for registration in city.all(Registration)] == [MANGGAR, LAMARU]


def test_a_chosen_kelurahan_overrules_the_cell_until_it_is_taken_back(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Gunung;;hadir"))
    before = city.rows(attendance_import.id)[2]
    assert before.kind in (RowKind.REVIEW, RowKind.ERROR)

    city.correct(attendance_import.id, 2, decision={"kelurahan": LAMARU})
    chosen = city.rows(attendance_import.id)[2]
    assert (chosen.kind, chosen.result["values"]["kelurahan"]) == (RowKind.CREATE, LAMARU)

    city.correct(attendance_import.id, 2, decision={})
    taken_back = city.rows(attendance_import.id)[2]
    assert (taken_back.kind, taken_back.decision) == (before.kind, None)
    assert taken_back.messages == before.messages


def test_a_skipped_row_is_imported_only_if_it_is_no_longer_skipped(city: City) -> None:
    attendance_import = city.upload(
        city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir", "Nur Aini;Lamaru;;hadir")
    )

    city.correct(attendance_import.id, 3, decision={"skip": True})
    assert kinds(city, attendance_import.id)[3] is RowKind.SKIP
    city.correct(attendance_import.id, 3, decision={"skip": False})
    assert kinds(city, attendance_import.id)[3] is RowKind.CREATE
    city.correct(attendance_import.id, 2, decision={"skip": True})
    city.commit(attendance_import.id)

    assert city.outcomes() == {"Nur Aini": "present"}


def test_two_rows_with_the_same_name_need_a_decision(city: City) -> None:
    content = sheet(
        HEADER, "Siti Aminah;Manggar;;hadir", "Siti Aminah;Manggar;;hadir", "Nur Aini;Lamaru;;hadir"
    )
    attendance_import = city.upload(city.session(), content)
    assert kinds(city, attendance_import.id)[3] is RowKind.REVIEW
    assert codes(city, attendance_import.id, 3) == ["person-unclear"]

    city.correct(attendance_import.id, 3, decision={"person": {"row": 2}})
    assert (city.rows(attendance_import.id)[3].kind, city.rows(attendance_import.id)[3].of_number) == (
        RowKind.DUPLICATE,
        2,
    )
    city.correct(attendance_import.id, 3, decision={"person": "new"})
    city.commit(attendance_import.id)

    assert sorted(person.name for person in city.all(Participant)) == [
        "Nur Aini",
        "Siti Aminah",
        "Siti Aminah",
    ]


def test_one_answer_may_change_other_rows(city: City) -> None:
    """Row 3 repeats row 2; once row 2 is left out, row 3 is the person."""
    content = sheet(
        HEADER, "Siti Aminah;Manggar;081200000001;hadir", "Siti Aminah;Manggar;081200000001;hadir"
    )
    attendance_import = city.upload(city.session(), content)
    assert kinds(city, attendance_import.id) == {2: RowKind.CREATE, 3: RowKind.DUPLICATE}

    changed = city.correct(attendance_import.id, 2, decision={"skip": True})

    assert changed == [2, 3]
    assert kinds(city, attendance_import.id) == {2: RowKind.SKIP, 3: RowKind.CREATE}
    assert city.commit(attendance_import.id).counts["create"] == 1


def test_a_known_person_is_chosen_by_id(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, "Siti Aminah;Manggar;081200000001;hadir"))
    (siti,) = city.all(Participant)
    later = city.session("B-1", MORNING + timedelta(days=7))
    attendance_import = city.upload(later, sheet(HEADER, "Sitti Aminnah;Manggar;;hadir"))
    assert city.rows(attendance_import.id)[2].participant_id is None

    city.correct(attendance_import.id, 2, decision={"person": siti.id})
    city.commit(attendance_import.id)

    assert [person.id for person in city.all(Participant)] == [siti.id]
    assert len(city.all(Attendance)) == 2


def test_rows_are_judged_again_with_later_commits(city: City) -> None:
    code = city.session()
    content = sheet(HEADER, "Siti Aminah;Manggar;081200000001;hadir", "Nur Aini;Lamaru;;hadir")
    first, second = city.upload(code, content), city.upload(code, content)
    city.commit(first.id)

    done = city.commit(second.id)

    assert (done.counts["create"], done.counts["unchanged"]) == (0, 2)
    assert len(city.all(Participant)) == len(city.all(Registration)) == 2


def test_a_later_commit_may_make_rows_need_attention(city: City) -> None:
    """Two of that name live there by now: the row that was clear is not any more."""
    code = city.session()
    waiting = city.upload(code, sheet(HEADER, "Siti Aminah;Manggar;;hadir"))
    city.import_sheet(city.session("B-1"), sheet(HEADER, "Siti Aminah;Manggar;081200000001;hadir"))
    attendance_import = city.upload(
        city.session("C-1"), sheet(HEADER, "Siti Aminah;Manggar;081200000002;hadir")
    )
    city.correct(attendance_import.id, 2, decision={"person": "new"})
    city.commit(attendance_import.id)

    with pytest.raises(Conflict) as refused:
        city.commit(waiting.id)

    assert refused.value.code == "rows-need-attention"


def test_one_answer_may_change_all_rows_that_a_list_can_have(city: City) -> None:
    """They are asked for at once; PostgreSQL takes 65,535 parameters."""
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))
    with reading(city.engine) as db:
        assert [
            row.number for row in list_import_rows(db, attendance_import.id, numbers=range(1, MAX_ROWS + 1))
        ] == [2]
        assert list_import_rows(db, attendance_import.id, numbers=()) == []


def test_an_unknown_choice_is_refused(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))

    for decision in NO_CHOICES:
        with pytest.raises(Invalid):
            city.correct(attendance_import.id, 2, decision=decision)

    assert city.rows(attendance_import.id)[2].decision is None


def test_an_unknown_row_or_column_is_refused(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))

    with pytest.raises(NotFound):
        city.correct(attendance_import.id, 99, decision={"skip": True})
    with pytest.raises(Invalid, match="shoe_size"):
        city.correct(attendance_import.id, 2, cells={"shoe_size": "42"})


def test_after_the_commit_nothing_can_be_corrected(city: City) -> None:
    attendance_import = city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))

    with pytest.raises(Conflict):
        city.correct(attendance_import.id, 2, decision={"skip": True})


def test_corrections_are_kept_if_the_columns_change(city: City) -> None:
    content = sheet("Nama;Asal;Ket", "Siti Aminah;Antah Berantah;umkm", "Nur Aini;Lamaru;komunitas")
    attendance_import = city.upload(city.session(groups=()), content)
    city.correct(attendance_import.id, 2, cells={"kelurahan": "Manggar"})
    city.correct(attendance_import.id, 3, decision={"skip": True})

    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(
            read_db,
            db,
            city.vault,
            city.actor("sari"),
            attendance_import.id,
            {"columns": {2: "target_group"}},
        )

    rows = city.rows(attendance_import.id)
    assert [rows[number].kind for number in (2, 3)] == [RowKind.CREATE, RowKind.SKIP]
    assert rows[2].result["values"]["kelurahan"] == MANGGAR
    assert rows[2].result["values"]["target_group"] == "umkm"
    assert rows[2].corrected == ["kelurahan"]


def test_changing_the_meaning_of_blanks_judges_the_rows_again(city: City) -> None:
    attendance_import = city.upload(
        city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir", "Nur Aini;Lamaru;;")
    )
    assert city.rows(attendance_import.id)[3].result["attendance"] == "absent"

    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(
            read_db, db, city.vault, city.actor("sari"), attendance_import.id, {"blank_means": "present"}
        )
    city.commit(attendance_import.id)

    assert city.outcomes() == {"Siti Aminah": "present", "Nur Aini": "present"}


def test_an_invalid_mapping_is_refused(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))

    for given in NO_MAPPINGS:
        with pytest.raises(Invalid), reading(city.engine) as read_db, writing(city.engine) as db:
            change_mapping(read_db, db, city.vault, city.actor("sari"), attendance_import.id, given)

    assert kinds(city, attendance_import.id) == {2: RowKind.CREATE}


def test_a_person_out_of_scope_cannot_be_chosen_by_guessing_ids(city: City) -> None:
    strangers = city.session("LAIN-1", by="tono")
    city.import_sheet(strangers, sheet(HEADER, "Rahasia Tetangga;Manggar;081200000009;hadir"), by="tono")
    (stranger,) = city.all(Participant)
    attendance_import = city.upload(city.session("A-1"), sheet(HEADER, "Siti Aminah;Lamaru;;hadir"))

    with pytest.raises(Invalid):
        city.correct(attendance_import.id, 2, decision={"person": stranger.id})

    assert city.rows(attendance_import.id)[2].participant_id is None


def test_a_correction_made_while_the_file_was_read_again_is_not_lost(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Antah Berantah;;hadir"))

    with reading(city.engine) as read_db:
        read_db.get(
            Participant, 1
        )  # on SQLite, what this reader sees from now on is older than the correction
        city.correct(attendance_import.id, 2, cells={"kelurahan": "Manggar"})
        with suppress(Conflict), writing(city.engine) as db:
            change_mapping(
                read_db, db, city.vault, city.actor("sari"), attendance_import.id, {"blank_means": "absent"}
            )

    assert city.rows(attendance_import.id)[2].corrected == ["kelurahan"]


def test_an_upload_that_is_discarded_while_it_is_read_again_is_answered_as_gone(city: City) -> None:
    attendance_import = city.upload(city.session(), sheet(HEADER, "Siti Aminah;Manggar;;hadir"))

    with reading(city.engine) as read_db:
        read_db.get(Participant, 1)  # this reader may still see the upload
        with writing(city.engine) as db:
            discard_import(db, city.actor("sari"), attendance_import.id)
        with pytest.raises(NotFound), writing(city.engine) as db:
            change_mapping(
                read_db, db, city.vault, city.actor("sari"), attendance_import.id, {"blank_means": "absent"}
            )


def test_another_sheet_is_recognised_anew(city: City) -> None:
    attendance_import = city.upload(city.session(), two_sheets(), name="daftar.xlsx")

    for given in ({"columns": {0: "note", 1: "name"}}, {"sheet": "Dua"}):
        with reading(city.engine) as read_db, writing(city.engine) as db:
            change_mapping(read_db, db, city.vault, city.actor("sari"), attendance_import.id, given)

    row = city.rows(attendance_import.id)[2]
    assert row.result["values"]["name"] == "Nur Aini"
    assert row.result["values"]["kelurahan"] == LAMARU


def two_sheets() -> bytes:
    """A list in which what the name's column holds differs from sheet to sheet."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in (
        ("Satu", (("Catatan", "Nama", "Kelurahan"), ("baru", "Siti Aminah", "Manggar"))),
        ("Dua", (("Nama", "Kelurahan", "Kehadiran"), ("Nur Aini", "Lamaru", "hadir"))),
    ):
        sheet_of_two = workbook.create_sheet(title)
        for row in rows:
            sheet_of_two.append(row)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()
