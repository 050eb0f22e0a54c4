"""The links by which a kelurahan's staff register their delegation: what an organizer makes, sends and revokes."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import N_, Translator, time_text
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.registrations import delegation_links as queries
from app.queries.registrations.window import registration_window
from app.queries.workshops.workshop_sessions import workshop_session, workshop_session_by_code
from app.services.registrations import delegation_links as services
from app.web.container import container_of
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import moment, render_form
from app.web.pages import see

router = APIRouter(include_in_schema=False)


class LinkForm(BaseModel):
    """`until` is what an input of type datetime-local writes, in WITA; empty, the link ends with registration."""

    kelurahan: str = ""
    until: str = ""


@router.get("/sesi/{code}/delegasi")
def delegation_links_page(
    request: Request, look: Reader, actor: PageActor, code: str, _: Translate
) -> Response:
    return _page(request, look, actor, code, LinkForm(), _)


@router.post("/sesi/{code}/delegasi")
def create_link(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[LinkForm, Form()],
    _: Translate,
) -> Response:
    try:
        _require_moment(form)
        made = services.create_link(db, actor, code, form.kelurahan, moment(form.until))
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _page(request, db, actor, code, form, _, problem)
    response = see(f"/sesi/{code}/delegasi#text-{made.id}")
    flash(response, _("The link is made. Copy its text and send it."))
    return response


@router.post("/sesi/{code}/delegasi/semua")
def create_links_for_all(request: Request, db: Writer, actor: PageActor, code: str, _: Translate) -> Response:
    try:
        made = services.create_links_for_all(db, actor, code)
    except Conflict as problem:
        db.rollback()
        return _page(request, db, actor, code, LinkForm(), _, problem)
    response = see(f"/sesi/{code}/delegasi")
    flash(response, _("%(count)s links are made.") % {"count": len(made)})
    return response


@router.post("/sesi/{code}/delegasi/{link_id}/cabut")
def revoke_link(db: Writer, actor: PageActor, code: str, link_id: int, _: Translate) -> Response:
    services.revoke_link(db, actor, code, link_id)
    response = see(f"/sesi/{code}/delegasi")
    flash(response, _("The link is withdrawn. Whom it registered stays registered."))
    return response


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: LinkForm,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    held = workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    row = workshop_session_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    links = queries.delegation_links(db, actor, code)
    return render_form(
        request,
        "registrations/delegations/links.html",
        form,
        _,
        problem,
        workshop_session=held,
        window=registration_window(row, now()),
        links=links,
        texts={link.id: _text(request, link, held.workshop_title, _) for link in links if link.is_valid},
        kelurahan=reference.kelurahan(db),
    )


def _text(request: Request, link: queries.DelegationLinkView, title: str, _: Translator) -> str:
    """What one sends to the kelurahan by WhatsApp."""
    settings = container_of(request).settings
    text = _(
        "Dear kelurahan %(kelurahan)s, please register your delegation for %(title)s here, "
        "by %(time)s at the latest: %(address)s"
    )
    return text % {
        "kelurahan": link.kelurahan,
        "title": title,
        "time": time_text(link.expires_at),
        "address": f"{settings.base_url}/delegasi/{services.sign(settings.secret, link.id)}",
    }


def _require_moment(form: LinkForm) -> None:
    if form.until and moment(form.until) is None:
        text = N_("The end needs a date and a time.")
        raise Invalid(text, fields={"until": text})
