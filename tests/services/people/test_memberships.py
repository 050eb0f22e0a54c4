"""Who belongs to a group for how long, and in which group they come where nobody says so."""

from datetime import date, timedelta

import pytest

from app.database import writing
from app.errors import Invalid, NotFound
from app.models import Channel, GroupMembership, Participant, Registration, WorkshopSession
from app.people.person import PersonInput
from app.permissions import CITIZEN
from app.services.people.memberships import (
    MembershipInput,
    add_membership,
    end_membership,
    remove_membership,
)
from app.services.registrations.person_input import InvalidPeople
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from tests.city import MORNING, City, sheet
from tests.scenarios import scenario
from tests.services.people.duplicates import merged, person_id, unmerged
from tests.upcoming_sessions import create_upcoming_session

HEADER = "Nama;Kelurahan;HP;Kehadiran"
ANI = "Ani Aster;Manggar;081200000001;hadir"
TERM = (date(2024, 1, 1), date(2026, 12, 31))


@scenario
def ani_came_before(city: City) -> None:
    """To a session for small businesses."""
    city.import_sheet(city.session("LAMA-1", MORNING - timedelta(days=400)), sheet(HEADER, ANI))


@pytest.fixture
def ani(ani_came_before: City) -> int:
    return person_id(ani_came_before, "Ani Aster")


def note(
    city: City,
    person: int,
    first: date = TERM[0],
    last: date | None = TERM[1],
    group: str = "rt",
    by: str = "sari",
) -> GroupMembership:
    given = MembershipInput(group, first, last, "Ketua RT 12")
    with writing(city.engine) as db:
        return add_membership(db, city.actor(by), person, given)


def groups(city: City) -> list[str]:
    """In which groups people come, in the order of their registrations."""
    return [one.target_group_code for one in city.all(Registration)]


def without_numbers(city: City) -> list[str]:
    """All memberships, whose own numbers say nothing."""
    return sorted(str(one.model_dump(exclude={"id"})) for one in city.all(GroupMembership))


def test_a_sheet_that_says_no_group_takes_the_one_of_the_sessions_day(city: City, ani: int) -> None:
    note(city, ani)
    for code, days in (("MASA-1", 0), ("NANTI-1", 600)):
        city.session(code, MORNING + timedelta(days=days), groups=("umkm", "rt"))
    city.import_sheet("MASA-1", sheet(HEADER, ANI))
    waiting = city.upload("NANTI-1", sheet(HEADER, ANI))

    assert groups(city) == ["umkm", "rt"]
    assert waiting.counts["review"] == 1  # the term is over then


def test_what_the_sheet_says_itself_goes_before_it_and_the_workshops_only_group_after(
    city: City, ani: int
) -> None:
    note(city, ani)
    city.import_sheet(
        city.session("SENDIRI-1", groups=("umkm", "rt", "tokoh")),
        sheet(f"{HEADER};Unsur", f"{ANI};Tokoh masyarakat"),
    )
    city.import_sheet(city.session("SATU-1", groups=("umkm",)), sheet(HEADER, ANI))

    assert groups(city) == ["umkm", "tokoh", "rt"]


def test_of_two_groups_none_is_guessed(city: City, ani: int) -> None:
    note(city, ani)
    note(city, ani, group="tokoh")
    city.session("MASA-1", groups=("umkm", "rt"))

    assert city.upload("MASA-1", sheet(HEADER, ANI)).counts["review"] == 1


def test_what_was_counted_stays_when_a_term_ends(city: City, ani: int) -> None:
    made = note(city, ani)
    city.import_sheet(city.session("MASA-1", groups=("umkm", "rt")), sheet(HEADER, ANI))

    with writing(city.engine) as db:
        end_membership(db, city.actor("sari"), ani, made.id, date(2024, 6, 30))

    assert groups(city) == ["umkm", "rt"]
    city.session("MASA-2", groups=("umkm", "rt"))
    assert city.upload("MASA-2", sheet(HEADER, ANI)).counts["review"] == 1


def test_an_import_in_review_is_judged_again_before_it_is_saved(city: City, ani: int) -> None:
    city.session("MASA-1", groups=("umkm", "rt"))
    waiting = city.upload("MASA-1", sheet(HEADER, ANI))
    assert waiting.counts["review"] == 1

    note(city, ani)
    city.commit(waiting.id)

    assert groups(city) == ["umkm", "rt"]


def test_a_form_takes_it_too_but_not_the_public_one(city: City, ani: int) -> None:
    """Whoever has no account would learn something of Ani from the group that she comes in."""
    note(city, ani, date(2024, 1, 1), None)
    create_upcoming_session(city, groups=("umkm", "rt"))
    (session_id,) = [one.id for one in city.all(WorkshopSession) if one.code == "JUALAN-1"]
    given = PersonInput(name="Ani Aster", kelurahan="Manggar", phone="081200000001")

    with pytest.raises(InvalidPeople), writing(city.engine) as db:
        register_person(
            db, city.vault, CITIZEN, session_id, given, RegistrationRequest(Channel.SELF, consent=True)
        )
    with writing(city.engine) as db:
        made = register_person(
            db, city.vault, city.actor("sari"), session_id, given, RegistrationRequest(Channel.ORGANIZER)
        )
        registration = db.get_one(Registration, made.id)

    assert (registration.participant_id, registration.target_group_code) == (ani, "rt")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 12, 31), None, "target_group"),
        (date(2020, 1, 1), date(2024, 1, 1), "target_group"),
        (date(2027, 1, 1), date(2026, 12, 31), "valid_to"),
        (None, None, "valid_from"),
    ],
)
def test_nobody_belongs_to_a_group_twice_at_a_time(
    city: City, ani: int, first: date, last: date | None, field: str
) -> None:
    note(city, ani)

    with pytest.raises(Invalid) as refused:
        note(city, ani, first, last)
    assert list(refused.value.fields) == [field]

    note(city, ani, date(2027, 1, 1), None)
    note(city, ani, group="tokoh")
    assert len(city.all(GroupMembership)) == 3


def test_another_organization_has_no_such_person(city: City, ani: int) -> None:
    made = note(city, ani)

    with pytest.raises(NotFound):
        note(city, ani, group="tokoh", by="tono")
    with pytest.raises(NotFound), writing(city.engine) as db:
        end_membership(db, city.actor("tono"), ani, made.id, TERM[1])
    with pytest.raises(NotFound), writing(city.engine) as db:
        remove_membership(db, city.actor("tono"), ani, made.id)
    assert city.all(GroupMembership) == [made]


def test_an_undone_import_leaves_who_belongs_to_a_group(city: City, ani: int) -> None:
    note(city, ani)

    city.undo(1)

    assert [one.name for one in city.all(Participant)] == ["Ani Aster"]


def test_a_merge_joins_memberships_and_undone_they_are_as_before(city: City, ani: int) -> None:
    city.import_sheet(city.session("LAIN-1"), sheet(HEADER, "Ani Asterr;Manggar;081200000002;hadir"))
    later = person_id(city, "Ani Asterr")
    note(city, ani)
    note(city, ani, group="tokoh")
    note(city, later, date(2026, 1, 1), date(2028, 12, 31))
    note(city, later, date(2030, 1, 1), None)
    before = without_numbers(city)

    made = merged(city, "Ani Aster", "Ani Asterr")

    joined = [(one.target_group_code, one.valid_from.year, one.valid_to) for one in city.all(GroupMembership)]
    assert sorted(joined, key=str) == [
        ("rt", 2024, date(2028, 12, 31)),
        ("rt", 2030, None),
        ("tokoh", 2024, date(2026, 12, 31)),
    ]
    assert {one.participant_id for one in city.all(GroupMembership)} == {later}

    unmerged(city, made)

    assert without_numbers(city) == before


def test_a_membership_ended_since_the_merge_stays_ended(city: City, ani: int) -> None:
    city.import_sheet(city.session("LAIN-1"), sheet(HEADER, "Ani Asterr;Manggar;081200000002;hadir"))
    later = person_id(city, "Ani Asterr")
    mine = note(city, ani)
    made = merged(city, "Ani Aster", "Ani Asterr")
    with writing(city.engine) as db:
        end_membership(db, city.actor("sari"), later, mine.id, date(2025, 6, 30))

    unmerged(city, made)

    kept = city.all(GroupMembership)
    assert [(one.participant_id, one.valid_to) for one in kept] == [(later, date(2025, 6, 30))]
