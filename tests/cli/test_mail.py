"""The server ends after it handed over a mail and before the mail server answered: the mail is not sent again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.models import Message, MessageStatus
from tests.city import City
from tests.database import postgresql_in_soak
from tests.server import Server, serving
from tests.services.messages.test_notifications import register_person
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session

pytestmark = [postgresql_in_soak, pytest.mark.slow]

SECONDS_TO_SEND = 30


@pytest.mark.parametrize("end", [Server.kill, Server.stop])
def test_a_mail_that_may_have_arrived_is_not_sent_again(
    city: City,
    smtp_server: SmtpServer,
    environment: dict[str, str],
    tmp_path: Path,
    end: Callable[[Server], None],
) -> None:
    create_upcoming_session(city)
    register_person(city, "Ani Aster")
    smtp_server.silent = True
    mail_settings = {**environment, "JANGKAU_SMTP_URL": smtp_server.url}

    with serving(mail_settings, tmp_path) as server:
        assert smtp_server.arrived.wait(SECONDS_TO_SEND)
        end(server)
    assert status(city) is MessageStatus.SENDING

    smtp_server.silent = False
    with serving(mail_settings, tmp_path):
        while status(city) is MessageStatus.SENDING:
            pass
    assert status(city) is MessageStatus.UNKNOWN
    assert len(smtp_server.mails) == 1


def status(city: City) -> MessageStatus:
    (message,) = city.all(Message)
    return message.status
