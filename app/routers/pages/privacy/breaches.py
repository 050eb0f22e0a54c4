"""Breaches of personal data: list, record, change, and the letters to the people and to the agency."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import wita
from app.models import BreachScope
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.privacy import breaches as queries
from app.services.edit_conflicts import fingerprint
from app.services.privacy import breaches as services
from app.services.privacy.breach_letters import (
    compose_letter,
    download_agency_letter,
    download_letters,
    download_people,
    get_reach,
)
from app.web.container import container_of
from app.web.date_fields import FormDates, typed_clock, typed_date
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem, conflicting_form, parse_whole_number
from app.web.pages import redirect, render

PATH = "/administrasi/kebocoran"

router = APIRouter(prefix=PATH, include_in_schema=False)


class BreachForm(BaseModel):
    """Dates and times are as they were typed, in WITA."""

    title: str = ""
    found: str = ""
    found_time: str = ""
    happened: str = ""
    data_affected: str = ""
    measures: str = ""
    scope: str = BreachScope.SESSION.value
    workshop: str = ""
    session: str = ""
    file: str = ""
    first_day: str = ""
    last_day: str = ""
    agency_notified: str = ""
    agency_notified_time: str = ""
    people_notified: str = ""
    people_notified_time: str = ""
    seen: str = ""

    @classmethod
    def from_saved(cls, view: queries.BreachView) -> "BreachForm":
        """Return the form filled with what is recorded; `seen` is the fingerprint of it."""
        saved = services.breach_input(view)
        return cls(
            title=saved.title,
            found=typed_date(saved.found),
            found_time=typed_clock(saved.found),
            happened=saved.happened,
            data_affected=saved.data_affected,
            measures=saved.measures,
            scope=saved.scope,
            workshop=saved.workshop,
            session=saved.session,
            file=str(saved.file or ""),
            first_day=typed_date(saved.first_day),
            last_day=typed_date(saved.last_day),
            agency_notified=typed_date(saved.agency_notified),
            agency_notified_time=typed_clock(saved.agency_notified),
            people_notified=typed_date(saved.people_notified),
            people_notified_time=typed_clock(saved.people_notified),
            seen=fingerprint(saved),
        )

    def to_input(self) -> services.BreachInput:
        """Return the fields as the service takes them. Raises `Invalid` with the errors of wrong dates and times."""
        dates = FormDates()
        found = dates.local_time("found", self.found, self.found_time)
        first_day, last_day = dates.day("first_day", self.first_day), dates.day("last_day", self.last_day)
        agency_notified = dates.local_time("agency_notified", self.agency_notified, self.agency_notified_time)
        people_notified = dates.local_time("people_notified", self.people_notified, self.people_notified_time)
        dates.require_valid()
        return services.BreachInput(
            title=self.title,
            found=found,
            happened=_line_ends(self.happened),
            data_affected=_line_ends(self.data_affected),
            measures=_line_ends(self.measures),
            scope=self.scope,
            workshop=self.workshop,
            session=self.session,
            file=parse_whole_number(self.file),
            first_day=first_day,
            last_day=last_day,
            agency_notified=agency_notified,
            people_notified=people_notified,
        )


@router.get("")
def breaches_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return render(request, "privacy/breaches.html", breaches=queries.list_breaches(db, actor))


@router.get("/baru")
def new_breach_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.BREACH_WRITE)
    today = wita(now())
    return _form_page(request, db, actor, BreachForm(found=typed_date(today), found_time=typed_clock(today)))


@router.post("/baru")
def record_breach(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[BreachForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        breach = services.record_breach(db, actor, form.to_input())
    if problem := caught.problem:
        return _form_page(request, db, actor, form, problem=problem)
    return redirect(
        f"{PATH}/{breach.id}", _("The breach is recorded. The clock runs from when it was found.")
    )


@router.get("/{breach_id}")
def breach_page(request: Request, db: ReadDb, actor: CurrentActor, breach_id: int, _: Translate) -> Response:
    """Show a breach: the time left, how many people it concerned, and the letter to them."""
    breach = queries.get_breach_view(db, actor, breach_id)
    letter = compose_letter(breach, container_of(request).settings.privacy_contact)
    return render(
        request,
        "privacy/breach.html",
        breach=breach,
        reach=get_reach(db, actor, breach_id),
        letter=letter.plain_text(_("[name]")),
        address=f"{PATH}/{breach_id}",
    )


@router.get("/{breach_id}/ubah")
def change_breach_page(request: Request, db: ReadDb, actor: CurrentActor, breach_id: int) -> Response:
    breach = queries.get_breach_view(db, actor, breach_id)
    return _form_page(request, db, actor, BreachForm.from_saved(breach), breach=breach)


@router.post("/{breach_id}/ubah")
def change_breach(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    breach_id: int,
    form: Annotated[BreachForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        services.change_breach(db, actor, breach_id, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        breach = queries.get_breach_view(db, actor, breach_id)
        return _form_page(request, db, actor, form, breach=breach, problem=problem)
    return redirect(f"{PATH}/{breach_id}", _("The changes are saved."))


@router.get("/{breach_id}/surat.pdf")
def get_letters(request: Request, db: ReadDb, actor: CurrentActor, breach_id: int) -> Response:
    """Return the letters to all people concerned. The download is logged."""
    container = container_of(request)
    contact = container.settings.privacy_contact
    return download(download_letters(db, container.engine, actor, breach_id, contact))


@router.get("/{breach_id}/surat-lembaga.pdf")
def get_agency_letter(request: Request, db: ReadDb, actor: CurrentActor, breach_id: int) -> Response:
    """Return the letter to the agency."""
    contact = container_of(request).settings.privacy_contact
    return download(download_agency_letter(db, actor, breach_id, contact))


@router.get("/{breach_id}/orang.xlsx")
def get_people(request: Request, db: ReadDb, actor: CurrentActor, breach_id: int) -> Response:
    """Return the people concerned with their contacts. The download is logged."""
    return download(download_people(db, container_of(request).engine, actor, breach_id))


def _form_page(
    request: Request,
    db: Db,
    actor: Actor,
    form: BreachForm,
    *,
    breach: queries.BreachView | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the form for a new breach, or for changing `breach`."""
    workshops, sessions = queries.list_codes(db, actor)
    return render(
        request,
        "privacy/breach_form.html",
        form=form,
        breach=breach,
        saved=conflicting_form(problem, BreachForm.from_saved(breach)) if breach else None,
        problem=problem,
        workshops=workshops,
        sessions=sessions,
    )


def _line_ends(text: str) -> str:
    """Return the text with "\\n" as the end of lines, as browsers send "\\r\\n"."""
    return "\n".join(text.splitlines())
