"""Notices that another version of the program has changed the database while this one runs."""

import logging
import time
from contextlib import suppress

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.database import reading
from app.errors import Unavailable
from app.i18n import N_
from app.queries.operation.schema import SchemaState, read_schema_state
from app.schema import known_revisions

SECONDS_BETWEEN_LOOKS = 2
SECONDS_TO_RETRY = 10
log = logging.getLogger(__name__)


class SchemaWatch:
    """Compares the database's migrations with those of this program, at most every `SECONDS_BETWEEN_LOOKS`.

    A program that goes on writing into tables that a newer one has changed could leave out what the newer one needs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looked_at = time.monotonic()  # `jangkau serve` has just applied the migrations.
        self._is_other = False

    @property
    def is_due(self) -> bool:
        """Whether the last look is so long ago that `look` should be called, in a thread that may wait."""
        return time.monotonic() - self._looked_at > SECONDS_BETWEEN_LOOKS

    def look(self) -> None:
        """Read the database's migrations. Raises `SQLAlchemyError` if it does not answer: no request can go on then."""
        self._looked_at = time.monotonic()  # first, so that other requests don't look at the same time
        with reading(self._engine) as db:
            state, revision = read_schema_state(db)
        was_other, self._is_other = self._is_other, state is not SchemaState.CURRENT
        if self._is_other and not was_other:
            log.error(
                "the database has the migrations up to %r, this program those up to %r: requests are answered 503 "
                "until the version of the database is started",
                revision,
                known_revisions()[0],
            )
        elif was_other and not self._is_other:
            log.warning("the database's tables are those of this program again")

    def find_problem(self) -> Unavailable | None:
        """Return the problem that the database has other migrations than this program, as of the last look."""
        if not self._is_other:
            return None
        return Unavailable(
            N_("The service is being updated. Please try again in a moment."),
            code="other-version",
            retry_after=SECONDS_TO_RETRY,
        )

    def look_for_problem(self) -> Unavailable | None:
        """Look at once: after an error of the database, which a column that is gone may explain."""
        with suppress(SQLAlchemyError):
            self.look()
        return self.find_problem()


async def require_current_schema(request: Request) -> None:
    """Answer a request 503 while the database has other migrations than this program; but not those of `/health/`."""
    if request.url.path.startswith("/health/"):
        return
    watch: SchemaWatch = request.app.state.container.schema_watch
    if watch.is_due:
        await run_in_threadpool(watch.look)
    if problem := watch.find_problem():
        raise problem
