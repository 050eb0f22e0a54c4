"""Lists of online meetings: minutes decide who was present, and people are found among those registered."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.database import writing
from app.errors import Conflict
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Participant,
    RowKind,
    WorkshopSession,
)
from app.services.imports.mapping import change_mapping
from app.services.imports.sheet_choices import SheetChoices
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from tests.city import MANGGAR, MORNING, City, sheet
from tests.online_meetings import LEFT_EARLY, NAMES, OF_A_DEVICE, WALK_INS, register_for_meeting, zoom_report

COLUMNS = SheetChoices(columns={0: "name", 1: "minutes"})
ONLINE = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), mode="daring")


@pytest.fixture
def code(city: City) -> str:
    """An online session of 180 minutes, for which three people are registered."""
    workshop = city.workshop("DARING", "umkm")
    code = city.add_session(workshop, "DARING-1", ONLINE)
    for name in ("Ani Contoh", "Budi Contoh", "Cici Contoh"):
        city.register(code, name)
    return code


def upload(city: City, code: str, *people: str, choices: SheetChoices = COLUMNS) -> AttendanceImport:
    return city.upload(code, sheet("Nama;Menit", *people), choices=choices)


def set_session(city: City, code: str, **columns: object) -> None:
    with writing(city.engine) as db:
        row = db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).one()
        row.sqlmodel_update(columns)


def test_half_of_the_session_is_enough_unless_it_says_otherwise(city: City, code: str) -> None:
    people = ("Ani Contoh;158", "Budi Contoh;90", "Cici Contoh;89")
    rows = city.rows(upload(city, code, *people).id)
    assert [row.result["attendance"] for row in rows.values()] == ["present", "present", "absent"]
    assert [row.result["minutes"] for row in rows.values()] == [158, 90, 89]
    [below] = [remark for remark in rows[4].messages if remark["code"] == "minutes-below"]
    assert below["params"] == {"minutes": 89, "length": 180, "least": 90}
    assert below["level"] == "warning"

    set_session(city, code, min_minutes=150)
    upload_id = upload(city, code, *people).id
    assert [row.result["attendance"] for row in city.rows(upload_id).values()] == [
        "present",
        "absent",
        "absent",
    ]
    city.commit(upload_id)
    assert city.outcomes() == {"Ani Contoh": "present", "Budi Contoh": "absent", "Cici Contoh": "absent"}
    city.undo(upload_id)
    assert set(city.outcomes().values()) == {None}


def test_a_list_is_not_saved_by_other_minutes_than_were_looked_at(city: City, code: str) -> None:
    upload_id = upload(city, code, "Ani Contoh;100", "Budi Contoh;95").id
    set_session(city, code, min_minutes=100)
    with pytest.raises(Conflict) as refused:
        city.commit(upload_id)
    assert refused.value.code == "minutes-changed"

    with writing(city.engine) as db:
        change_mapping(db, db, city.vault, city.actor("sari"), upload_id, {})
    city.commit(upload_id)

    set_session(city, code, min_minutes=30)
    assert city.outcomes() == {"Ani Contoh": "present", "Budi Contoh": "absent", "Cici Contoh": None}


@pytest.mark.parametrize(("mode", "outcome"), [("hybrid", "present"), ("daring", "absent")])
def test_who_came_to_the_hall_stays_present_with_few_minutes_online(
    city: City, code: str, mode: str, outcome: str
) -> None:
    set_session(city, code, mode=mode)
    dewi = city.register(code, "Dewi Contoh", outcome=AttendanceStatus.PRESENT)
    upload_id = upload(city, code, "Dewi Contoh;5").id
    if mode == "daring":
        assert city.rows(upload_id)[2].kind is RowKind.REVIEW
        city.correct(upload_id, 2, decision={"keep": "sheet"})
    city.commit(upload_id)
    assert city.outcomes()[dewi.name] == outcome


@pytest.mark.parametrize(
    ("first", "second", "kind", "outcome"),
    [
        (120, 10, RowKind.DUPLICATE, "present"),
        (10, 120, RowKind.DUPLICATE, "present"),
        (10, 20, RowKind.DUPLICATE, "absent"),
        (60, 50, RowKind.REVIEW, None),
    ],
)
def test_two_devices_of_one_person_are_one_row(
    city: City, code: str, first: int, second: int, kind: RowKind, outcome: str | None
) -> None:
    upload_id = upload(city, code, f"Ani Contoh;{first}", f"HP Ani;{second}").id
    city.correct(upload_id, 3, decision={"person": {"row": 2}})
    assert city.rows(upload_id)[3].kind is kind
    if outcome is None:
        city.correct(upload_id, 3, cells={"attendance": "hadir"})
    city.commit(upload_id)
    assert city.outcomes()["Ani Contoh"] == (outcome or "present")


def test_a_report_is_matched_with_those_registered_and_only_the_rest_is_asked(city: City) -> None:
    upload_id = city.upload(register_for_meeting(city), zoom_report(), name="participants.csv").id
    rows = city.rows(upload_id)
    by_name = {str(row.cells["name"]): row for row in rows.values()}
    people = {person.id: person.name for person in city.all(Participant)}
    matched = {people[row.participant_id or 0]: row for row in rows.values() if row.kind is RowKind.UPDATE}

    assert list(matched) == list(NAMES[:45])
    assert {name for name, row in matched.items() if row.result["attendance"] == "absent"} == set(LEFT_EARLY)
    assert {name for name, row in matched.items() if "person-by-name" in codes(row)} == set(NAMES[40:45])
    asked = {name: row for name, row in by_name.items() if row.kind in {RowKind.REVIEW, RowKind.ERROR}}
    offered = {
        name: [candidate["label"] for remark in row.messages for candidate in remark["candidates"]]
        for name, row in asked.items()
    }
    assert offered == {
        f"iPhone {OF_A_DEVICE.split()[0]}": [OF_A_DEVICE],
        "Gunawan Bakunk": ["Gunawan Bakung"],
        "Sutrisno Wijaya": ["Hesti Bakung"],
        **{name: ["umkm", "umum"] for name in WALK_INS},
    }
    assert {name: codes(row)[-1] for name, row in by_name.items() if row.kind is RowKind.SKIP} == {
        "Diskominfo Contoh": "meeting-host",
        "Otter.ai Notetaker": "meeting-bot",
        "Galaxy A12": "meeting-passer-by",
    }
    assert by_name["UMKM - Tuti Salak_Manggar"].kind is RowKind.CREATE


def test_the_group_in_an_account_does_not_change_the_one_of_the_registration(city: City, code: str) -> None:
    city.register(code, "Dewi Contoh", group="umum")
    upload_id = city.upload(code, zoom(("UMKM - Dewi Contoh", "", 0, 120)), name="participants.csv").id
    [row] = [row for row in city.rows(upload_id).values() if row.cells["name"] == "UMKM - Dewi Contoh"]
    assert row.kind is RowKind.UPDATE
    assert not row.result["facts"]


def codes(row: AttendanceImportRow) -> list[str]:
    return [remark["code"] for remark in row.messages]


def test_an_account_that_joins_again_is_asked_about_once(city: City, code: str) -> None:
    report = zoom(
        ("Purwanti Delima", "", 0, 50),
        ("Purwanti Delima", "", 60, 120),
        ("iPhone", "rumah@contoh.id", 0, 30),
        ("Ridwan Nangka", "rumah@contoh.id", 31, 170),
        ("Endang Kecapi", "rumah@contoh.id", 171, 175),
    )
    upload_id = city.upload(code, report).id
    kinds = [row.kind for row in city.rows(upload_id).values()]
    assert kinds == [RowKind.ERROR, RowKind.DUPLICATE, RowKind.ERROR, RowKind.DUPLICATE, RowKind.ERROR]
    assert city.rows(upload_id)[4].result["values"]["name"] == "Ridwan Nangka"
    assert "person-unclear" in codes(city.rows(upload_id)[6])

    city.correct(upload_id, 2, decision={"skip": True})
    assert [city.rows(upload_id)[number].kind for number in (2, 3)] == [RowKind.SKIP] * 2
    city.correct(upload_id, 2, decision={"person": "new", "kelurahan": MANGGAR, "skip": False})
    assert city.rows(upload_id)[3].of_number == 2


def zoom(*stays: tuple[str, str, int, int]) -> bytes:
    """Return a report of name, e-mail, and the minutes after nine o'clock when somebody joined and left."""
    lines = [
        ",".join(
            (
                name,
                email,
                *((MORNING + timedelta(minutes=at)).strftime("%m/%d/%Y %I:%M:%S %p") for at in times),
            )
        )
        for name, email, *times in stays
    ]
    return "\n".join(["Name (Original Name),User Email,Join Time,Leave Time", *lines]).encode()
