"""Do the tasks of the outbox that hand something over to another server: mails, WhatsApp messages, and open data.

No transaction is open while the other server is waited for.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from app.database import reading, writing
from app.errors import Problem
from app.jobs.lease import Lease
from app.models import MessageStatus, OpenDataPush, OutboxKind
from app.queries.open_data import list_published_reports, load_open_data
from app.services.accounts.mails import is_outdated, write_account_mail
from app.services.messages.mail_server import deliver, mail_server_from_settings
from app.services.messages.sending import (
    DELAY_WITHOUT_SERVER,
    RETRY_DELAYS,
    NotWaiting,
    Senders,
    begin_sending,
    record_delivery,
    write_outgoing,
)
from app.services.messages.whatsapp_gateway import whatsapp_gateway_from_settings
from app.services.open_data.ckan import PushFailed, ckan_portal_from_settings, push_dataset
from app.services.open_data.pushes import record_failure, record_push
from app.services.outbox import ClaimedTask, TryLater
from app.services.personal_data.access_codes import write_code_mail
from app.services.report_mails import sending as report_mails
from app.settings import Settings

log = logging.getLogger(__name__)

DELAY_OF_CODES = timedelta(minutes=1)


class Deliveries:
    """The servers to which an installation hands over mails, messages and open data; None where one is not set up.

    What came of it is stored in a transaction of its own, which is kept also where the lease was lost.
    """

    def __init__(self, settings: Settings, engine: Engine, lease: Lease) -> None:
        self.engine = engine
        self.lease = lease
        self.settings = settings
        self.mail_server = mail_server_from_settings(settings)
        self.senders = Senders(
            self.mail_server, whatsapp_gateway_from_settings(settings), site=settings.base_url
        )
        self.ckan_portal = ckan_portal_from_settings(settings)

    def perform(self, task: ClaimedTask) -> None:
        """Do a task that hands something over to another server.

        Raises `TryLater` if it is to be tried again later, or what the work raises.
        """
        match task.kind:
            case OutboxKind.PUSH_OPEN_DATA:
                self._push_open_data()
            case OutboxKind.SEND_CODE:
                self._send_code(task.payload["access"], task.payload["code"])
            case OutboxKind.SEND_MESSAGE if "account_mail" in task.payload:
                self._send_account_mail(task.payload)
            case OutboxKind.SEND_MESSAGE:
                self._send_message(task.payload["message"], task.queued_at)
            case OutboxKind.SEND_REPORT:
                self._send_report(task.payload["report_mail"], task.queued_at)

    def _send_message(self, message_id: int, queued_at: datetime) -> None:
        """Send a message, if it is still to be sent. Raises `TryLater` if it is to be sent again later.

        Its status "sending" is committed before it is handed over.
        """
        with self.lease.writing() as db:
            outgoing = write_outgoing(db, message_id, self.senders)
        if outgoing is None:
            return

        def begin() -> None:
            with self.lease.writing() as db:
                begin_sending(db, message_id)

        try:
            delivery = self.senders.deliver(outgoing, begin)
        except NotWaiting:
            return
        with writing(self.engine) as db:
            delay = record_delivery(db, message_id, delivery, queued_at=queued_at)
        if delay:
            raise TryLater(delay)

    def _send_report(self, mail_id: int, queued_at: datetime) -> None:
        """Send a coverage report by mail, if it is still to be sent. Raises `TryLater` if that is to be tried later.

        The mail is written first, which takes a second or two; its status "sending" is committed before it is handed
        over.
        """
        if self.mail_server is None:
            raise TryLater(DELAY_WITHOUT_SERVER)
        site = report_mails.MailSite(self.settings.base_url, self.mail_server.sender, self.settings.secret)
        try:
            with reading(self.engine) as read_db:
                mail = report_mails.write_report_mail(read_db, mail_id, site)
        except Problem as problem:  # Its filter names what was deleted.
            log.warning("report mail %s can't be made: %s", mail_id, problem.code)
            with self.lease.writing() as db:
                report_mails.give_up_mail(db, mail_id)
            return
        if mail is None:
            with self.lease.writing() as db:
                report_mails.give_up_mail(db, mail_id, report_mails.NOT_ALLOWED)
            return

        def begin() -> None:
            with self.lease.writing() as db:
                report_mails.begin_sending(db, mail_id)

        try:
            delivery = deliver(self.mail_server, mail, begin)
        except NotWaiting:
            return
        with writing(self.engine) as db:
            delay = report_mails.record_delivery(db, mail_id, delivery, queued_at=queued_at)
        if delay:
            raise TryLater(delay)

    def _send_account_mail(self, payload: Mapping[str, Any]) -> None:
        """Send a mail to a user about their account, or drop it without a mail server and after some hours.

        Raises `TryLater` if the mail server could not take it now.
        """
        if self.mail_server is None or is_outdated(payload):
            return
        with self.lease.writing() as db:
            mail = write_account_mail(db, payload, self.mail_server.sender, self.settings.base_url)
        if mail and deliver(self.mail_server, mail).status is MessageStatus.WAITING:
            raise TryLater(RETRY_DELAYS[0])

    def _push_open_data(self) -> None:
        """Push the open data to the data portal, if there is one, and store how it went.

        Raises `TryLater` if the portal was not reached. A portal never gets a data set without figures as its first.
        """
        if self.ckan_portal is None:
            return
        with reading(self.engine) as read_db:
            data, reports = load_open_data(read_db, self.settings.base_url), list_published_reports(read_db)
            is_first = read_db.get(OpenDataPush, 1) is None
        if is_first and not reports:
            return
        try:
            url = push_dataset(self.ckan_portal, data)
        except PushFailed as failure:
            log.warning("open data could not be pushed: %s", failure)
            with writing(self.engine) as db:
                delay = record_failure(db, failure)
            if delay:
                raise TryLater(delay) from failure
            return
        with writing(self.engine) as db:
            record_push(db, reports, url)

    def _send_code(self, access_id: int, code: str) -> None:
        """Send a code while it is valid. Raises `TryLater` if the mail server asks for another attempt."""
        with reading(self.engine) as read_db:
            mail = self.mail_server and write_code_mail(
                read_db, access_id, code, self.mail_server, self.settings.base_url
            )
        if not mail or self.mail_server is None:
            return
        delivery = deliver(self.mail_server, mail)
        if delivery.status is MessageStatus.WAITING:
            raise TryLater(DELAY_OF_CODES)
