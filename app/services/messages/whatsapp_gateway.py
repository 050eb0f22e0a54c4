"""Send WhatsApp messages through a gateway: a web address that takes one message as JSON (`JANGKAU_WHATSAPP_URL`).

docs/settings.md describes the request, and what each answer means.
"""

import logging
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2

from app.errors import Problem
from app.models import MessageStatus
from app.services.messages.mail_server import MAX_ANSWER_LENGTH, Delivery
from app.settings import Settings

# For each step of a request. Together they are far shorter than a task's claim.
TIMEOUT_SECONDS = 20
MAX_ANSWER_BYTES = 4096
TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# Before the request was handed over, so that it certainly was not sent.
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)

# It logs the whole URL of each request, which may contain a key of the gateway.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True)
class WhatsAppGateway:
    """A gateway's URL, and the token that is sent to it, "" for none. Neither is shown by `repr`."""

    url: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class WhatsAppText:
    """A message to a phone number (E.164). `id` is the same at every attempt, so that a gateway can send it once."""

    id: str
    to: str
    text: str


def whatsapp_gateway_from_settings(settings: Settings) -> WhatsAppGateway | None:
    """Return the gateway of `JANGKAU_WHATSAPP_URL`, None if it is not set.

    Raises `Problem`, which does not quote the URL, if it is none of http or https.
    """
    url = settings.whatsapp_url.get_secret_value().strip()
    if not url:
        return None
    if not _is_url(url):
        raise Problem(
            "JANGKAU_WHATSAPP_URL must be the address to which a WhatsApp gateway takes messages: "
            "https://gateway.example.id/messages.",
            code="bad-whatsapp-url",
        )
    return WhatsAppGateway(url, settings.whatsapp_token.get_secret_value())


def _is_url(url: str) -> bool:
    """Return whether this is an http or https URL of a host, without spaces and with a possible port."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if the port is not a number below 65,536
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", url)


def deliver_whatsapp(gateway: WhatsAppGateway, message: WhatsAppText) -> Delivery:
    """Try once to hand a message to the gateway, and return the result; no error of the network is raised.

    - sent: it answered 2xx. - failed: it refused the message (any other answer). - waiting, to try again: it could not
    be reached, or answered 408, 425, 429 or 5xx. - unknown: the connection broke, or no answer came in time, after the
    message was handed over.
    """
    headers = {"idempotency-key": message.id}
    if gateway.token:
        headers["authorization"] = f"Bearer {gateway.token}"
    body = {"id": message.id, "to": message.to, "text": message.text}
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("POST", gateway.url, json=body, headers=headers) as response,
        ):
            return _parse_answer(response, gateway)
    except NOT_SENT as error:
        return Delivery(MessageStatus.WAITING, type(error).__name__)
    except httpx2.HTTPError as error:
        return Delivery(MessageStatus.UNKNOWN, type(error).__name__)


def _parse_answer(response: httpx2.Response, gateway: WhatsAppGateway) -> Delivery:
    """Return the result by the answer's status, with the beginning of what it says unless the message was sent."""
    if response.is_success:
        return Delivery(MessageStatus.SENT)
    is_postponed = response.status_code in TRY_LATER or response.is_server_error
    text = f"{response.status_code} {_read_beginning(response)}".strip()
    for secret in filter(None, (gateway.token, gateway.url)):
        text = text.replace(secret, "…")
    return Delivery(MessageStatus.WAITING if is_postponed else MessageStatus.FAILED, text[:MAX_ANSWER_LENGTH])


def _read_beginning(response: httpx2.Response) -> str:
    """Return the first bytes of the answer's body as text on one line; "" if they can't be read."""
    try:
        first = next(response.iter_bytes(MAX_ANSWER_BYTES), b"")
    except httpx2.HTTPError:
        return ""
    return " ".join(first.decode(errors="replace").split())
