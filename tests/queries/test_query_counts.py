"""The number of queries doesn't depend on the length of a list."""

from collections.abc import Callable
from functools import partial

import pytest

from app.database import Db, reading
from app.i18n import translator
from app.models import AttendanceImport
from app.queries.imports.document import get_import_document
from app.queries.imports.review import get_review_page
from app.queries.people.participant_filters import ParticipantFilters
from app.queries.people.participants import list_participants
from app.queries.workshops.workshops import list_workshops
from tests.city import City, crowd
from tests.queries.counting import queries_of

SHORT, LONG = 2, 40


def upload(city: City, size: int) -> AttendanceImport:
    return city.upload(city.session(f"S-{size}"), crowd(size))


def test_an_upload(city: City) -> None:
    for size in (SHORT, LONG):
        city.session(f"U-{size}")
    city.upload(f"U-{SHORT}", crowd(SHORT))  # from here on the process knows the places and groups

    short = queries_of(city.engine, lambda: city.upload(f"U-{SHORT}", crowd(SHORT)))
    long = queries_of(city.engine, lambda: city.upload(f"U-{LONG}", crowd(LONG)))

    assert short == long


# SQLite, in the same process, is told new rows one by one, so that each one's number comes back in order.
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_commit_and_an_undo(city: City) -> None:
    counts: dict[int, tuple[int, int]] = {}
    for size in (SHORT, LONG):
        made = upload(city, size)
        committed = queries_of(city.engine, partial(city.commit, made.id))
        counts[size] = committed, queries_of(city.engine, partial(city.undo, made.id))

    assert counts[SHORT] == counts[LONG]


def lists(city: City, import_id: int) -> dict[str, Callable[[Db], object]]:
    sari = city.actor("sari")
    return {
        "document": lambda look: get_import_document(look, city.vault, sari, import_id, translator("en")),
        "review": lambda look: get_review_page(look, city.vault, sari, "id", import_id),
        "participants": lambda look: list_participants(look, sari, ParticipantFilters()),
        "workshops": lambda look: list_workshops(look, sari),
    }


def test_what_is_shown(city: City) -> None:
    def taken(import_id: int) -> dict[str, int]:
        with reading(city.engine) as look:
            return {
                name: queries_of(city.engine, partial(show, look))
                for name, show in lists(city, import_id).items()
            }

    short = upload(city, SHORT)
    city.commit(short.id)
    before = taken(short.id)
    long = upload(city, LONG)
    city.commit(long.id)

    assert taken(long.id) == before
