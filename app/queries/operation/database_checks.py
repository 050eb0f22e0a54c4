"""Checks of the database itself: its size, migrations, version, clock, keys and connections."""

from datetime import timedelta

import pysqlite3.dbapi2 as sqlite3
from sqlalchemy import ScalarSelect, func, select, text
from sqlmodel import col

from app.database import OLDEST_SQLITE, Db, is_postgresql
from app.i18n import N_
from app.models import Activity
from app.models.base import now
from app.nik_vault import NikVault
from app.queries.encryption import can_decrypt, is_rotating
from app.queries.operation.health_lines import HealthLine, failed, ok, size_text, warning
from app.queries.operation.replica import read_replica_lag, read_revision
from app.queries.operation.schema import SchemaState, read_schema_state
from app.schema import known_revisions

DATABASE = N_("Database")
MIGRATIONS = N_("Tables of the database")
SQLITE = N_("Version of SQLite")
REPLICA = N_("Replica for reports")
CLOCK = N_("Clock of the server")
KEYS = N_("Keys")
CONNECTIONS = N_("Connections to the database")

# A login code of an app is accepted for half a minute around its time.
WRONG_CLOCK = timedelta(seconds=30)
DOUBTFUL_CLOCK = timedelta(seconds=5)
# Lines of the activity log whose times are compared. A clock that was ahead and is right again is forgotten after them.
LINES_COMPARED = 100
MAX_USED_SHARE = 0.9  # of the connections that PostgreSQL allows


def check_database(db: Db) -> HealthLine:
    """Return which database it is, and its size. Raises `SQLAlchemyError` if it does not answer."""
    if is_postgresql(db):
        version = str(db.scalar(text("SHOW server_version"))).split(" ")[0]
        size = int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        product = f"PostgreSQL {version}"
    else:
        size = int(db.scalar(text("PRAGMA page_count")) or 0) * int(db.scalar(text("PRAGMA page_size")) or 0)
        product = "SQLite"
    return ok(
        "database",
        DATABASE,
        N_("%(product)s answers; it holds %(size)s."),
        product=product,
        size=size_text(size),
    )


def check_migrations(db: Db) -> HealthLine:
    """Return whether the database has the tables that this program needs: those of its newest migration."""
    state, revision = read_schema_state(db)
    if state is SchemaState.CURRENT:
        return ok(
            "migrations", MIGRATIONS, N_("They are those of this program (%(revision)s)."), revision=revision
        )
    if state is SchemaState.EMPTY:
        return failed(
            "migrations",
            MIGRATIONS,
            N_("The database has no tables yet."),
            N_("'jangkau db upgrade' makes them; 'jangkau serve' does so, too."),
        )
    if state is SchemaState.NEWER:
        return failed(
            "migrations",
            MIGRATIONS,
            N_("A newer version of Jangkau has changed them (%(revision)s; this program knows %(known)s)."),
            N_("Start the newer version, or restore the backup that was made before the upgrade."),
            revision=revision,
            known=known_revisions()[0],
        )
    return failed(
        "migrations",
        MIGRATIONS,
        N_("They are older (%(revision)s) than this program needs (%(known)s)."),
        N_("Make a backup, then start Jangkau again or run 'jangkau db upgrade'."),
        revision=revision,
        known=known_revisions()[0],
    )


def check_sqlite_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> HealthLine:
    """Return whether this version of SQLite is safe with several connections that write."""
    versions = {"version": _dotted(version), "oldest": _dotted(OLDEST_SQLITE)}
    if version >= OLDEST_SQLITE:
        return ok("sqlite", SQLITE, N_("%(version)s is safe."), version=versions["version"])
    return failed(
        "sqlite",
        SQLITE,
        N_("%(version)s can damage a database in use; %(oldest)s or newer is needed."),
        N_("Install the package pysqlite3 again: it brings a newer one."),
        **versions,
    )


def check_replica(db: Db, replica_db: Db, max_lag: float) -> HealthLine:
    """Return how far the replica is behind, at most `max_lag` seconds being fine.

    Raises `SQLAlchemyError` if it does not answer.
    """
    if read_revision(replica_db) != read_revision(db):
        return warning(
            "replica",
            REPLICA,
            N_("Its tables are not those of the database."),
            N_("Wait until it has caught up; reports are read from the database itself meanwhile."),
        )
    lag = read_replica_lag(replica_db)
    if lag is None or lag > max_lag:
        return warning(
            "replica",
            REPLICA,
            N_("It is %(seconds)s seconds behind.")
            if lag is not None
            else N_("How far it is behind is not known: it receives nothing."),
            N_("Look whether it is connected to the primary, and into its log."),
            **({} if lag is None else {"seconds": round(lag)}),
        )
    return ok("replica", REPLICA, N_("It answers and is %(seconds)s seconds behind."), seconds=round(lag))


def unreachable_replica() -> HealthLine:
    """Return the line of a replica that does not answer."""
    return warning(
        "replica",
        REPLICA,
        N_("It does not answer; reports are read from the database itself."),
        N_("Start it, or look at the address in JANGKAU_REPORT_DATABASE_URL."),
    )


def check_clock(db: Db, jump: float = 0) -> HealthLine:
    """Return whether this machine's clock can be right. `jump` is by how many seconds it was set since the last check.

    With PostgreSQL it is compared with the server's. In any case nothing that is stored may be later than now, as after
    a clock was set back. Whether both clocks are wrong together is not checked.
    """
    newest = db.scalar(select(func.max(col(Activity.at))).where(col(Activity.id) > _newest_ids()))
    if newest is not None and newest - now() > WRONG_CLOCK:
        return failed(
            "clock",
            CLOCK,
            N_(
                "What was stored last bears a time that is still to come, %(at)s: the clock was ahead, or was set back."
            ),
            N_("Set the clock of the server by NTP (timedatectl), and start Jangkau again."),
            at=newest,
        )
    if abs(jump) > DOUBTFUL_CLOCK.total_seconds():
        return warning(
            "clock",
            CLOCK,
            N_("It was set by %(seconds)s seconds while the service ran."),
            N_("Look why it was wrong. NTP (timedatectl) corrects it in small steps."),
            seconds=round(jump),
        )
    if not is_postgresql(db):
        return ok(
            "clock",
            CLOCK,
            N_("%(at)s; nothing stored is later. There is no second clock to compare it with."),
            at=now(),
        )
    before = now()
    theirs = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    seconds = abs((before + (now() - before) / 2 - theirs).total_seconds())
    params = {"seconds": round(seconds)}
    text_of_difference = N_("It differs from that of the database's server by %(seconds)s seconds.")
    advice = N_("Set the clocks of both servers by NTP (timedatectl).")
    if seconds > WRONG_CLOCK.total_seconds():
        return failed("clock", CLOCK, text_of_difference, advice, **params)
    if seconds > DOUBTFUL_CLOCK.total_seconds():
        return warning("clock", CLOCK, text_of_difference, advice, **params)
    return ok("clock", CLOCK, N_("%(at)s, the same as that of the database's server."), at=now())


def check_keys(db: Db, vault: NikVault) -> HealthLine:
    """Return whether the secret is the one with which NIKs and files were encrypted."""
    if is_rotating(db):
        return failed(
            "keys",
            KEYS,
            N_("The secret is being replaced: 'jangkau keys rotate' has begun and not ended."),
            N_("Run 'jangkau keys rotate' again, while all servers are stopped."),
        )
    if not can_decrypt(db, vault):
        return failed(
            "keys",
            KEYS,
            N_("NIKs and files in this database were encrypted with another secret."),
            N_("Put back the file secret-key that belongs to it, or set JANGKAU_SECRET_KEY to what it was."),
        )
    return ok("keys", KEYS, N_("The secret reads what is stored."))


def check_connections(db: Db, needed: int) -> HealthLine | None:
    """Return whether PostgreSQL allows as many connections as this server's processes may open; None with SQLite.

    Also how many of them are in use now, by all servers and programs.
    """
    if not is_postgresql(db):
        return None
    limit = int(db.scalar(text("SHOW max_connections")) or 0)
    free = limit - int(db.scalar(text("SHOW superuser_reserved_connections")) or 0)
    used = db.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) or 0
    found = N_("%(used)s of %(free)s are in use; this server may open %(needed)s.")
    params = {"used": int(used), "free": free, "needed": needed}
    if needed > free or used > MAX_USED_SHARE * free:
        advice = N_(
            "Start fewer workers, raise max_connections of PostgreSQL, or put pgbouncer between them."
        )
        return warning("connections", CONNECTIONS, found, advice, **params)
    return ok("connections", CONNECTIONS, found, **params)


def _newest_ids() -> ScalarSelect[int]:
    """Return the id above which the `LINES_COMPARED` newest lines of the activity log are."""
    return select(func.max(col(Activity.id)) - LINES_COMPARED).scalar_subquery()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
