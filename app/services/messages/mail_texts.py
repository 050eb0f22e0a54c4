"""What mails say, in the language of whoever reads them: polite, plain, and no more of a person than their name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.i18n import N_, Translator, date_text, period_text, wita
from app.models import MessageKind

SUBJECTS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMED: N_("You have a place"),
    MessageKind.WAITLISTED: N_("You are on the waiting list"),
    MessageKind.MOVED_UP: N_("You have a place now"),
    MessageKind.REMINDER: N_("Reminder"),
    MessageKind.CANCELLED: N_("Your registration is cancelled"),
    MessageKind.SESSION_CANCELLED: N_("The session is cancelled"),
    MessageKind.SESSION_CHANGED: N_("The session has changed"),
}

OPENINGS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMED: N_("Thank you for registering. You have a place in this session:"),
    MessageKind.WAITLISTED: N_(
        "Thank you for registering. All places are taken for now, so you are on the waiting list for this session:"
    ),
    MessageKind.MOVED_UP: N_("A place has become free. You now have a place in this session:"),
    MessageKind.REMINDER: N_("We look forward to seeing you. You have a place in this session:"),
    MessageKind.CANCELLED: N_("Your registration for this session is cancelled:"),
    MessageKind.SESSION_CANCELLED: N_("We are sorry: this session will not be held."),
    MessageKind.SESSION_CHANGED: N_(
        "The time or the place of this session has changed. It is held as follows:"
    ),
}

IF_YOU_CANNOT_COME = N_(
    "If you can't come, please cancel with your ticket, so that somebody else can have the place."
)
CLOSINGS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMED: IF_YOU_CANNOT_COME,
    MessageKind.WAITLISTED: N_(
        "We will write to you when a place becomes free. There is nothing you need to do."
    ),
    MessageKind.MOVED_UP: IF_YOU_CANNOT_COME,
    MessageKind.REMINDER: IF_YOU_CANNOT_COME,
    MessageKind.CANCELLED: N_("If you did not want this, you can register again."),
    MessageKind.SESSION_CANCELLED: N_("Reason: %(why)s"),
    MessageKind.SESSION_CHANGED: IF_YOU_CANNOT_COME,
}

# After these, there is nothing left to correct or cancel.
OF_NO_USE = {MessageKind.CANCELLED, MessageKind.SESSION_CANCELLED}


@dataclass(frozen=True)
class MailFacts:
    """What a mail tells of. `online_link` is empty for those who have no place, `why` but for a cancelled session."""

    name: str
    title: str
    organization: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    online_link: str
    why: str
    ticket: str


def write_subject(kind: MessageKind, told: MailFacts, _: Translator) -> str:
    """One line: what happened, of which workshop, on which day."""
    day = date_text(wita(told.starts_at).date())
    return " ".join(f"{_(SUBJECTS[kind])}: {told.title}, {day}".split())


def write_body(kind: MessageKind, told: MailFacts, _: Translator) -> str:
    """The text. Its last line is the path of the ticket; `add_site_url` makes an address of it."""
    facts = (
        (_("Time"), period_text(told.starts_at, told.ends_at)),
        (_("Place"), told.venue),
        (_("Link"), told.online_link),
        (_("Organization"), told.organization),
    )
    ticket = _("Your ticket:") if kind in OF_NO_USE else _("Your ticket, to look at, correct or cancel:")
    paragraphs = (
        _("Dear %(name)s,") % {"name": told.name},
        _(OPENINGS[kind]),
        "\n".join((told.title, *(f"{label}: {fact}" for label, fact in facts if fact))),
        _(CLOSINGS[kind]) % {"why": told.why},
        f"{ticket}\n/tiket/{told.ticket}",
    )
    return "\n\n".join(paragraphs)


def add_site_url(body: str, site: str) -> str:
    """The text as it is sent: `site` is where the service is reached, which only those who send it know."""
    text, path = body.rsplit("\n", 1)
    return f"{text}\n{site}{path}"


def parse_ticket_code(body: str) -> str:
    """The code of the ticket that a text leads to: the one of the day on which it was written."""
    return body.rpartition("/")[2]
