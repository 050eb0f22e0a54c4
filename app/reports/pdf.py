"""The coverage report as a PDF for signing: letterhead, map, totals, rule, and the matrix on the pages after.

Typst sets it with the fonts that it brings along, so that the same report looks the same on every machine.
"""

import json
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import typst

from app.i18n import Language, Translator, date_text, wita
from app.reports.coverage import STATES, CoverageReport
from app.reports.coverage_table import coverage_table, totals_table
from app.reports.map import tile_map_svg
from app.reports.states import state_icon_svg
from app.reports.table import Row, Table, cell_text
from app.reports.wording import LETTERHEAD, headline, notes, period, subtitle, title

TEMPLATE = Path(__file__).with_name("coverage.typ")


def coverage_pdf(report: CoverageReport, _: Translator, language: Language) -> bytes:
    """The PDF; what people entered reaches Typst as data, never as markup.

    It is fit for archives and screen readers (PDF/A-2a, PDF/UA-1), unless a text holds a character for
    which there is no font: the standards forbid the empty box that is printed in its place.
    """
    content = {
        "language": language,
        "letterhead": LETTERHEAD,
        "title": title(_),
        "subtitle": subtitle(report, _),
        "period": period(report, _),
        "headline": headline(report, _, language),
        "notes": notes(report, _, language),
        "map_description": headline(report, _, language),
        "icons": {state: state_icon_svg(state) for state in STATES},
        "totals": _table(totals_table(report, _), language),
        "matrix": _table(coverage_table(report, _, language), language),
        "labels": _labels(report, _),
    }
    inputs = {"report": json.dumps(content), "map": tile_map_svg(report, _, language)}
    try:
        return _compiled(report, inputs, by_standard=True)
    except typst.TypstError:
        return _compiled(report, inputs, by_standard=False)


def _compiled(report: CoverageReport, inputs: dict[str, str], *, by_standard: bool) -> bytes:
    return typst.compile(
        TEMPLATE,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"] if by_standard else [],
        ignore_system_fonts=True,
        timestamp=report.generated_at.astimezone(UTC).replace(microsecond=0),  # Typst takes none
        sys_inputs=inputs,
    )


def _labels(report: CoverageReport, _: Translator) -> dict[str, object]:
    today = date_text(wita(report.generated_at).date())
    return {
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "not_issued": _("Not issued"),
        "acknowledged": ["", _("Acknowledged by"), _("Head of the Communication and Informatics Office")],
        "prepared": [f"Balikpapan, {today}", _("Prepared by"), ""],
        "employee_number": _("Employee no."),
    }


def _table(table: Table, language: Language) -> dict[str, object]:
    shown = table.for_people()
    return {
        "heads": [[asdict(head) for head in line] for line in shown.heads if line],
        "kinds": [column.kind for column in shown.columns],
        "rows": [_row(row, language) for row in shown.rows],
        "total": _row(shown.total, language) if shown.total else None,
    }


def _row(row: Row, language: Language) -> dict[str, object]:
    return {"cells": [cell_text(cell, language) for cell in row.cells], "mark": row.mark}
