"""The floor for the public page and for registrations: FastAPI alone, with the same template filled from constants,
and one insert that is committed.
"""

from typing import Annotated, Any

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Column, Integer, MetaData, String, Table, insert

from app.database import create_engine, reading
from app.queries.areas.reference import list_kelurahan as every_kelurahan
from app.queries.privacy.notices import get_current_notice
from app.queries.workshops.public_workshops import get_public_workshop
from app.routers.pages.workshops.public_workshops import RegistrationForm
from app.settings import Settings
from app.web.pages import current_path, jinja_environment
from benchmarks.citizens import CONTACT, workshop_code

REQUEST_KEY = "constant-constant-0000"

bare_registration = Table(
    "bare_registration",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("name", "kelurahan", "target_group", "phone")),
)


def create_app() -> FastAPI:
    """Return the app. Its page shows the first workshop as it was when the app was created."""
    engine = create_engine(Settings())
    bare_registration.create(engine, checkfirst=True)
    with reading(engine) as db:
        workshop = get_public_workshop(db, workshop_code(1), "id")
        notice = get_current_notice(db)
        constants: dict[str, Any] = {
            "actor": None,
            "flash": None,
            "letterhead": None,
            "help_topic": None,
            "form": RegistrationForm(request_key=REQUEST_KEY),
            "refusal": "",
            "errors": {},
            "registered": None,
            "workshop": workshop,
            "chosen": workshop.sessions[0],
            "kelurahan": every_kelurahan(db),
            "is_open": True,
            "not_open": "",
            "notice": notice,
            "notice_sections": notice.sections("id", organizer=workshop.organization, contact=CONTACT),
        }
    app = FastAPI()

    @app.get("/daftar/{_code}")
    def page(request: Request, _code: str) -> HTMLResponse:
        template = jinja_environment("id").get_template("workshops/public/one.html")
        return HTMLResponse(template.render(request=request, current_path=current_path(request), **constants))

    @app.post("/daftar/{_code}", status_code=303)
    def insert_registration(
        name: Annotated[str, Form()],
        kelurahan: Annotated[str, Form()],
        target_group: Annotated[str, Form()],
        phone: Annotated[str, Form()],
        _code: str,
    ) -> None:
        values = {"name": name, "kelurahan": kelurahan, "target_group": target_group, "phone": phone}
        with engine.begin() as connection:
            connection.execute(insert(bare_registration).values(values))

    return app
