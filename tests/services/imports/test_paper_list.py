"""A list on paper of a session for which people had registered: nobody of them becomes somebody else."""

import pytest

from app.errors import Conflict
from app.models import Participant, RowKind
from app.services.imports.commit import CommitChoices
from tests.city import LAMARU, City, sheet
from tests.spreadsheets.attendance.test_registered_people import ON_PAPER, REGISTERED


def test_of_eleven_registered_people_nobody_becomes_new_in_silence(city: City) -> None:
    code = city.session()
    people = [city.register(code, name) for name in REGISTERED]
    lines = [f"{name};Manggar;umkm;hadir" for name in ON_PAPER[:-1]]
    upload = city.upload(
        code, sheet("Nama;Kelurahan;Unsur;Kehadiran", *lines, f"{ON_PAPER[-1]};Lamaru;umkm;hadir")
    )
    with pytest.raises(Conflict, match="need your attention"):
        city.commit(upload.id)

    for person, row in zip(people, city.rows(upload.id).values(), strict=True):
        assert row.kind is RowKind.REVIEW, row.result["values"]["name"]
        offered = [candidate for remark in row.messages for candidate in remark["candidates"]]
        assert offered[0]["value"] == person.id
        city.correct(upload.id, row.number, decision={"person": offered[0]["value"]})
    city.commit(upload.id)

    assert [person.name for person in city.all(Participant)] == list(REGISTERED)
    assert set(city.outcomes().values()) == {"present"}


def test_an_online_list_of_names_is_read_by_the_registrations(city: City) -> None:
    """It has neither kelurahan nor group, and needs neither."""
    code = city.session(groups=("umkm", "tokoh"))
    city.register(code, "Ani Contoh", group="tokoh")
    city.register(code, "Budi Misal", LAMARU)
    city.register(code, "Cici Umpama", None)
    upload = city.upload(
        code, sheet("Name;Email", "Ani Contoh;", "BUDI MISAL;", "Cici Umpama;", "Tamu Lain;")
    )

    kinds = [row.kind for row in city.rows(upload.id).values()]
    assert kinds == [RowKind.UPDATE, RowKind.UPDATE, RowKind.UPDATE, RowKind.ERROR]
    before = city.people_and_attendance()["registration"]
    city.commit(upload.id, choices=CommitChoices(only_valid=True))

    assert city.people_and_attendance()["registration"] == before
    assert set(city.outcomes().values()) == {"present"}
