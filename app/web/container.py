"""The services that one running application shares between its requests, as `app.state.container`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from sqlalchemy import Engine

from app.nik_vault import NikVault
from app.services.issued_reports.esign import EsignService
from app.services.operation.report_database import ReportDatabase
from app.settings import Settings
from app.web.accounts.identity_provider import IdentityProvider
from app.web.installation.letterhead import CachedLetterhead
from app.web.limits import WrongCodes
from app.web.operation.readiness import Readiness
from app.web.operation.schema_watch import SchemaWatch


@dataclass(frozen=True)
class Container:
    """Created once by `create_app`.

    `wake_worker` is called after a transaction that queued work. `rows_done` returns how many rows of an import were
    read or committed, and of how many, or None while that is unknown. `identity_provider` is that of single sign-on,
    `esign` the service that signs reports electronically.
    """

    settings: Settings
    engine: Engine
    report_database: ReportDatabase
    vault: NikVault
    wake_worker: Callable[[], None]
    rows_done: Callable[[int], tuple[int, int] | None]
    wrong_codes: WrongCodes
    letterhead: CachedLetterhead
    readiness: Readiness
    schema_watch: SchemaWatch
    identity_provider: IdentityProvider | None = None
    esign: EsignService | None = None

    def close(self) -> None:
        """Close all connections to both databases, when the application ends."""
        self.engine.dispose()
        self.report_database.close()


def container_of(request: Request) -> Container:
    """Return the container of the application that handles the request."""
    return cast(Container, request.app.state.container)
