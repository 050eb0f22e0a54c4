"""Who may change what: the services refuse others, and nothing changes."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from sqlmodel import select

from app.database import Db, reading, writing
from app.errors import Forbidden, NotFound
from app.models import AttendanceImport, AttendanceStatus, Channel, Registration, RegistrationStatus
from app.people.person import PersonInput
from app.permissions import CITIZEN, Actor, Permission
from app.queries.workshops.workshop_sessions import get_workshop_session, get_workshop_session_view
from app.services.accounts.users import deactivate_user
from app.services.areas.aliases import add_alias
from app.services.areas.areas import set_last_day
from app.services.authorization import require_permission
from app.services.coverage.denominators import DenominatorInput, add_denominator, remove_denominator
from app.services.coverage.targets import set_targets
from app.services.imports.column_mappings import forget_columns
from app.services.imports.commit import commit_import, commit_or_queue, queue_commit
from app.services.imports.mapping import change_mapping
from app.services.imports.review import correct_row, correct_rows_with_same_question, judge_import_again
from app.services.imports.undo import undo_import
from app.services.imports.upload import discard_import, upload_sheet
from app.services.people.duplicates import mark_as_different
from app.services.people.merge import merge_people
from app.services.people.merge_undo import undo_merge
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.registrations.delegation_links import (
    create_delegation_link,
    create_missing_delegation_links,
    revoke_delegation_link,
)
from app.services.registrations.lists import upload_registration_list
from app.services.registrations.registrations import (
    cancel_registration,
    give_seat_beyond_caps,
    register_delegation,
    register_person,
)
from app.services.registrations.requests import RegistrationRequest
from app.services.registrations.walk_ins import WalkInInput, register_walk_in
from app.services.workshops.venues import VenueInput, create_venue, delete_venue
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    cancel_session,
    change_workshop_session,
    copy_session,
    create_workshop_session,
    patch_workshop_session,
    workshop_session_input,
)
from app.services.workshops.workshops import (
    WorkshopInput,
    change_workshop,
    create_workshop,
    patch_workshop,
    set_archived,
)
from tests.city import MANGGAR, City, dump, sheet
from tests.database import postgresql_in_soak
from tests.upcoming_sessions import JUALAN, create_upcoming_session

pytestmark = postgresql_in_soak

LIST = sheet("Nama;Kelurahan", "Siti Aminah;Manggar")


@pytest.fixture
def city(city: City) -> City:
    city.upload(city.session("A-1"), LIST)
    return city


def changes(city: City, db: Db, actor: Actor, import_id: int) -> list[Callable[[], object]]:
    """Return everything that can be done to an import, and to its session by uploading another."""
    vault = city.vault
    return [
        partial(upload_sheet, db, db, vault, actor, "A-1", "daftar.csv", LIST),
        partial(upload_registration_list, db, db, vault, actor, "A-1", "daftar.csv", LIST),
        partial(change_mapping, db, db, vault, actor, import_id, {"header_row": 1}),
        partial(correct_row, db, vault, actor, import_id, 2, cells={"name": "Nur Aini"}),
        partial(
            correct_rows_with_same_question, db, vault, actor, import_id, 2, cells={"kelurahan": "Lamaru"}
        ),
        partial(judge_import_again, db, vault, actor, import_id),
        partial(forget_columns, db, actor, import_id),
        partial(commit_import, db, vault, actor, import_id),
        partial(commit_or_queue, db, vault, actor, import_id),
        partial(queue_commit, db, actor, import_id),
        partial(undo_import, db, actor, import_id),
        partial(discard_import, db, actor, import_id),
    ]


@pytest.mark.parametrize(("name", "refusal"), [("tono", NotFound), ("rina", Forbidden)])
def test_who_may_not_change_an_import_changes_nothing(
    city: City, name: str, refusal: type[NotFound] | type[Forbidden]
) -> None:
    before = dump(city.engine)

    with writing(city.engine) as db:
        for change in changes(city, db, city.actor(name), city.all(AttendanceImport)[0].id):
            with pytest.raises(refusal):
                change()

    assert dump(city.engine) == before


@pytest.mark.parametrize("name", ["tono", "rina", None], ids=["other-organization", "viewer", "citizen"])
def test_registrations_change_only_with_the_permission(city: City, name: str | None) -> None:
    """The services themselves refuse, also with a row that no query has looked for within the actor's scope."""
    code = create_upcoming_session(city)
    city.register(code, "Nur Aini", status=RegistrationStatus.WAITLISTED)
    before = dump(city.engine)
    actor = city.actor(name) if name else CITIZEN
    ani = PersonInput("Ani Aster", "Manggar", "umkm")

    with writing(city.engine) as db:
        registration = db.exec(select(Registration)).one()
        session_id, vault = registration.workshop_session_id, city.vault
        by_organizer = RegistrationRequest(Channel.ORGANIZER)
        overruled = RegistrationRequest(Channel.SELF, consent=True, overrule=True)
        services: list[Callable[[], object]] = [
            partial(register_person, db, vault, actor, session_id, ani, by_organizer),
            partial(register_person, db, vault, actor, session_id, ani, overruled),
            partial(register_delegation, db, vault, actor, session_id, [ani], by_organizer),
            partial(register_walk_in, db, vault, actor, session_id, WalkInInput(ani, confirmed=True)),
            partial(give_seat_beyond_caps, db, actor, registration),
            partial(mark_attendance, db, actor, registration, MarkInput(AttendanceStatus.PRESENT)),
            *([] if actor is CITIZEN else [partial(cancel_registration, db, actor, registration)]),
        ]
        for service in services:
            with pytest.raises(Forbidden):
                service()
        links: list[Callable[[], object]] = [
            partial(create_delegation_link, db, actor, code, MANGGAR),
            partial(create_missing_delegation_links, db, actor, code),
            partial(revoke_delegation_link, db, actor, code, 1),
        ]
        for service in links:
            with pytest.raises((Forbidden, NotFound)):
                service()

    assert dump(city.engine) == before


def changes_to_workshops(db: Db, actor: Actor, session: WorkshopSessionInput) -> list[Callable[[], object]]:
    """Return changes to a workshop of an organization, its session and the city's venues."""
    return [
        partial(create_workshop, db, actor, "BARU", WorkshopInput("Kelas Baru", ("umkm",))),
        partial(change_workshop, db, actor, JUALAN, WorkshopInput("Nama Lain", ("umkm",))),
        partial(patch_workshop, db, actor, JUALAN, {"title": "Nama Lain"}),
        partial(set_archived, db, actor, JUALAN, archived=True),
        partial(create_workshop_session, db, actor, JUALAN, "JUALAN-2", session),
        partial(copy_session, db, actor, "JUALAN-1", "JUALAN-3", session.starts),
        partial(change_workshop_session, db, actor, "JUALAN-1", session),
        partial(patch_workshop_session, db, actor, "JUALAN-1", {"capacity": 1}),
        partial(cancel_session, db, actor, "JUALAN-1", "hujan"),
        partial(create_venue, db, actor, VenueInput("Aula Lain", kelurahan=MANGGAR)),
        partial(delete_venue, db, actor, 1),
    ]


def changes_to_figures_and_accounts(db: Db, actor: Actor) -> list[Callable[[], object]]:
    """Return changes to targets, denominators, possible duplicates, areas, target groups and users."""
    denominator = DenominatorInput(MANGGAR, "rt", 64, date(2026, 1, 1), "Contoh")
    return [
        partial(set_targets, db, actor, 2026, {(MANGGAR, "umkm"): "5"}),
        partial(add_denominator, db, actor, denominator),
        partial(remove_denominator, db, actor, 1),
        partial(merge_people, db, actor, 1),
        partial(undo_merge, db, actor, 1),
        partial(mark_as_different, db, actor, 1),
        partial(add_alias, db, actor, MANGGAR, "manggar lama"),
        partial(set_last_day, db, actor, MANGGAR, date(2026, 1, 1)),
        partial(deactivate_user, db, actor, 1),
    ]


@pytest.mark.parametrize("name", ["tono", "rina", None], ids=["other-organization", "viewer", "citizen"])
def test_workshops_and_sessions_change_only_with_the_permission(city: City, name: str | None) -> None:
    """Tono organizes for another organization: he has workshops and venues, but not these."""
    create_upcoming_session(city)
    actor = city.actor(name) if name else CITIZEN
    before = dump(city.engine)

    with writing(city.engine) as db:
        session = workshop_session_input(get_workshop_session_view(db, city.actor("made"), "JUALAN-1"))
        services = changes_to_workshops(db, actor, session)
        for service in services[1:-2] if name == "tono" else services:
            with pytest.raises((Forbidden, NotFound)):
                service()

    assert dump(city.engine) == before


@pytest.mark.parametrize("name", ["budi", None], ids=["staff", "citizen"])
def test_staff_change_neither_figures_nor_accounts(city: City, name: str | None) -> None:
    """These services look for nothing before they refuse, so none of them answers that something is missing."""
    actor = city.actor(name) if name else CITIZEN
    before = dump(city.engine)

    with writing(city.engine) as db:
        for service in changes_to_figures_and_accounts(db, actor):
            with pytest.raises(Forbidden):
                service()

    assert dump(city.engine) == before


def test_a_permission_covers_the_things_of_the_own_organization(city: City) -> None:
    with reading(city.engine) as db:
        workshop_session = get_workshop_session(db, city.actor("sari"), "A-1")
        for name in ("made", "sari", "budi"):
            require_permission(db, city.actor(name), Permission.IMPORT_COMMIT, workshop_session)
        for name in ("tono", "rina"):
            with pytest.raises(Forbidden):
                require_permission(db, city.actor(name), Permission.IMPORT_COMMIT, workshop_session)
