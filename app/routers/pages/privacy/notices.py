"""The privacy notice: the version in force and earlier ones for everyone, and a form for a new version."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator
from app.permissions import Permission
from app.queries.privacy import notices as queries
from app.services.privacy import notices as services
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

FORM = "/administrasi/pemberitahuan"


class NoticeForm(BaseModel):
    """`seen` is the version that the form began with."""

    text_id: str = ""
    text_en: str = ""
    seen: str = ""


@router.get("/privasi")
def notice_page(request: Request, db: ReadDb, _: Translate, language: Lang) -> Response:
    """Show the privacy notice in force, with links to the earlier versions."""
    return _notice_page(request, db, queries.get_current_notice(db), _, language)


@router.get("/privasi/{version}")
def notice_version_page(request: Request, db: ReadDb, version: str, _: Translate, language: Lang) -> Response:
    """Show one version of the privacy notice. 404 for an unknown one."""
    return _notice_page(request, db, queries.get_notice(db, version), _, language)


@router.get(FORM)
def new_version_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    """Show a form with the text in force, to be changed and published as a new version."""
    actor.require(Permission.NOTICE_WRITE)
    current = queries.get_current_notice(db)
    form = NoticeForm(text_id=current.text_id, text_en=current.text_en, seen=current.version)
    return _form_page(request, db, form)


@router.post(FORM)
def publish_version(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[NoticeForm, Form()], _: Translate
) -> Response:
    """Publish a new version, in force at once, and redirect to it."""
    with catch_problem(db) as caught:
        data = services.NoticeInput(form.text_id, form.text_en)
        notice = services.publish_notice(db, actor, data, seen_version=form.seen)
    if problem := caught.problem:
        return _form_page(request, db, form, problem)
    message = _("Version %(version)s is in force now.") % {"version": notice.version}
    return redirect(f"/privasi/{notice.version}", message)


def _notice_page(
    request: Request, db: Db, notice: queries.NoticeView, _: Translator, language: Language
) -> Response:
    contact = container_of(request).settings.privacy_contact or _("Ask the organizer of the workshop.")
    notices = queries.list_notices(db)
    return render(
        request,
        "privacy/notice.html",
        notice=notice,
        sections=notice.sections(language, organizer=_("the organizer of the workshop"), contact=contact),
        in_force=notices[0].version,
        others=[other for other in notices if other.version != notice.version],
    )


def _form_page(request: Request, db: Db, form: NoticeForm, problem: Problem | None = None) -> Response:
    return render(
        request,
        "privacy/new_version.html",
        form=form,
        problem=problem,
        notices=queries.list_notices(db),
        contact=container_of(request).settings.privacy_contact,
    )
