"""A list with a question about all of it is not saved before the question is answered."""

import pytest

from app.database import reading, writing
from app.errors import Conflict
from app.models import Attendance, Participant, RowKind
from app.services.imports.commit import CommitChoices
from app.services.imports.mapping import change_mapping
from app.services.imports.reassign import register_instead
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import upload_for_review
from tests.city import MORNING, City, sheet
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

INVITED = sheet(
    "Nama;Kelurahan;Unsur;Bersedia hadir",
    "Rina Melati;Manggar;umkm;Ya",
    "Budi Kamboja;Lamaru;umkm;Tidak",
    "Maya Kenanga;Manggar;umkm;Ya",
)
FEW_MARKS = sheet(
    "Nama;Kelurahan;Unsur;Kehadiran",
    "Rina Melati;Manggar;umkm;hadir",
    "Budi Kamboja;Lamaru;umkm;",
    "Maya Kenanga;Manggar;umkm;",
    "Joko Teratai;Lamaru;umkm;",
)
DAYS = sheet(
    "Nama;Kelurahan;Unsur;Hari 1;Hari 2",
    "Rina Melati;Manggar;umkm;hadir;hadir",
    "Budi Kamboja;Lamaru;umkm;hadir;",
)


def choose(city: City, import_id: int, **choices: object) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(read_db, db, city.vault, city.actor("sari"), import_id, choices)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (INVITED, "looks-like-registration"),
        (FEW_MARKS, "marks-few"),
        (DAYS, "several-attendance-columns"),
    ],
)
def test_a_list_is_not_saved_while_a_question_is_open(city: City, content: bytes, code: str) -> None:
    attendance_import = city.upload(city.session(), content)

    with pytest.raises(Conflict) as refused:
        city.commit(attendance_import.id, choices=CommitChoices(only_valid=True))

    assert refused.value.code == code
    assert city.all(Participant) == []


@pytest.mark.parametrize("meant", ["present", "absent"])
def test_saying_what_an_empty_cell_means_answers_whether_the_others_came(city: City, meant: str) -> None:
    attendance_import = city.upload(city.session(), FEW_MARKS)

    choose(city, attendance_import.id, blank_means=meant)
    city.commit(attendance_import.id)

    assert city.outcomes() == {
        "Rina Melati": "present",
        "Budi Kamboja": meant,
        "Maya Kenanga": meant,
        "Joko Teratai": meant,
    }


def test_choosing_the_column_answers_which_day_it_is(city: City) -> None:
    attendance_import = city.upload(city.session(), DAYS)

    choose(city, attendance_import.id, columns={4: "attendance", 3: None})
    city.commit(attendance_import.id)

    assert city.outcomes() == {"Rina Melati": "present", "Budi Kamboja": "absent"}


def test_people_who_registered_are_registered_instead_without_who_declined(city: City) -> None:
    attendance_import = city.upload(city.session("AKAN-DATANG", MORNING.replace(year=2099)), INVITED)

    with reading(city.engine) as read_db, writing(city.engine) as db:
        register_instead(read_db, db, city.vault, city.actor("sari"), attendance_import.id)
    left_out = city.rows(attendance_import.id)[3]
    city.commit(attendance_import.id)

    assert (left_out.kind, [remark["code"] for remark in left_out.messages]) == (RowKind.SKIP, ["declined"])
    assert city.outcomes() == {"Rina Melati": None, "Maya Kenanga": None}


def test_a_question_that_only_a_choice_answers_cannot_be_confirmed(city: City) -> None:
    attendance_import = city.upload(city.session(), INVITED)
    confirmed = CommitChoices(confirm=frozenset({"looks-like-registration"}))

    with pytest.raises(Conflict) as refused:
        city.commit(attendance_import.id, choices=confirmed)

    assert refused.value.code == "looks-like-registration"
    assert (city.all(Attendance), city.all(Participant)) == ([], [])


@pytest.mark.parametrize(
    ("choices", "code"),
    [({}, "no-name-column"), ({"others": "absent"}, "no-rows"), ({"missing": "remove"}, "no-rows")],
)
def test_a_list_whose_columns_nobody_chose_decides_about_nobody(
    city: City, choices: dict[str, str], code: str
) -> None:
    session_code = city.session()
    city.register(session_code, "Rina Melati")
    with reading(city.engine) as read_db, writing(city.engine) as db:
        content, actor = sheet("Rina Melati;Manggar;v", "Budi Kamboja;Lamaru;v"), city.actor("sari")
        unread = upload_for_review(
            read_db, db, city.vault, actor, session_code, "daftar.csv", content, SheetChoices()
        )

    confirmed = CommitChoices(confirm=frozenset({"no-name-column"}), **choices)  # type: ignore[arg-type]
    with pytest.raises(Conflict) as refused:
        city.commit(unread.id, choices=confirmed)

    assert refused.value.code == code
    assert city.outcomes() == {"Rina Melati": None}
