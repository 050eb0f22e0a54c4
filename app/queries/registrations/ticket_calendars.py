"""A ticket's session as a calendar file: for whoever keeps the ticket, and for the mails about it."""

from urllib.parse import urlsplit

from app.database import Db
from app.i18n import Translator
from app.models import RegistrationStatus
from app.models.base import now
from app.queries.registrations.tickets import Ticket, changes_told
from app.reports.calendar import CalendarEntry, render_calendar


def ticket_calendar(db: Db, ticket: Ticket, site: str, _: Translator) -> bytes:
    """The file (iCalendar); `site` is where the service is reached."""
    address = f"{site}/tiket/{ticket.registration.code}"
    waits = ticket.registration.status is RegistrationStatus.WAITLISTED
    entry = CalendarEntry(
        uid=f"{ticket.registration.code}@{urlsplit(site).hostname}",
        sequence=changes_told(db, ticket),
        title=ticket.workshop_title,
        starts_at=ticket.starts_at,
        ends_at=ticket.ends_at,
        location=ticket.venue or ticket.link,
        description=_("Your ticket: %(address)s") % {"address": address},
        url=address,
        status="CANCELLED" if ticket.is_cancelled else "TENTATIVE" if waits else "CONFIRMED",
    )
    return render_calendar(entry, now())
