"""The letters by which people and the agency are told of a breach, and the list of the people with their contacts.

Article 46 of UU 27/2022 wants in writing: which data was disclosed, when and how, and what is done about it.
"""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, Translator, date_text, time_text, translator, wita_today
from app.models.base import now
from app.permissions import Actor
from app.queries.installation.letterhead import get_letterhead
from app.queries.privacy.breaches import (
    BreachView,
    ConcernedPerson,
    get_breach_view,
    list_concerned_people,
)
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.formats.xlsx import render_xlsx
from app.reports.letters import LetterText, render_letters_pdf
from app.reports.table import Column, Row, Table
from app.services.activities import log_access

# Letters are in Indonesian, whatever language the administrator reads.
_INDONESIAN = translator("id")
STILL_TO_FILL_IN = N_("[still to be filled in]")


@dataclass(frozen=True)
class Reach:
    """How many people a breach concerned, and how many of them can be told by e-mail, else by phone, or by neither."""

    people: int
    with_email: int
    with_phone_only: int
    without_contact: int


def get_reach(db: Db, actor: Actor, breach_id: int) -> Reach:
    """Return how many people a breach concerned, and how they can be told. Raises as `list_concerned_people`."""
    people = list_concerned_people(db, actor, breach_id)
    with_email = sum(bool(person.emails) for person in people)
    with_phone_only = sum(bool(person.phones) and not person.emails for person in people)
    return Reach(len(people), with_email, with_phone_only, len(people) - with_email - with_phone_only)


def compose_letter(breach: BreachView, contact: str) -> LetterText:
    """Return the letter to the people, filled in with what is recorded. `contact` is that for personal data."""
    _ = _INDONESIAN
    return LetterText(
        title=_("Notice of a breach of personal data"),
        facts=_facts(_),
        to=_("To"),
        opening=(
            _(
                "Your personal data is kept by the City Government of Balikpapan to hold and count workshops on "
                "digital literacy. Its protection has failed, and your data is concerned. We are sorry, and tell you "
                "about it as article 46 of Law 27 of 2022 on personal data protection demands."
            ),
        ),
        sections=(
            *_sections(breach, _),
            (
                _("What you can do yourself"),
                _(
                    "Be careful with calls, messages and links that use these data of yours, and do not give codes "
                    "or passwords to anyone. You may ask us what we hold of you, have it corrected or erased, free of "
                    "charge."
                ),
            ),
            (_("Contact"), contact or _(STILL_TO_FILL_IN)),
        ),
        closing=(),
        signed=_signed(_),
    )


def compose_agency_letter(breach: BreachView, reach: Reach, contact: str) -> LetterText:
    """Return the letter to the agency, filled in with what is recorded and the number of people."""
    _ = _INDONESIAN
    count = _("%(count)s people") % {"count": reach.people}
    return LetterText(
        title=_("Notice of a breach of personal data"),
        facts=_facts(_),
        to=_("To"),
        opening=(
            _(
                "As article 46 of Law 27 of 2022 on personal data protection demands, we report a breach of personal "
                "data in Jangkau, the service by which we register participants of workshops on digital literacy."
            ),
        ),
        sections=(
            *_sections(breach, _),
            (_("People concerned"), count),
            (_("Told to the people"), _told(breach, _)),
            (_("Contact"), contact or _(STILL_TO_FILL_IN)),
        ),
        closing=(),
        signed=_signed(_),
    )


def download_letters(db: Db, engine: Engine, actor: Actor, breach_id: int, contact: str) -> Download:
    """Return the letters to all people concerned as a PDF, one on each page, and log the download first.

    Raises `Conflict` if the breach concerned nobody, and as `list_concerned_people`.
    """
    breach, people = get_breach_view(db, actor, breach_id), list_concerned_people(db, actor, breach_id)
    if not people:
        raise Conflict(N_("Nobody is concerned, so there are no letters."), code="nobody")
    recipients = [_recipient(person) for person in people]
    content = render_letters_pdf(compose_letter(breach, contact), recipients, get_letterhead(db), now())
    file = Download(f"surat-{breach.id}.pdf", MEDIA_TYPES["pdf"], content)
    _log_download(engine, actor, breach, file, len(people))
    return file


def download_agency_letter(db: Db, actor: Actor, breach_id: int, contact: str) -> Download:
    """Return the letter to the agency as a PDF. It names nobody, so it is not logged. Raises as `get_reach`."""
    breach = get_breach_view(db, actor, breach_id)
    letter = compose_agency_letter(breach, get_reach(db, actor, breach_id), contact)
    _ = _INDONESIAN
    agency = (_("The agency for personal data protection"), _("(Law 27 of 2022, article 58)"))
    content = render_letters_pdf(letter, [agency], get_letterhead(db), now())
    return Download(f"surat-lembaga-{breach.id}.pdf", MEDIA_TYPES["pdf"], content)


def download_people(db: Db, engine: Engine, actor: Actor, breach_id: int) -> Download:
    """Return the people concerned with their contacts as .xlsx, for a mail merge, and log the download first.

    Raises as `list_concerned_people`.
    """
    breach, people = get_breach_view(db, actor, breach_id), list_concerned_people(db, actor, breach_id)
    _ = _INDONESIAN
    table = Table(
        name=_("People concerned"),
        title=breach.title,
        subtitle=(_("Found: %(time)s") % {"time": time_text(breach.found_at)},),
        columns=(
            Column(_("Name"), "name"),
            Column(_("Kelurahan"), "text"),
            Column(_("RT"), "text"),
            Column(_("Telephone"), "text"),
            Column(_("E-mail"), "text"),
        ),
        rows=tuple(
            Row(
                (
                    person.name,
                    person.place,
                    person.rt or "",
                    "; ".join(person.phones),
                    "; ".join(person.emails),
                )
            )
            for person in people
        ),
        total=None,
        notes=(_("Personal data: delete this file when the letters are out."),),
    )
    content = render_xlsx((table,), now(), get_letterhead(db))
    file = Download(f"orang-{breach.id}.xlsx", MEDIA_TYPES["xlsx"], content)
    _log_download(engine, actor, breach, file, len(people))
    return file


def _log_download(engine: Engine, actor: Actor, breach: BreachView, file: Download, people: int) -> None:
    log_access(engine, actor, "download", "breach", breach.id, details={"file": file.name, "people": people})


def _facts(_: Translator) -> tuple[tuple[str, str], ...]:
    return (
        (_("Letter no."), "………………………………"),
        (_("Subject"), _("Notice of a breach of personal data")),
        (_("Day"), date_text(wita_today())),
    )


def _sections(breach: BreachView, _: Translator) -> tuple[tuple[str, str], ...]:
    """Return what article 46 wants: which data, when and how, and what is done about it."""
    found = _("Found: %(time)s") % {"time": time_text(breach.found_at)}
    return (
        (_("Which personal data was disclosed"), breach.data_affected),
        (_("When and how it was disclosed"), f"{found}\n{breach.happened}"),
        (_("What we do about it"), breach.measures or _(STILL_TO_FILL_IN)),
    )


def _told(breach: BreachView, _: Translator) -> str:
    return time_text(breach.people_notified_at) if breach.people_notified_at else _("not yet")


def _signed(_: Translator) -> tuple[str, ...]:
    return (_("Head of the Office of Communication and Informatics"), "………………………………", _("Employee no."))


def _recipient(person: ConcernedPerson) -> tuple[str, ...]:
    place = f"{person.place} RT\N{NO-BREAK SPACE}{person.rt}" if person.rt else person.place
    return (person.name, place)
