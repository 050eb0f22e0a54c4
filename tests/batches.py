"""The steps of a batch of lists, each in a transaction of its own, as when people use the service."""

from collections.abc import Collection, Mapping
from typing import Any

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.models import WorkshopSession
from app.queries.imports.batches.batch_lists import BatchListView
from app.queries.imports.batches.batches import BatchView, get_batch_view
from app.services.imports.batches import choices, new_sessions, saving
from app.services.imports.batches.uploads import upload_batch
from app.settings import Settings
from tests.city import City


class Batch:
    """A batch that Sari, or another user, uploads."""

    def __init__(
        self, city: City, settings: Settings, files: Mapping[str, bytes], *, by: str = "sari"
    ) -> None:
        self.city, self.by = city, by
        self.runner = TaskRunner(settings, city.engine, city.vault)
        with writing(city.engine) as db:
            self.id = upload_batch(db, city.vault, city.actor(by), "arsip", files.items()).id

    def read(self) -> BatchView:
        """Do the background work that is queued."""
        self.runner.drain()
        return self.view()

    def view(self, by: str = "") -> BatchView:
        with reading(self.city.engine) as db:
            return get_batch_view(db, self.city.actor(by or self.by), self.id)

    def find(self, path: str, sheet: str | None = None) -> BatchListView:
        """Return the list of a file by its path, and its sheet if it has several lists."""
        (found,) = (one for one in self.view().lists if (one.path, one.sheet) == (path, sheet))
        return found

    def create_sessions(self, list_ids: Collection[int] | None = None) -> list[WorkshopSession]:
        with writing(self.city.engine) as db:
            return new_sessions.create_sessions(db, self.city.actor(self.by), self.id, list_ids)

    def change_new_session(self, path: str, **changes: Any) -> None:
        with writing(self.city.engine) as db:
            actor = self.city.actor(self.by)
            new_sessions.choose_new_session(db, actor, self.id, [self.find(path).id], changes)

    def choose_session(self, path: str, code: str) -> None:
        with writing(self.city.engine) as db:
            choices.choose_session(db, self.city.actor(self.by), self.id, [self.find(path).id], code)

    def leave_out(self, path: str) -> None:
        with writing(self.city.engine) as db:
            choices.leave_out(db, self.city.actor(self.by), self.id, [self.find(path).id])

    def take_in(self, path: str) -> None:
        with writing(self.city.engine) as db:
            choices.take_in(db, self.city.actor(self.by), self.id, [self.find(path).id])

    def confirm(self, path: str, *codes: str) -> None:
        with writing(self.city.engine) as db:
            choices.confirm_questions(db, self.city.actor(self.by), self.id, [self.find(path).id], codes)

    def save(self) -> tuple[int, ...]:
        """Press the button that saves all that are ready, without the background work; return the lists."""
        with writing(self.city.engine) as db:
            return saving.save_ready(db, self.city.actor(self.by), self.id).queued

    def discard(self) -> bool:
        with writing(self.city.engine) as db:
            return saving.discard_batch(db, self.city.actor(self.by), self.id)
