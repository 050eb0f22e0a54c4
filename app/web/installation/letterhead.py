"""The letterhead that an administrator has saved, for the masthead of every page."""

import logging
import time

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.database import reading
from app.queries.installation.letterhead import find_saved_letterhead
from app.reports.letterhead import Letterhead

SECONDS_KEPT = 60
log = logging.getLogger(__name__)


class CachedLetterhead:
    """Reads the letterhead at most once in `SECONDS_KEPT`, so that pages don't wait for it.

    After a change the pages of other processes show the former one for that long.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._saved: Letterhead | None = None
        self._read_at = float("-inf")

    def read(self) -> Letterhead | None:
        """Return the saved letterhead, None if there is none; while it can't be read, the last one that was read."""
        if time.monotonic() - self._read_at > SECONDS_KEPT:
            self._read_at = time.monotonic()
            try:
                with reading(self._engine) as db:
                    self._saved = find_saved_letterhead(db)
            except SQLAlchemyError:
                log.warning("the letterhead could not be read", exc_info=True)
        return self._saved

    def last_read(self) -> Letterhead | None:
        """Return the letterhead without asking the database, for a page that says that the database does not answer."""
        return self._saved

    def forget(self) -> None:
        """Read it again for the next page, after it was changed."""
        self._read_at = float("-inf")
