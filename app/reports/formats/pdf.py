"""PDFs typeset by Typst with its built-in fonts, so that a report looks the same on every machine.

Texts entered by users reach Typst as data, never as markup.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from app.errors import Invalid
from app.i18n import N_, Language, Translator
from app.reports.coverage.states import STATES, state_icon_svg
from app.reports.formats.typesetting import TypesettingError, typeset
from app.reports.letterhead import Letterhead
from app.reports.official import CLASSIFICATION_NAMES, Classification, OfficialDetails
from app.reports.table import Column, Row, Table, cell_text


def page_content(
    title: str,
    subtitle: tuple[str, ...],
    letterhead: Letterhead,
    _: Translator,
    language: Language,
    official: OfficialDetails | None = None,
) -> dict[str, object]:
    """Return what `official.typ` needs for the letterhead, title, footer and state icons of a report.

    The footer of an issued report has its number, that of any other report says that it is not issued. Pages of a
    report that not everybody may read have its classification at their head.
    """
    return {
        "language": language,
        "letterhead": letterhead.content,
        "title": title,
        "subtitle": subtitle,
        "icons": {state: state_icon_svg(state) for state in STATES},
        "footer": title if official is None else f"{official.number} · SHA-256 {official.checksum[:16]}…",
        "classification": _running_classification(official, _),
        "labels": {
            "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
            "not_issued": _("Not issued") if official is None else "",
        },
    }


def _running_classification(official: OfficialDetails | None, _: Translator) -> str:
    """Return the classification in capitals, "" for one that anybody may read."""
    if official is None or official.classification == Classification.ORDINARY:
        return ""
    return _(CLASSIFICATION_NAMES[official.classification]).upper()


def table_content(table: Table, language: Language) -> dict[str, object]:
    """Return a table as `report-table` in `official.typ` expects it: all cells as text, without code columns.

    `total` is None if the table has none.
    """
    shown = table.for_people()
    return {
        "headings": [[asdict(heading) for heading in line] for line in shown.headings if line],
        "kinds": [column.kind for column in shown.columns],
        "rows": [_row(row, shown.columns, language) for row in shown.rows],
        "total": _row(shown.total, shown.columns, language) if shown.total else None,
    }


def _row(row: Row, columns: Sequence[Column], language: Language) -> dict[str, object]:
    """Return a row's cells as texts, and its state as `mark`, None without one. Texts that are missing are empty."""
    texts = [
        "" if cell is None and column.kind != "integer" else cell_text(cell, language, signed=column.signed)
        for cell, column in zip(row.cells, columns, strict=True)
    ]
    return {"cells": texts, "mark": row.mark}


def render_pdf(
    template: str,
    content: Mapping[str, object],
    generated_at: datetime,
    inputs: Mapping[str, str] | None = None,
    *,
    by_standard_only: bool = False,
) -> bytes:
    """Return the PDF that a template in `reports/typst` makes of `content`; `inputs` are further texts for it.

    The PDF is archivable and accessible (PDF/A-2a, PDF/UA-1). The standards forbid the empty box that is printed for a
    character which no built-in font has: then it is an ordinary PDF, or with `by_standard_only` `Invalid` is raised,
    which names the character. Raises `TypesettingError` for an error in the template.
    """
    sys_inputs = {"report": json.dumps(content), **(inputs or {})}
    try:
        return typeset(template, sys_inputs, generated_at, by_standard=True)
    except TypesettingError as error:
        if not by_standard_only:
            return typeset(template, sys_inputs, generated_at)
        if missing := re.search(r'the text `"(.+?)"` could not be displayed', str(error)):
            raise Invalid(
                N_("This can't be printed in a document, please leave it out: %(characters)s"),
                characters=missing[1],
            ) from error
        raise
