"""How far the replica for reports is behind the primary, and which migrations it has."""

from sqlalchemy import text

from app.database import Db, is_postgresql

# A replica without anything to replay is not behind, however long ago the primary has changed something: as long as it
# receives from the primary. Without a receiver the time since the last change is all that is known.
_LAG = text("""
    SELECT CASE
        WHEN NOT pg_is_in_recovery() THEN 0
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
            AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END
""")


def read_replica_lag(replica_db: Db) -> float | None:
    """Return by how many seconds this database is behind its primary, 0 for one that is no replica.

    Returns None if it can't be known: a replica that has replayed nothing since its start and receives nothing.
    """
    if not is_postgresql(replica_db):
        return 0
    lag = replica_db.scalar(_LAG)
    return None if lag is None else float(lag)


def read_revision(db: Db) -> str | None:
    """Return the revision to which this database was migrated, None if it has none."""
    revision = db.scalar(text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)
