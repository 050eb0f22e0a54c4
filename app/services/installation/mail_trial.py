"""Send a mail to an administrator to try the mail server."""

from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from sqlalchemy import Engine

from app.database import writing
from app.i18n import Translator
from app.permissions import Actor, Permission
from app.queries.accounts.users import get_user
from app.queries.installation.setup import MAIL_SERVER, TEST_MAIL
from app.services.activities import log_activity
from app.services.limits import Limit, count_use
from app.services.messages.mail_server import Delivery, MailServer, build_mail, deliver

# Of one administrator.
TEST_MAILS = Limit("test-mails", 5, timedelta(minutes=1))


def send_test_mail(engine: Engine, actor: Actor, server: MailServer, site: str, _: Translator) -> Delivery:
    """Send a mail to the actor's own address at once, log the attempt, and return its result.

    No transaction is open while the server is waited for, at most a few times `TIMEOUT_SECONDS`. `site` is the base URL
    of the service. Raises `Forbidden` for all but administrators, and `TooManyRequests` beyond `TEST_MAILS`.
    """
    actor.require(Permission.USER_WRITE)
    with writing(engine) as db:
        count_use(db, TEST_MAILS, str(actor.user_id))
        recipient = get_user(db, actor, actor.user_id or 0).email
    text = _("This mail server works: Jangkau can send mails to participants and users.")
    mail = build_mail(
        server.sender,
        recipient,
        _("Test mail of Jangkau"),
        f"{text}\n\n{site}",
        make_msgid(domain=urlsplit(site).hostname),
    )
    delivery = deliver(server, mail)
    after = {"answer": delivery.answer} if delivery.answer else None
    with writing(engine) as db:
        log_activity(
            db, actor, TEST_MAIL, MAIL_SERVER, server.address, after=after, reason=delivery.status.value
        )
    return delivery
