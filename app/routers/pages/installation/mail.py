"""The mail server: whether it is set up, and a test mail to the administrator."""

from fastapi import APIRouter, Request, Response

from app.errors import Conflict
from app.i18n import N_
from app.models import MessageStatus
from app.permissions import Permission
from app.queries.accounts.users import get_user
from app.queries.installation.setup import find_latest_mail_trial
from app.services.installation.mail_trial import send_test_mail
from app.services.messages.mail_server import mail_server_address, mail_server_from_settings
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate
from app.web.pages import redirect, render

PATH = "/administrasi/surel"

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def mail_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    settings = container_of(request).settings
    server = mail_server_address(settings)
    return render(
        request,
        "installation/mail.html",
        server=server,
        sender=settings.mail_sender,
        recipient=get_user(db, actor, actor.user_id or 0).email,
        latest=find_latest_mail_trial(db, actor, server),
    )


@router.post(PATH)
def try_mail_server(request: Request, actor: CurrentActor, _: Translate) -> Response:
    """Send a test mail to the actor's own address, and show the result."""
    actor.require(Permission.USER_WRITE)
    container = container_of(request)
    server = mail_server_from_settings(container.settings)
    if server is None:
        raise Conflict(N_("No mail server is set up yet."))
    delivery = send_test_mail(container.engine, actor, server, container.settings.base_url, _)
    is_sent = delivery.status is MessageStatus.SENT
    return redirect(PATH, _("The mail server took the test mail. Look into your mailbox.") if is_sent else "")
