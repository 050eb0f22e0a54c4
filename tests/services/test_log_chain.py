"""The chain of the activity log: what was changed, deleted or added in the database is found and named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import DateTime, Engine, bindparam, text

from app.database import Db, reading, writing
from app.errors import Problem
from app.jobs.tasks import TaskRunner
from app.models import Activity, ActivityHead, ActivitySeal
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.queries.log_verification import BrokenLine, ChainEnd, Verification, verify_log
from app.services.activities import erase_logged_values, log_activity
from app.services.log_sealing import seal_lines
from app.settings import Settings
from tests.city import City

TRIGGERS = {
    "sqlite": ("activity_no_update", "activity_no_delete", "activity_values_no_update"),
    "postgresql": ("activity_append_only", "activity_values_no_update"),
}


@pytest.fixture
def chain(city: City, settings: Settings) -> "Chain":
    """Ten lines about workshops W-0 to W-9 after what the city's log has anyway, all sealed."""
    chain = Chain(city, settings)
    chain.log(*(f"W-{number}" for number in range(10)))
    chain.seal()
    return chain


class Chain:
    """The log of a city, and what can be done to it: by the service, and by the owner of the database."""

    def __init__(self, city: City, settings: Settings) -> None:
        self.city, self.engine = city, city.engine
        self.settings = settings
        self.worker = TaskRunner(settings, city.engine, city.vault)

    def log(self, *codes: str, title: str = "Kelas Promosi") -> None:
        with writing(self.engine) as db:
            for code in codes:
                log_activity(db, self.city.actor("sari"), "create", "workshop", code, after={"title": title})

    def seal(self) -> None:
        self.worker.seal_log()

    def verify(self, kept: ChainEnd | None = None) -> Verification:
        with reading(self.engine) as db:
            return verify_log(db, self.city.vault, kept=kept)

    def end(self) -> ChainEnd:
        end = self.verify().end
        assert end is not None
        return end

    def line(self, code: str) -> Activity:
        return next(line for line in self.city.all(Activity) if line.subject_id == code)

    def position(self, code: str) -> int:
        id_ = self.line(code).id
        return next(seal.position for seal in self.city.all(ActivitySeal) if seal.activity_id == id_)

    def as_owner_of_the_database(self, *statements: str, **parameters: object) -> None:
        """Run SQL without the triggers and foreign keys that would refuse it."""
        kind = self.engine.dialect.name
        with writing(self.engine) as db:
            for trigger in TRIGGERS[kind]:
                on = " ON activity" if kind == "postgresql" else ""
                db.connection().execute(text(f"DROP TRIGGER IF EXISTS {trigger}{on}"))
            if kind == "postgresql":
                db.connection().execute(
                    text("ALTER TABLE activity_seal DROP CONSTRAINT IF EXISTS fk_activity_seal_activity_id")
                )
        with self.engine.connect() as connection:
            if kind == "sqlite":
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
                connection.exec_driver_sql("BEGIN")
            for statement in statements:
                named = [
                    bindparam(name, value, DateTime if isinstance(value, datetime) else None)
                    for name, value in parameters.items()
                    if f":{name}" in statement
                ]
                connection.execute(text(statement).bindparams(*named))
            connection.commit()
            if kind == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def test_a_log_that_nobody_touched_is_whole(chain: Chain) -> None:
    chain.log("W-10", "W-11")

    result = chain.verify()

    assert (result.broken, result.erased, result.unsealed) == (None, 0, 2)
    assert result.verified == len(chain.city.all(Activity)) - 2
    chain.seal()
    assert (chain.verify().verified, chain.verify().unsealed) == (result.verified + 2, 0)


def test_lines_that_were_rolled_back_leave_no_gap(chain: Chain) -> None:
    with reading(chain.engine) as db:
        log_activity(db, OPERATOR, "create", "workshop", "NEVER")
        db.flush()  # and is never committed
    chain.log("W-10")
    chain.seal()

    assert (chain.verify().broken, chain.verify().unsealed) == (None, 0)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_line_that_is_committed_after_later_ones_is_sealed_after_them(chain: Chain) -> None:
    with writing(chain.engine) as slow:
        log_activity(slow, OPERATOR, "create", "workshop", "SLOW")
        slow.flush()
        chain.log("FAST")
        chain.seal()
    chain.seal()

    assert chain.line("SLOW").id < chain.line("FAST").id
    assert chain.position("SLOW") == chain.position("FAST") + 1
    assert (chain.verify().broken, chain.verify().unsealed) == (None, 0)


def test_a_line_that_was_changed(chain: Chain) -> None:
    for change in ("actor = 'Budi Petugas'", "action = 'change'", "reason = 'x'", "address = '10.0.0.0/24'"):
        before = chain.line("W-4")
        chain.as_owner_of_the_database(f"UPDATE activity SET {change} WHERE subject_id = 'W-4'")  # noqa: S608

        assert chain.verify().broken == BrokenLine(chain.position("W-4"), before.id, "changed")
        chain.as_owner_of_the_database(
            "UPDATE activity SET actor = :actor, action = :action, reason = '', address = '' WHERE id = :id",
            actor=before.actor,
            action=before.action,
            id=before.id,
        )
        assert chain.verify().broken is None


def test_values_that_were_changed_or_added(chain: Chain) -> None:
    chain.as_owner_of_the_database(
        """UPDATE activity SET "after" = '{"title":"Kelas Lain"}' WHERE subject_id = 'W-4'"""
    )
    assert chain.verify().broken == BrokenLine(chain.position("W-4"), chain.line("W-4").id, "values-changed")

    with writing(chain.engine) as db:
        erase_logged_values(db, subjects=[("workshop", "W-4")])
    chain.as_owner_of_the_database(
        """UPDATE activity SET "after" = '{"title":"Kelas Lain"}' WHERE subject_id = 'W-4'"""
    )
    assert chain.verify().broken == BrokenLine(chain.position("W-4"), chain.line("W-4").id, "values-changed")


def test_a_line_that_was_deleted(chain: Chain) -> None:
    deleted, position = chain.line("W-4"), chain.position("W-4")
    chain.as_owner_of_the_database("DELETE FROM activity WHERE subject_id = 'W-4'")
    assert chain.verify().broken == BrokenLine(position, deleted.id, "deleted")

    chain.as_owner_of_the_database("DELETE FROM activity_seal WHERE position = :at", at=position)
    assert chain.verify().broken == BrokenLine(position, None, "deleted")

    # The links after it are moved to close the gap.
    chain.as_owner_of_the_database(
        "UPDATE activity_seal SET position = -position WHERE position > :at",
        "UPDATE activity_seal SET position = -position - 1 WHERE position < 0",
        at=position,
    )
    assert chain.verify().broken == BrokenLine(position, chain.line("W-5").id, "changed")


def test_lines_at_the_end_that_were_deleted(chain: Chain) -> None:
    end = chain.end()
    last = chain.position("W-6")
    chain.as_owner_of_the_database(
        "DELETE FROM activity WHERE subject_id IN ('W-7', 'W-8', 'W-9')",
        "DELETE FROM activity_seal WHERE position > :last",
        last=last,
    )
    assert chain.verify().broken == BrokenLine(last + 1, None, "end-changed")

    # The head is set to what the remaining chain ends with; its seal needs the key.
    chain.as_owner_of_the_database(
        "UPDATE activity_head SET position = s.position, hash = s.hash "
        "FROM activity_seal s WHERE s.position = :last",
        last=last,
    )
    assert chain.verify().broken == BrokenLine(last + 1, None, "end-changed")
    chain.log("W-10")
    with pytest.raises(Problem, match="chain was changed"), writing(chain.engine) as db:
        seal_lines(db, chain.city.vault)
    assert chain.verify(kept=end).broken == BrokenLine(last + 1, None, "end-changed")


def test_a_line_that_was_added_with_an_earlier_time(chain: Chain) -> None:
    earlier = now() - timedelta(days=3)
    chain.as_owner_of_the_database(
        "INSERT INTO activity (at, actor, action, subject, subject_id) "
        "VALUES (:at, 'Sari Panitia', 'delete', 'venue', '7')",
        at=earlier.replace(tzinfo=None) if chain.engine.dialect.name == "sqlite" else earlier,
    )
    TaskRunner(chain.settings, chain.engine, chain.city.vault).seal_log()

    broken = chain.verify().broken
    assert broken is not None
    assert (broken.activity_id, broken.fault) == (chain.city.all(Activity)[-1].id, "added-later")


def test_an_added_line_is_named_though_the_worker_looks_for_new_lines_only(chain: Chain) -> None:
    chain.seal()
    earlier = now() - timedelta(days=3)
    chain.as_owner_of_the_database(
        "INSERT INTO activity (at, actor, action, subject, subject_id) "
        "VALUES (:at, 'Sari Panitia', 'delete', 'venue', '7')",
        at=earlier.replace(tzinfo=None) if chain.engine.dialect.name == "sqlite" else earlier,
    )
    chain.seal()

    broken = chain.verify().broken
    assert broken is not None
    assert (broken.activity_id, broken.fault) == (chain.city.all(Activity)[-1].id, "added-later")


def test_lines_that_waited_for_the_worker_are_whole(city: City, settings: Settings) -> None:
    """It was off for two hours, in which more was logged than it seals in one transaction."""
    chain = Chain(city, settings)
    chain.log(*(f"W-{number}" for number in range(1_005)))
    earlier = now() - timedelta(hours=2)
    chain.as_owner_of_the_database(
        "UPDATE activity SET at = :at",
        at=earlier.replace(tzinfo=None) if chain.engine.dialect.name == "sqlite" else earlier,
    )
    chain.seal()

    assert (chain.verify().broken, chain.verify().unsealed) == (None, 0)


def test_a_log_that_was_made_anew_is_not_the_one_whose_end_was_kept(chain: Chain) -> None:
    kept = chain.end()
    chain.log("W-10")
    chain.seal()
    assert chain.verify(kept=kept).broken is None

    # With the secret, or by deleting the whole chain, all of it can be made anew.
    chain.as_owner_of_the_database(
        "UPDATE activity SET actor = 'Budi Petugas' WHERE subject_id = 'W-4'",
        "DELETE FROM activity_seal",
        "DELETE FROM activity_head",
    )
    TaskRunner(chain.settings, chain.engine, chain.city.vault).seal_log()

    assert chain.verify().broken is None
    broken = chain.verify(kept=kept).broken
    assert broken is not None
    assert (broken.position, broken.fault) == (kept.position, "not-as-kept")
    assert chain.verify(kept=replace(kept, position=1_000)).broken is not None


def test_only_the_head_was_deleted(chain: Chain) -> None:
    chain.as_owner_of_the_database("DELETE FROM activity_head")
    assert chain.verify().broken == BrokenLine(1, None, "end-changed")
    with pytest.raises(Problem, match="chain was deleted"), writing(chain.engine) as db:
        seal_lines(db, chain.city.vault)


def test_another_secret_verifies_nothing(chain: Chain) -> None:
    with pytest.raises(InvalidTag), reading(chain.engine) as db:
        verify_log(db, NikVault(b"another secret of the same length"))


def test_values_go_and_the_lines_stay_whole(chain: Chain) -> None:
    with writing(chain.engine) as db:
        log_activity(
            db,
            chain.city.actor("sari"),
            "correct",
            "attendance-import",
            "7/15",
            before={"cells": {"name": "Siti  Aminah"}},
            after={"cells": {"name": "SITI\nAMINAH", "kelurahan": "Manggar"}},
        )
        log_activity(db, OPERATOR, "change", "participant", 12, before={"rt": "7"}, after={"rt": "8"})
        log_activity(db, OPERATOR, "change", "workshop", "KEPT", after={"title": "Rositi Aminahsari"})
    chain.seal()
    whole = chain.verify()

    with writing(chain.engine) as db:
        erased = erase_logged_values(db, subjects=[("participant", "12")], texts=["Siti Aminah", " "])

    assert erased == 2
    of_row, of_person, kept = chain.city.all(Activity)[-3:]
    for line in (of_row, of_person):
        assert (line.before, line.after, line.salt) == (None, None, None)
        assert line.values_digest != ""
    assert (of_row.actor, of_row.action, of_row.subject_id) == ("Sari Panitia", "correct", "7/15")
    assert kept.after == {"title": "Rositi Aminahsari"}
    assert chain.verify() == replace(whole, erased=2)


def test_names_with_letters_beyond_ascii_go_too(chain: Chain) -> None:
    for name in ("Zoë Ünal", 'Ñ\'ai "Ai" Ørsted'):
        chain.log("W-20", title=f"Kelas {name.upper()}, Manggar")
        with writing(chain.engine) as db:
            assert erase_logged_values(db, texts=[name]) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda db: erase_logged_values(db),
        lambda db: erase_logged_values(
            db, subjects=[("workshop", "W-99")], texts=["Nobody Of This Name", ""]
        ),
    ],
)
def test_nothing_else_goes(chain: Chain, change: Callable[[Db], int]) -> None:
    before = chain.city.all(Activity)
    with writing(chain.engine) as db:
        assert change(db) == 0
    assert chain.city.all(Activity) == before


def test_a_digest_without_its_salt_does_not_tell_the_values(chain: Chain, engine: Engine) -> None:
    """The same values have another digest in each line, so names cannot be tried."""
    digests = [line.values_digest for line in chain.city.all(Activity) if line.subject_id.startswith("W-")]
    assert len(set(digests)) == 10
    assert chain.city.all(ActivityHead)[0].key_encrypted != ""
