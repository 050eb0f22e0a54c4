"""What becomes of a row, what a blank means, and what the file is warned of."""

from dataclasses import replace
from datetime import date

import pytest

from app.i18n import translator
from app.people.known import KnownPerson, KnownRegistration
from app.people.matching import Decision
from app.people.values.cells import Cell
from app.people.values.names import name_key
from app.spreadsheets.attendance.judge import match_keys_of_sheet
from app.spreadsheets.attendance.parse import parse_rows
from app.spreadsheets.attendance.rows import ABOVE
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, judged, reference, session, sheet_of

DAMAI, MANGGAR, LAMARU = "64.71.06.1005", "64.71.01.1001", "64.71.01.1002"
PHONE = "+6281200000001"


def rina(**details: object) -> KnownPerson:
    known = KnownPerson("Rina Gani", name_key("Rina Gani"), id=7, phone=PHONE, kelurahan=DAMAI)
    return replace(known, **details)  # type: ignore[arg-type]


def registration(**facts: object) -> KnownRegistration:
    known = KnownRegistration("R7", 7, "confirmed", "present", DAMAI, "umkm")
    return replace(known, **facts)  # type: ignore[arg-type]


def row(**cells: Cell) -> dict[str, Cell]:
    return {"name": "Rina Gani", "kelurahan": "Damai", "phone": PHONE, "attendance": "hadir", **cells}


def kind_of(
    cells: dict[str, Cell], *, person: KnownPerson, registered: KnownRegistration | None = None
) -> str:
    judgement = judged(sheet_of(cells), people=[person], registrations=[registered] if registered else [])
    return judgement.rows[0].kind


def test_a_known_person_who_is_not_registered_is_created_here() -> None:
    assert kind_of(row(), person=rina()) == "create"


def test_all_of_it_is_there_already() -> None:
    """Such a row is unchanged."""
    assert kind_of(row(), person=rina(), registered=registration()) == "unchanged"


@pytest.mark.parametrize(
    ("cells", "registered"),
    [
        ({}, registration(attendance=None)),
        ({"attendance": "izin"}, registration()),
        ({"email": "rina@contoh.id"}, registration()),
        ({"rt": "3"}, registration()),
        ({}, registration(status="cancelled", attendance=None)),
    ],
)
def test_updates(cells: dict[str, Cell], registered: KnownRegistration) -> None:
    """A row changes an attendance, a fact of the registration, or a blank detail of the person."""
    assert kind_of(row(**cells), person=rina(), registered=registered) == "update"


def test_a_blank_never_changes_what_is_recorded() -> None:
    judgement = judged(
        sheet_of(row(attendance=None), {"name": "Budi", "kelurahan": "Damai", "attendance": "hadir"}),
        people=[rina()],
        registrations=[registration()],
    )
    assert judgement.blank_means == "absent"
    assert (judgement.rows[0].kind, judgement.rows[0].attendance) == ("unchanged", "present")


def test_a_blank_says_the_same_of_a_person_who_is_registered_and_not_recorded() -> None:
    sheet = sheet_of(row(attendance=None), {"name": "Budi", "kelurahan": "Damai", "attendance": "hadir"})
    found = judged(sheet, people=[rina()], registrations=[registration(attendance=None)]).rows[0]
    assert (found.kind, found.attendance) == ("update", "absent")


def test_a_cancelled_registration_without_mark_is_not_absent() -> None:
    cancelled = registration(status="cancelled", attendance=None)
    budi = {"name": "Budi", "kelurahan": "Damai", "attendance": "hadir"}
    for attendance, came in ((None, None), ("hadir", "present"), ("tidak hadir", "absent")):
        sheet = sheet_of(row(attendance=attendance), budi)
        assert judged(sheet, people=[rina()], registrations=[cancelled]).rows[0].attendance == came
    [unmarked] = judged(sheet_of(row(attendance=None)), people=[rina()], registrations=[cancelled]).rows
    assert unmarked.attendance == "present"


def test_filled_details_stay_and_blank_ones_are_filled() -> None:
    judgement = judged(
        sheet_of(row(sex="P", birth_date="5/8/1980", email="baru@contoh.id")),
        people=[rina(sex="L", email="lama@contoh.id")],
    )
    found = judgement.rows[0]
    assert found.changes == {"birth_date": date(1980, 8, 5)}
    assert [(remark.code, remark.field) for remark in found.remarks] == [
        ("detail-differs", "sex"),
        ("detail-differs", "email"),
    ]


def test_someone_who_moved_lives_elsewhere_from_this_session_on() -> None:
    found = judged(sheet_of(row(kelurahan="Manggar")), people=[rina()], registrations=[registration()]).rows[
        0
    ]
    assert (found.kind, found.facts, codes(found.remarks)) == ("update", {"kelurahan": MANGGAR}, [])


def test_a_person_who_moved_matches_when_the_old_sheet_is_uploaded_again() -> None:
    moved = rina(phone=None, kelurahan=MANGGAR)
    found = judged(sheet_of(row(phone=None)), people=[moved], registrations=[registration()]).rows[0]
    assert (found.kind, found.person) == ("unchanged", 7)


def test_a_group_of_the_registration_applies_to_a_row_without_one() -> None:
    judgement = judged(
        sheet_of(row()),
        session(groups=("umkm", "rt")),
        people=[rina()],
        registrations=[registration(target_group="rt")],
    )
    assert (judgement.rows[0].values.target_group, judgement.rows[0].kind) == ("rt", "unchanged")


def test_blank_means_absent_where_some_are_marked_present() -> None:
    """Unless the uploader says otherwise."""
    sheet = sheet_of(row(), {"name": "Budi", "kelurahan": "Damai"})
    assert [found.attendance for found in judged(sheet).rows] == ["present", "absent"]
    chosen = replace(session(), blank_means="present")
    assert [found.attendance for found in judged(sheet, chosen).rows] == ["present", "present"]


def test_blank_means_present_where_nobody_is_marked_so() -> None:
    sheet = sheet_of(row(attendance="tidak hadir"), {"name": "Budi", "kelurahan": "Damai"})
    judgement = judged(sheet)
    assert judgement.blank_means == "present"
    assert [found.attendance for found in judgement.rows] == ["absent", "present"]


def test_dittos_copy_the_cell_above() -> None:
    sheet = sheet_of(
        row(rt=3),
        {"name": "Budi", "kelurahan": "s.d.a.", "rt": '"', "attendance": "izin"},
        {"name": "Dewi", "kelurahan": "idem", "rt": "sda", "attendance": "idem"},
    )
    judgement = judged(sheet)
    assert [found.values.kelurahan for found in judgement.rows] == [DAMAI] * 3
    assert [found.values.rt for found in judgement.rows] == ["3"] * 3
    assert [found.attendance for found in judgement.rows] == ["present", "excused", "excused"]


@pytest.mark.parametrize(
    "ditto",
    [
        '-"-',
        "- ” -",
        ",,",
        "``",
        "sama",
        "Idem diatas",
        "idem di atas",
        "SAMA DENGAN ATAS",
        "sama dgn diatas",
        "s.d.a. atas",
    ],
)
def test_dittos_as_offices_write_them(ditto: str) -> None:
    above = row(rt=3, address="Jl. Mawar")
    found = judged(sheet_of(above, {"name": "Budi", "kelurahan": ditto, "rt": ditto, "address": ditto})).rows[
        1
    ]
    assert (found.values.kelurahan, found.values.rt, found.values.address) == (DAMAI, "3", "Jl. Mawar")


@pytest.mark.parametrize("address", ["-", "sama-sama", "di atas", "sama dengan"])
def test_what_only_looks_like_a_ditto_copies_nothing(address: str) -> None:
    above = row(address="Jl. Mawar")
    assert judged(sheet_of(above, row(name="Budi", address=address))).rows[1].values.address != "Jl. Mawar"


def test_a_person_may_be_called_sama() -> None:
    assert judged(sheet_of(row(), row(name="Sama", phone=None))).rows[1].values.name == "Sama"


def test_a_ditto_follows_when_the_cell_above_is_corrected() -> None:
    sheet = sheet_of(row(kelurahan="Manggar"), {"name": "Budi", "kelurahan": "sda"})
    assert judged(sheet).rows[1].values.kelurahan == MANGGAR


def test_the_letterhead_applies_to_rows_without_a_kelurahan() -> None:
    sheet = replace(sheet_of(row(kelurahan=None), row(name="Budi")), letterhead_kelurahan="Kel. Manggar")
    judgement = judged(sheet)
    assert [found.values.kelurahan for found in judgement.rows] == [MANGGAR, DAMAI]
    assert codes(judgement.warnings) == ["kelurahan-from-title"]


def test_a_row_without_a_kelurahan_may_have_that_of_the_row_above() -> None:
    """As far as its own address names none; below one that isn't known it has none either."""
    places = (None, "Manggar", None, "Atlantis", None, "Damai", None)
    names = ("Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gita")
    rows = [row(name=name, phone=None, kelurahan=place) for name, place in zip(names, places, strict=True)]
    rows[2]["address"] = "Jl. Mulawarman RT 5 Kel. Lamaru"
    found = judged(sheet_of(*rows), replace(session(), default_kelurahan=ABOVE)).rows
    assert [one.values.kelurahan for one in found] == [None, MANGGAR, LAMARU, None, None, DAMAI, DAMAI]
    assert codes(found[4].remarks) == ["kelurahan-unknown"]


def test_what_was_chosen_for_the_file_goes_before_the_letterhead() -> None:
    sheet = replace(sheet_of(row(kelurahan=None)), letterhead_kelurahan="Kel. Manggar")
    judgement = judged(sheet, replace(session(), default_kelurahan=DAMAI))
    assert judgement.rows[0].values.kelurahan == DAMAI
    assert codes(judgement.warnings) == []


def test_a_chosen_kelurahan_settles_the_question() -> None:
    sheet = sheet_of(row(kelurahan="Gunung Sari"))
    found = judged(sheet, decisions={2: Decision(kelurahan=MANGGAR)}).rows[0]
    assert (found.kind, found.values.kelurahan, found.values.kecamatan) == ("create", MANGGAR, "64.71.01")
    outside = judged(sheet, decisions={2: Decision(kelurahan="outside")}).rows[0]
    assert (outside.kind, outside.values.outside_place) == ("create", "Luar kota")


def test_a_chosen_kelurahan_or_outside_is_one_place() -> None:
    sheet = sheet_of(row(kelurahan="Samarinda"), row(name="Budi", kelurahan="Damai", phone=None))
    away, home = judged(
        sheet, decisions={2: Decision(kelurahan=MANGGAR), 3: Decision(kelurahan="outside")}
    ).rows
    assert (away.values.kelurahan, away.values.outside_place) == (MANGGAR, None)
    assert (home.values.kelurahan, home.values.kecamatan) == ("outside", None)
    still_away = judged(sheet, decisions={2: Decision(kelurahan="outside")}).rows[0]
    assert still_away.values.outside_place == "Samarinda"


def test_nik_against_sex_and_birth_date() -> None:
    """A NIK that contradicts them is kept, with a warning; a blank sex is taken from the NIK."""
    found = judged(sheet_of(row(nik="6471050608860001", sex="P"))).rows[0]
    assert (found.values.nik, found.values.sex, codes(found.remarks)) == (
        "6471050608860001",
        "P",
        ["nik-differs"],
    )
    assert judged(sheet_of(row(nik="6471050608860001"))).rows[0].values.sex == "L"


def test_a_kecamatan_is_held_against_no_place_outside_and_no_unknown_one() -> None:
    for kelurahan, expected in (("Samarinda", []), ("Atlantis", ["kelurahan-unknown"])):
        found = judged(sheet_of(row(kelurahan=kelurahan, kecamatan="Samarinda Ulu"))).rows[0]
        assert codes(found.remarks) == expected


def test_what_cannot_be_read_is_warned_of_and_left_blank() -> None:
    found = judged(
        sheet_of(row(rt="dua", sex="?x", birth_date="besok", phone="123", email="rina@", kecamatan="Balsel"))
    ).rows[0]
    assert found.kind == "create"
    assert codes(found.remarks) == [
        "date-invalid",
        "email-invalid",
        "kecamatan-differs",
        "phone-invalid",
        "rt-invalid",
        "sex-invalid",
    ]


def test_of_two_numbers_the_one_to_correct_is_quoted() -> None:
    found = judged(sheet_of(row(phone="0812-5512 0813-5512-3414"))).rows[0]
    assert [(one.code, dict(one.params)) for one in found.remarks] == [
        ("phone-invalid", {"found": "0812-5512"})
    ]


def test_a_name_of_no_letters_is_missing() -> None:
    assert codes(judged(sheet_of(row(name="12"))).rows[0].remarks) == ["name-missing"]


def test_a_formula_stays_text() -> None:
    found = judged(sheet_of(row(name='=HYPERLINK("http://contoh.id")'))).rows[0]
    assert found.values.name == '=HYPERLINK("http://contoh.id")'


def test_only_hashes_of_niks_are_looked_up() -> None:
    context = session()
    sheet = sheet_of(row(nik="6471050608860001", registration="R7"))
    keys = match_keys_of_sheet(
        parse_rows(sheet, context, reference(), lambda nik: f"key of {nik[-4:]}"), {2: Decision(person=9)}
    )
    assert keys.niks == {"key of 0001"}
    assert keys.phones == {PHONE}
    assert keys.registrations == {"R7"}
    assert keys.person_ids == {9}


def test_every_remark_of_the_story_has_a_sentence() -> None:
    judgement = judged(
        sheet_of(row(kelurahan="Batakan", rt="dua", phone="1"), {"name": "", "kelurahan": "Mangar"})
    )
    english = translator("en")
    for remark in (remark for found in judgement.rows for remark in found.remarks):
        assert "%(" not in remark_text(remark, english)
    assert "a neighbourhood" in remark_text(judgement.rows[0].remarks[0], english)
