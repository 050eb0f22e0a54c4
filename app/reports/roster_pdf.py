"""A session's attendance list as a PDF to sign by hand, with a code that opens the page to upload it to."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import segno
import typst

from app.i18n import Language, Translator, time_text

TEMPLATE = Path(__file__).parent / "typst" / "roster.typ"

BLANK_LINES = 8
"""For people who come without being registered."""


@dataclass(frozen=True, slots=True)
class PrintedRoster:
    """What is printed, as texts: `facts` are labels with values; `people` name, sex, place and target group."""

    letterhead: tuple[str, ...]
    title: str
    facts: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str, str, str], ...]
    upload_address: str
    session_code: str
    made_at: datetime


def roster_pdf(roster: PrintedRoster, _: Translator, language: Language) -> bytes:
    """The PDF, on A4 upright; what people entered reaches Typst as data, never as markup."""
    content = {
        "language": language,
        "letterhead": roster.letterhead,
        "title": roster.title,
        "facts": roster.facts,
        "heads": [_("No."), _("Name"), _("L/P"), _("Kelurahan"), _("Target group"), _("Signature")],
        "people": roster.people,
        "blank_lines": BLANK_LINES,
        "scan": _("Scan to upload"),
        "made": f"{roster.session_code} · {time_text(roster.made_at)}",
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "acknowledged": _("Acknowledged by"),
        "place_and_date": "Balikpapan, ………………………",
        "in_charge": _("In charge of the session"),
        "employee_number": _("Employee no."),
    }
    return typst.compile(
        TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,
        timestamp=roster.made_at.astimezone(UTC).replace(microsecond=0),  # Typst takes none
        sys_inputs={"roster": json.dumps(content), "code": _code(roster.upload_address)},
    )


def _code(address: str) -> str:
    """The address as a QR code in SVG; a quarter of it may be hidden by a stain or a fold."""
    drawn = BytesIO()
    segno.make(address, error="q", micro=False).save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
