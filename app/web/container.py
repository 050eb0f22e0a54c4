"""What one running application holds; made once by `create_app` and reached through the request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from sqlalchemy import Engine

from app.nik_vault import NikVault
from app.settings import Settings
from app.web.limits import AddressLimits


@dataclass(frozen=True)
class Container:
    """`wake_worker` is called after a transaction that queued work. `rows_done` returns the progress of an import that
    is being read or committed (rows done, rows in all), or None."""

    settings: Settings
    engine: Engine
    report_engine: Engine
    vault: NikVault
    wake_worker: Callable[[], None]
    rows_done: Callable[[int], tuple[int, int] | None]
    limits: AddressLimits

    def close(self) -> None:
        """Lets go of every connection; the application has ended."""
        self.engine.dispose()
        self.report_engine.dispose()


def container_of(request: Request) -> Container:
    return cast(Container, request.app.state.container)
