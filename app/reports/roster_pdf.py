"""The attendance list of a session as a PDF to sign by hand, with a QR code of the page to upload it to."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst

from app.i18n import Language, Translator, time_text
from app.reports.letterhead import Letterhead
from app.reports.qr import qr_svg

TEMPLATE = Path(__file__).parent / "typst" / "roster.typ"

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

    `BLANK_LINES` empty lines follow for walk-ins. Texts entered by users reach Typst as data, never as markup.
    """
    content = {
        "language": language,
        "letterhead": letterhead.content,
        "title": roster.title,
        "facts": roster.facts,
        "headings": [_("No."), _("Name"), _("L/P"), _("Kelurahan"), _("Target group"), _("Signature")],
        "people": roster.people,
        "blank_lines": BLANK_LINES,
        "scan": _("Scan to upload"),
        "generated": f"{roster.session_code} · {time_text(roster.generated_at)}",
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "acknowledged": _("Acknowledged by"),
        "place_and_date": f"{letterhead.city}, ………………………",
        "in_charge": _("In charge of the session"),
        "employee_number": _("Employee no."),
    }
    return typst.compile(
        TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,
        timestamp=roster.generated_at.astimezone(UTC).replace(
            microsecond=0
        ),  # Typst doesn't accept microseconds
        sys_inputs={"roster": json.dumps(content), "code": qr_svg(roster.upload_address)},
    )
