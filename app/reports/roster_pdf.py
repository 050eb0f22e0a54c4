"""The attendance list of a session as a PDF to sign by hand, with a QR code of the page to upload it to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from app.child_call import call_in_child
from app.i18n import Language, Translator, time_text
from app.reports.formats.typesetting import typeset
from app.reports.letterhead import Letterhead
from app.reports.qr import qr_svg

PEOPLE_IN_A_PART = 2_000
"""Typst takes 0.2 GB for a list of so many people, and 2.5 GB for one of 10,000."""
BLANK_LINES = 8
"""For walk-ins."""


@dataclass(frozen=True, slots=True)
class PrintedRoster:
    """The texts to print: `facts` are labels with values, `people` are name, sex, place and target group."""

    title: str
    facts: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str, str, str], ...]
    upload_address: str
    session_code: str
    generated_at: datetime


def render_roster_pdf(
    roster: PrintedRoster, letterhead: Letterhead, _: Translator, language: Language
) -> bytes:
    """Return the PDF on A4 portrait: facts, QR code of `upload_address`, a numbered line to sign for each person.

    `BLANK_LINES` empty lines follow for walk-ins. A list of more than `PEOPLE_IN_A_PART` people has parts, each of
    which begins with the letterhead and ends with the signatures. Texts entered by users reach Typst as data, never as
    markup.
    """
    firsts = range(0, len(roster.people), PEOPLE_IN_A_PART) or range(1)
    parts = []
    for number, first in enumerate(firsts, 1):
        name = _("Part %(part)s of %(parts)s") % {"part": number, "parts": len(firsts)}
        content = _part_content(roster, first, letterhead, _, language, name if len(firsts) > 1 else "")
        inputs = {"roster": json.dumps(content), "code": qr_svg(roster.upload_address)}
        parts.append(typeset("roster.typ", inputs, roster.generated_at))
    return parts[0] if len(parts) == 1 else call_in_child(_join, roster.title, parts)


def _part_content(
    roster: PrintedRoster, first: int, letterhead: Letterhead, _: Translator, language: Language, name: str
) -> dict[str, object]:
    """Return what `roster.typ` prints of the people from this index on; the last part has the empty lines."""
    end = first + PEOPLE_IN_A_PART
    page_of = _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"}
    return {
        "language": language,
        "letterhead": letterhead.content,
        "title": roster.title,
        "part": name,
        "facts": roster.facts,
        "headings": [_("No."), _("Name"), _("L/P"), _("Kelurahan"), _("Target group"), _("Signature")],
        "people": roster.people[first:end],
        "first_number": first + 1,
        "blank_lines": BLANK_LINES if end >= len(roster.people) else 0,
        "scan": _("Scan to upload"),
        "generated": f"{roster.session_code} · {time_text(roster.generated_at)}",
        "page_of": f"{name} · {page_of}" if name else page_of,
        "acknowledged": _("Acknowledged by"),
        "place_and_date": f"{letterhead.city}, ………………………",
        "in_charge": _("In charge of the session"),
        "employee_number": _("Employee no."),
    }


def _join(title: str, parts: Sequence[bytes]) -> bytes:
    """Return the pages of several PDFs as one with this title."""
    from pypdf import PdfWriter  # only in the child process

    writer = PdfWriter()
    for part in parts:
        writer.append(BytesIO(part))
    writer.add_metadata({"/Title": title})
    joined = BytesIO()
    writer.write(joined)
    return joined.getvalue()
