"""The texts of messages, such as a reminder: subject, opening and closing of each kind, in the recipient's language.

Of the person they contain only the name and the ticket's code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.i18n import N_, Language, day_text, long_period_text, translator, wita
from app.models import MessageKind
from app.people.values.phones import format_phone

SUBJECTS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMED: N_("You have a place"),
    MessageKind.WAITLISTED: N_("You are on the waiting list"),
    MessageKind.MOVED_UP: N_("You have a place now"),
    MessageKind.REMINDER: N_("Reminder"),
    MessageKind.CANCELLED: N_("Your registration is cancelled"),
    MessageKind.SESSION_CANCELLED: N_("The session is cancelled"),
    MessageKind.SESSION_CHANGED: N_("The session has changed"),
    MessageKind.CONTACT_CODE: N_("Your code"),
    MessageKind.NOTE: N_("News from the organizer"),
}

# A note has neither an opening nor a closing, but the text that staff typed.
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
    MessageKind.CONTACT_CODE: N_("Your code is %(code)s. Type it on your ticket within 30 minutes."),
}

CANCEL_IF_YOU_CANNOT_COME = N_(
    "If you can't come, please cancel with your ticket, so that somebody else can have the place."
)
CLOSINGS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRMED: CANCEL_IF_YOU_CANNOT_COME,
    MessageKind.WAITLISTED: N_(
        "We will write to you when a place becomes free. There is nothing you need to do."
    ),
    MessageKind.MOVED_UP: CANCEL_IF_YOU_CANNOT_COME,
    MessageKind.REMINDER: CANCEL_IF_YOU_CANNOT_COME,
    MessageKind.CANCELLED: N_("If you did not want this, you can register again."),
    MessageKind.SESSION_CANCELLED: N_("Reason: %(why)s"),
    MessageKind.SESSION_CHANGED: CANCEL_IF_YOU_CANNOT_COME,
    MessageKind.CONTACT_CODE: N_(
        "If you did not ask for this code, you need not do anything. Give it to nobody."
    ),
}

# After these the ticket can only be looked at.
KINDS_OF_CANCELLATION = {MessageKind.CANCELLED, MessageKind.SESSION_CANCELLED}


@dataclass(frozen=True)
class MailFacts:
    """What a mail says about a registration. `ticket` is its code; `title` is the workshop's.

    `phone` is the number to ask about the workshop. `online_link` is "" for people without a seat, `why` unless the
    session is cancelled, `code` unless the mail is about the confirmation of an address, and `note` unless staff typed
    a text.
    """

    name: str
    title: str
    organization: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    online_link: str
    why: str
    ticket: str
    code: str = ""
    note: str = ""


def write_subject(kind: MessageKind, facts: MailFacts, language: Language) -> str:
    """Return the subject in the language: what happened, the workshop's title, and the session's WITA day."""
    _ = translator(language)
    day = day_text(wita(facts.starts_at).date(), language)
    return " ".join(f"{_(SUBJECTS[kind])}: {facts.title}, {day}".split())


def write_body(kind: MessageKind, facts: MailFacts, language: Language) -> str:
    """Return the plain text of a message in the language: greeting, news, the session's details, what to do now.

    Its last line is the path of the ticket, "/tiket/CODE", which `add_site_url` turns into a URL.
    """
    _ = translator(language)
    details = (
        (_("Time"), long_period_text(facts.starts_at, facts.ends_at, language)),
        (_("Place"), facts.venue),
        (_("Link"), facts.online_link),
        (_("Organization"), facts.organization),
        (_("Questions"), format_phone(facts.phone)),
    )
    ticket = (
        _("Your ticket:")
        if kind in KINDS_OF_CANCELLATION
        else _("Your ticket, to look at, correct or cancel:")
    )
    paragraphs = (
        _("Dear %(name)s,") % {"name": facts.name},
        _(OPENINGS[kind]) % {"code": facts.code} if kind in OPENINGS else facts.note,
        "\n".join((facts.title, *(f"{label}: {detail}" for label, detail in details if detail))),
        _(CLOSINGS[kind]) % {"why": facts.why} if kind in CLOSINGS else "",
        f"{ticket}\n/tiket/{facts.ticket}",
    )
    return "\n\n".join(filter(None, paragraphs))


def add_site_url(body: str, site: str) -> str:
    """Return the text of a mail with `site`, the base URL of the service, before the path in its last line."""
    text, path = body.rsplit("\n", 1)
    return f"{text}\n{site}{path}"


def parse_linked_ticket(body: str) -> str:
    """Return the code of the ticket in the last line of a mail's text: what follows the last slash."""
    return body.rpartition("/")[2]
