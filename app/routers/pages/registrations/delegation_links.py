"""Delegation links, by which the staff of a kelurahan register their people: list, create and revoke."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import long_time_text, translator
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.registrations import delegation_links as queries
from app.queries.registrations.window import get_registration_window
from app.queries.workshops import workshop_sessions
from app.services.registrations import delegation_links as services
from app.web.container import container_of
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.languages import language_of
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


class LinkForm(BaseModel):
    """Without the date `until` and its time (WITA) the link ends with registration."""

    kelurahan: str = ""
    until: str = ""
    until_time: str = ""

    def expires_at(self) -> datetime | None:
        """Return the naive WITA time at which the link ends, None if it ends with registration (empty fields).

        Raises `Invalid` for a text that is no date or time.
        """
        dates = FormDates()
        expires_at = dates.local_time("until", self.until, self.until_time)
        dates.require_valid()
        return expires_at


@router.get("/sesi/{code}/delegasi")
def delegation_links_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    return _page(request, db, actor, code, LinkForm())


@router.post("/sesi/{code}/delegasi")
def create_delegation_link(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[LinkForm, Form()],
    _: Translate,
) -> Response:
    """Create a link for a kelurahan. If registration is closed or a field is wrong, the page says so."""
    with catch_problem(db) as caught:
        link = services.create_delegation_link(db, actor, code, form.kelurahan, form.expires_at())
    if problem := caught.problem:
        return _page(request, db, actor, code, form, problem)
    return redirect(
        f"/sesi/{code}/delegasi#text-{link.id}", _("The link is made. Copy its text and send it.")
    )


@router.post("/sesi/{code}/delegasi/semua")
def create_missing_delegation_links(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, _: Translate
) -> Response:
    """Create a link for each kelurahan that has no valid one for this session."""
    with catch_problem(db) as caught:
        links = services.create_missing_delegation_links(db, actor, code)
    if problem := caught.problem:
        return _page(request, db, actor, code, LinkForm(), problem)
    return redirect(f"/sesi/{code}/delegasi", _("%(count)s links are made.") % {"count": len(links)})


@router.post("/sesi/{code}/delegasi/{link_id}/cabut")
def revoke_delegation_link(
    db: WriteDb, actor: CurrentActor, code: str, link_id: int, _: Translate
) -> Response:
    """Revoke a link. People registered by it stay registered."""
    services.revoke_delegation_link(db, actor, code, link_id)
    return redirect(
        f"/sesi/{code}/delegasi", _("The link is withdrawn. People registered by it stay registered.")
    )


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: LinkForm,
    problem: Problem | None = None,
) -> Response:
    """Return the list of the session's links, with a text to send for each that is valid, and the form of a new one."""
    workshop_session = workshop_sessions.get_workshop_session_view(
        db, actor, code, Permission.ATTENDANCE_WRITE
    )
    row = workshop_sessions.get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    links = queries.list_delegation_links(db, actor, code)
    return render(
        request,
        "registrations/delegations/links.html",
        form=form,
        problem=problem,
        workshop_session=workshop_session,
        window=get_registration_window(row, now()),
        links=links,
        texts={
            link.id: _invitation_text(request, link, workshop_session.workshop_title)
            for link in links
            if link.is_valid
        },
        kelurahan=reference.list_kelurahan(db),
    )


def _invitation_text(request: Request, link: queries.DelegationLinkView, title: str) -> str:
    """Return the text to send to the kelurahan by WhatsApp, with the URL of its link and when it ends."""
    settings = container_of(request).settings
    language = language_of(request)
    _ = translator(language)
    text = _(
        "Dear kelurahan %(kelurahan)s, please register your delegation for %(title)s here, "
        "by %(time)s at the latest: %(address)s"
    )
    return text % {
        "kelurahan": link.kelurahan,
        "title": title,
        "time": long_time_text(link.expires_at, language),
        "address": f"{settings.base_url}/delegasi/{services.sign_link_id(settings.secret, link.id)}",
    }
