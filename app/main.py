"""Creates the application. Nothing is created on import."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from app.database import create_engine, create_report_engine, max_requests
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker
from app.logs import configure_logging
from app.nik_vault import NikVault
from app.routers import api, pages
from app.routers.api.openapi import describe_problems
from app.services.imports.progress import import_progress
from app.services.issued_reports.esign import esign_from_settings
from app.services.operation.report_database import ReportDatabase
from app.settings import Settings
from app.telemetry import set_up_telemetry
from app.web.access_log import record_access
from app.web.accounts.identity_provider import identity_provider_from_settings
from app.web.container import Container
from app.web.database_limit import limit_requests
from app.web.installation.letterhead import CachedLetterhead
from app.web.limits import WrongCodes
from app.web.metrics import Metrics
from app.web.operation.readiness import Readiness
from app.web.operation.schema_watch import SchemaWatch, require_current_schema
from app.web.problems import add_exception_handlers, answer_problem
from app.web.request_log import RequestLogMiddleware
from app.web.security import SecurityMiddleware
from app.web.static_files import StaticFiles

MIN_COMPRESSED_BYTES = 500


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application with its pages and its API; `settings` are by default read from the environment.

    The database must be up to date. While the application runs, the background worker runs in a thread, and its
    connections are closed at the end. Raises `Problem` for wrong settings.
    """
    settings = settings or Settings()
    configure_logging(settings.log_format)
    limit_requests(max_requests(settings.workers))
    engine, vault = create_engine(settings), NikVault(settings.secret)
    worker = Worker(TaskRunner(settings, engine, vault))
    container = make_container(settings, engine, vault, worker.wake)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with worker.running():
            yield
        container.close()
        end_telemetry()

    app = FastAPI(
        title="Jangkau",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    end_telemetry = set_up_telemetry(app, engine, container.report_database.replica)
    app.state.container, app.state.metrics = container, Metrics(engine)
    # Level 9, the library's default, takes seven times as long for a report's JSON and makes it only 8 % smaller; for a
    # public page level 6 takes 0.3 ms longer than 5, a tenth of the page, and makes it 2 % smaller.
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED_BYTES, compresslevel=5)
    app.add_middleware(SecurityMiddleware, base_url=settings.base_url, answer=answer_problem)
    app.add_middleware(RequestLogMiddleware, observe=app.state.metrics.observe)  # around all others
    app.mount("/static", StaticFiles())
    app.router.routes += make_routes()
    add_exception_handlers(app)
    describe_problems(app)
    return app


@cache
def make_routes() -> list[BaseRoute]:
    """Return the routes of all pages and of the API. They are made once, which takes a third of a second.

    A process that forks others calls this before, so that they need not.
    """
    router = APIRouter(
        dependencies=[Depends(require_current_schema), Depends(record_access, scope="function")]
    )
    for included in (*pages.routers, *api.routers):
        router.include_router(included)
    for _ in iter_route_contexts(router.routes):  # FastAPI would put it off to the first request
        pass
    return router.routes


def make_container(
    settings: Settings, engine: Engine, vault: NikVault, wake_worker: Callable[[], None]
) -> Container:
    """Return the container of the application's services, with the database for reports."""
    report_engine = create_report_engine(settings, engine)
    return Container(
        settings,
        engine,
        ReportDatabase(engine, report_engine),
        vault,
        wake_worker,
        import_progress(engine).read,
        WrongCodes(engine),
        CachedLetterhead(engine),
        Readiness(engine, report_engine),
        SchemaWatch(engine),
        identity_provider_from_settings(settings),
        esign_from_settings(settings),
    )
