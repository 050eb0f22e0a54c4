"""The application: `create_app(settings)` puts everything together; nothing is built on import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app.database import create_engine, create_report_engine
from app.jobs import Jobs
from app.nik_vault import NikVault
from app.routers import api, pages
from app.settings import Settings
from app.web.house import House
from app.web.limits import AddressLimits
from app.web.problems import answer_problems, refuse_other_site
from app.web.security import Guard
from app.web.static_files import StaticFiles

SMALLEST_COMPRESSED = 500


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service with its pages and API; the database is expected to be up to date."""
    settings = settings or Settings()
    engine = create_engine(settings)
    vault = NikVault(settings.secret)
    jobs = Jobs(settings, engine, vault)
    report_engine = create_report_engine(settings, engine)
    house = House(
        settings, engine, report_engine, vault, jobs.wake, jobs.close, jobs.rows_done, AddressLimits()
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with jobs.consuming():
            yield
        house.close()

    app = FastAPI(
        title="Jangkau",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.house = house
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED)
    app.add_middleware(Guard, https=settings.https, refuse=refuse_other_site)
    app.mount("/static", StaticFiles())
    for router in (*pages.routers, *api.routers):
        app.include_router(router)
    answer_problems(app)
    return app
