"""Messages to people who registered: list with their delivery status, and send one again."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import NotFound, Problem
from app.models import MessageStatus
from app.permissions import Actor, Permission
from app.queries.messages import messages as queries
from app.queries.workshops.workshop_sessions import WorkshopSessionView, get_workshop_session_view
from app.services.messages.mail_texts import add_site_url
from app.services.messages.notifications import (
    RESENDABLE_STATUSES,
    resend_failed_messages,
    resend_message,
)
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import EmptyIsNone, catch_problem, local_path
from app.web.pages import build_url, redirect, render

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
PATH = "/pesan"


class MessageQuery(BaseModel):
    """The filters of the list, and the message that the page of it ends before."""

    status: Annotated[MessageStatus | None, EmptyIsNone] = None
    session: str = Field("", alias="sesi")
    before: Annotated[int | None, EmptyIsNone] = Field(None, alias="sebelum")

    @property
    def filters(self) -> queries.MessageFilters:
        return queries.MessageFilters(self.status, self.session)

    def address(self, *, before: int | None = None) -> str:
        """Return the URL of the list with these filters, of the messages before the id `before`; None is the newest."""
        return build_url(PATH, {"status": self.status, "sesi": self.session, "sebelum": before})


@router.get("/pesan")
def messages_page(
    request: Request, db: ReadDb, actor: CurrentActor, form: Annotated[MessageQuery, Query()]
) -> Response:
    return _list_page(request, db, actor, form)


@router.get("/pesan/kirim-lagi")
def failed_messages_page(
    request: Request, db: ReadDb, actor: CurrentActor, form: Annotated[MessageQuery, Query()]
) -> Response:
    """Ask before all messages that failed are sent again: those of a session, or of all sessions in the scope."""
    actor.require(Permission.WORKSHOP_WRITE)
    settings = container_of(request).settings
    return render(
        request,
        "messages/send_failed.html",
        workshop_session=_find_session(db, actor, form.session),
        counts=queries.count_failed_messages(db, actor, form.session),
        sends_mail=settings.sends_mail,
        sends_whatsapp=settings.sends_whatsapp,
        form=form,
    )


@router.post("/pesan/kirim-lagi")
def send_failed_messages(
    db: WriteDb, actor: CurrentActor, _: Translate, session: Annotated[str, Form(alias="sesi")] = ""
) -> Response:
    """Queue all messages that failed again, and redirect to the list."""
    count = resend_failed_messages(db, actor, session)
    return redirect(
        build_url(PATH, {"sesi": session}),
        _("%(count)s messages will be sent again.") % {"count": count},
    )


@router.post("/pesan/{message_id}/kirim-lagi")
def send_message_again(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    message_id: int,
    _: Translate,
    kembali: Annotated[str, Form()] = PATH,
) -> Response:
    """Queue a message that failed, or may not have arrived, again, and redirect to `kembali`, the list that it was in.

    If it can't be sent again, the list is shown with the reason.
    """
    with catch_problem(db) as caught:
        resend_message(db, actor, message_id)
    if problem := caught.problem:
        return _list_page(request, db, actor, MessageQuery(), problem)
    return redirect(local_path(kembali), _("The message will be sent again."))


def _list_page(
    request: Request, db: Db, actor: Actor, form: MessageQuery, problem: Problem | None = None
) -> Response:
    """Return the list of messages about the actor's sessions, with those that can be sent again marked.

    Raises `Forbidden` if the actor's role may not record attendance.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    messages = queries.list_messages(db, actor, form.filters, before=form.before, limit=PAGE_SIZE + 1)
    shown = messages[:PAGE_SIZE]
    settings = container_of(request).settings
    return render(
        request,
        "messages/list.html",
        problem=problem,
        workshop_session=_find_session(db, actor, form.session),
        messages=[(message, add_site_url(message.body, settings.base_url)) for message in shown],
        resendable=RESENDABLE_STATUSES,
        failed=_count_failed(db, actor, form),
        sends_mail=settings.sends_mail,
        sends_whatsapp=settings.sends_whatsapp,
        form=form,
        first=form.address() if form.before else "",
        next=form.address(before=shown[-1].id) if len(messages) > PAGE_SIZE else "",
    )


def _count_failed(db: Db, actor: Actor, form: MessageQuery) -> int:
    """Return how many failed messages the actor may send again at once; 0 for staff, who send one after the other."""
    if not actor.can(Permission.WORKSHOP_WRITE):
        return 0
    return sum(queries.count_failed_messages(db, actor, form.session).values())


def _find_session(db: Db, actor: Actor, code: str) -> WorkshopSessionView | None:
    """Return the session that the list is filtered by; None without one, and if it is out of the actor's scope."""
    try:
        return get_workshop_session_view(db, actor, code, Permission.ATTENDANCE_WRITE) if code else None
    except NotFound:
        return None
