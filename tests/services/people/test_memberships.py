"""Memberships: their dates, and the target group that a registration gets from them if nothing else names one."""

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
from tests.services.people.duplicates import get_person_id, merge_by_names, unmerge
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
    return get_person_id(ani_came_before, "Ani Aster")


def add(
    city: City,
    person: int,
    first: date = TERM[0],
    last: date | None = TERM[1],
    group: str = "rt",
    by: str = "sari",
) -> GroupMembership:
    data = MembershipInput(group, first, last, "Ketua RT 12")
    with writing(city.engine) as db:
        return add_membership(db, city.actor(by), person, data)


def groups(city: City) -> list[str]:
    """Return the target groups of all registrations in order."""
    return [one.target_group_code for one in city.all(Registration)]


def memberships_without_ids(city: City) -> list[str]:
    """Return all memberships without their ids."""
    return sorted(str(one.model_dump(exclude={"id"})) for one in city.all(GroupMembership))


def test_without_a_group_in_the_sheet_the_membership_on_the_sessions_day_counts(city: City, ani: int) -> None:
    add(city, ani)
    for code, days in (("MASA-1", 0), ("NANTI-1", 600)):
        city.session(code, MORNING + timedelta(days=days), groups=("umkm", "rt"))
    city.import_sheet("MASA-1", sheet(HEADER, ANI))
    waiting = city.upload("NANTI-1", sheet(HEADER, ANI))

    assert groups(city) == ["umkm", "rt"]
    assert waiting.counts["review"] == 1  # the term is over then


def test_the_sheets_group_wins_over_the_membership_and_that_over_the_workshops_only_group(
    city: City, ani: int
) -> None:
    add(city, ani)
    city.import_sheet(
        city.session("SENDIRI-1", groups=("umkm", "rt", "tokoh")),
        sheet(f"{HEADER};Unsur", f"{ANI};Tokoh masyarakat"),
    )
    city.import_sheet(city.session("SATU-1", groups=("umkm",)), sheet(HEADER, ANI))

    assert groups(city) == ["umkm", "tokoh", "rt"]


def test_with_two_memberships_the_group_is_asked_for(city: City, ani: int) -> None:
    add(city, ani)
    add(city, ani, group="tokoh")
    city.session("MASA-1", groups=("umkm", "rt"))

    assert city.upload("MASA-1", sheet(HEADER, ANI)).counts["review"] == 1


def test_ending_a_membership_keeps_the_groups_of_past_registrations(city: City, ani: int) -> None:
    membership = add(city, ani)
    city.import_sheet(city.session("MASA-1", groups=("umkm", "rt")), sheet(HEADER, ANI))

    with writing(city.engine) as db:
        end_membership(db, city.actor("sari"), ani, membership.id, date(2024, 6, 30))

    assert groups(city) == ["umkm", "rt"]
    city.session("MASA-2", groups=("umkm", "rt"))
    assert city.upload("MASA-2", sheet(HEADER, ANI)).counts["review"] == 1


def test_an_import_in_review_is_judged_again_with_a_new_membership(city: City, ani: int) -> None:
    city.session("MASA-1", groups=("umkm", "rt"))
    waiting = city.upload("MASA-1", sheet(HEADER, ANI))
    assert waiting.counts["review"] == 1

    add(city, ani)
    city.commit(waiting.id)

    assert groups(city) == ["umkm", "rt"]


def test_organizers_forms_use_memberships_but_the_public_form_does_not(city: City, ani: int) -> None:
    """The public form would tell strangers the group that Ani belongs to."""
    add(city, ani, date(2024, 1, 1), None)
    create_upcoming_session(city, groups=("umkm", "rt"))
    (session_id,) = [one.id for one in city.all(WorkshopSession) if one.code == "JUALAN-1"]
    data = PersonInput(name="Ani Aster", kelurahan="Manggar", phone="081200000001")

    with pytest.raises(InvalidPeople), writing(city.engine) as db:
        register_person(
            db, city.vault, CITIZEN, session_id, data, RegistrationRequest(Channel.SELF, consent=True)
        )
    with writing(city.engine) as db:
        registered = register_person(
            db, city.vault, city.actor("sari"), session_id, data, RegistrationRequest(Channel.ORGANIZER)
        )
        registration = db.get_one(Registration, registered.id)

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
def test_overlapping_memberships_of_a_group_are_refused(
    city: City, ani: int, first: date, last: date | None, field: str
) -> None:
    add(city, ani)

    with pytest.raises(Invalid) as refused:
        add(city, ani, first, last)
    assert list(refused.value.fields) == [field]

    add(city, ani, date(2027, 1, 1), None)
    add(city, ani, group="tokoh")
    assert len(city.all(GroupMembership)) == 3


def test_another_organization_can_not_change_memberships(city: City, ani: int) -> None:
    membership = add(city, ani)

    with pytest.raises(NotFound):
        add(city, ani, group="tokoh", by="tono")
    with pytest.raises(NotFound), writing(city.engine) as db:
        end_membership(db, city.actor("tono"), ani, membership.id, TERM[1])
    with pytest.raises(NotFound), writing(city.engine) as db:
        remove_membership(db, city.actor("tono"), ani, membership.id)
    assert city.all(GroupMembership) == [membership]


def test_undoing_an_import_keeps_people_with_memberships(city: City, ani: int) -> None:
    add(city, ani)

    city.undo(1)

    assert [one.name for one in city.all(Participant)] == ["Ani Aster"]


def test_a_merge_joins_memberships_and_its_undo_restores_them(city: City, ani: int) -> None:
    city.import_sheet(city.session("LAIN-1"), sheet(HEADER, "Ani Asterr;Manggar;081200000002;hadir"))
    later = get_person_id(city, "Ani Asterr")
    add(city, ani)
    add(city, ani, group="tokoh")
    add(city, later, date(2026, 1, 1), date(2028, 12, 31))
    add(city, later, date(2030, 1, 1), None)
    before = memberships_without_ids(city)

    people_merge = merge_by_names(city, "Ani Aster", "Ani Asterr")

    joined = [(one.target_group_code, one.valid_from.year, one.valid_to) for one in city.all(GroupMembership)]
    assert sorted(joined, key=str) == [
        ("rt", 2024, date(2028, 12, 31)),
        ("rt", 2030, None),
        ("tokoh", 2024, date(2026, 12, 31)),
    ]
    assert {one.participant_id for one in city.all(GroupMembership)} == {later}

    unmerge(city, people_merge)

    assert memberships_without_ids(city) == before


def test_a_membership_ended_since_the_merge_stays_ended(city: City, ani: int) -> None:
    city.import_sheet(city.session("LAIN-1"), sheet(HEADER, "Ani Asterr;Manggar;081200000002;hadir"))
    later = get_person_id(city, "Ani Asterr")
    mine = add(city, ani)
    people_merge = merge_by_names(city, "Ani Aster", "Ani Asterr")
    with writing(city.engine) as db:
        end_membership(db, city.actor("sari"), later, mine.id, date(2025, 6, 30))

    unmerge(city, people_merge)

    kept = city.all(GroupMembership)
    assert [(one.participant_id, one.valid_to) for one in kept] == [(later, date(2025, 6, 30))]
