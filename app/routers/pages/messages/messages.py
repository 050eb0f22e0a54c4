"""Messages to people who registered: who was told what, and whether it was sent."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Conflict
from app.models import MessageStatus
from app.permissions import Actor, Permission
from app.queries.messages import messages as queries
from app.services.messages.notifications import SENT_AGAIN, send_again
from app.services.messages.texts import with_address
from app.web.container import container_of
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import EmptyIsNone, local_path
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

A_PAGE = 50
LIST = "/pesan"


class MessageQuery(BaseModel):
    """What the address narrows the list to."""

    status: Annotated[MessageStatus | None, EmptyIsNone] = None
    session: str = Field("", alias="sesi")
    before: Annotated[int | None, EmptyIsNone] = Field(None, alias="sebelum")

    @property
    def filters(self) -> queries.MessageFilters:
        return queries.MessageFilters(self.status, self.session)

    def address(self, *, before: int | None = None) -> str:
        """The same list from the message before `before` on."""
        given = {"status": self.status, "sesi": self.session, "sebelum": before}
        narrowed = urlencode({name: value for name, value in given.items() if value})
        return f"{LIST}?{narrowed}" if narrowed else LIST


@router.get("/pesan")
def messages_page(
    request: Request, look: Reader, actor: PageActor, form: Annotated[MessageQuery, Query()]
) -> Response:
    return _list(request, look, actor, form)


@router.post("/pesan/{message_id}/kirim-lagi")
def send_message_again(
    request: Request,
    db: Writer,
    actor: PageActor,
    message_id: int,
    _: Translate,
    kembali: Annotated[str, Form()] = LIST,
) -> Response:
    """`kembali` is the list in which the message stands."""
    try:
        send_again(db, actor, message_id)
    except Conflict as conflict:
        db.rollback()
        return _list(request, db, actor, MessageQuery(), refusal=conflict.sentence(_))
    response = see(local_path(kembali))
    flash(response, _("The message will be sent again."))
    return response


def _list(request: Request, look: Db, actor: Actor, form: MessageQuery, refusal: str = "") -> Response:
    actor.require(Permission.ATTENDANCE_WRITE)
    found = queries.messages(look, actor, form.filters, before=form.before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    settings = container_of(request).settings
    return render(
        request,
        "messages/list.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        refusal=refusal,
        messages=[(one, with_address(one.body, settings.base_url)) for one in shown],
        sent_again=SENT_AGAIN,
        sends_mail=settings.sends_mail,
        form=form,
        first=form.address() if form.before else "",
        next=form.address(before=shown[-1].id) if len(found) > A_PAGE else "",
    )
