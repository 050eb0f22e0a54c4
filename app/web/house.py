"""What one running application holds; made once by `create_app` and reached through the request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from sqlalchemy import Engine

from app.nik_vault import NikVault
from app.settings import Settings


@dataclass(frozen=True)
class House:
    """`wake_jobs` is called after a transaction that queued work; `rows_read` tells how far reading an import is."""

    settings: Settings
    engine: Engine
    report_engine: Engine
    vault: NikVault
    wake_jobs: Callable[[], None]
    close_jobs: Callable[[], None]
    rows_read: Callable[[int], tuple[int, int] | None]

    def close(self) -> None:
        """Lets go of every connection; the application has ended."""
        self.close_jobs()
        self.engine.dispose()
        self.report_engine.dispose()


def house_of(request: Request) -> House:
    return cast(House, request.app.state.house)
