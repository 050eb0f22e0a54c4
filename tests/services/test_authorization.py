"""Who may change an import: other organizations find none, viewers are refused, and neither changes anything."""

from collections.abc import Callable
from functools import partial

import pytest

from app.database import Db, reading, writing
from app.errors import Forbidden, NotFound
from app.models import AttendanceImport
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.authorization import require_permission
from app.services.imports.column_mappings import forget_columns
from app.services.imports.commit import commit_import, commit_or_queue, queue_commit
from app.services.imports.mapping import change_mapping
from app.services.imports.review import correct_row, correct_rows_with_same_question, judge_import_again
from app.services.imports.undo import undo_import
from app.services.imports.upload import discard_import, upload_sheet
from app.services.registrations.lists import upload_list
from tests.city import City, dump, sheet

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
        partial(upload_list, db, db, vault, actor, "A-1", "daftar.csv", LIST),
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


def test_a_permission_covers_the_things_of_the_own_organization(city: City) -> None:
    with reading(city.engine) as db:
        workshop_session = get_workshop_session(db, city.actor("sari"), "A-1")
        for name in ("made", "sari", "budi"):
            require_permission(db, city.actor(name), Permission.IMPORT_COMMIT, workshop_session)
        for name in ("tono", "rina"):
            with pytest.raises(Forbidden):
                require_permission(db, city.actor(name), Permission.IMPORT_COMMIT, workshop_session)
