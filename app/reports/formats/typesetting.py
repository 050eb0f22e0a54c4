"""Reports set by Typst, with the fonts that it brings along: the same report looks the same on every machine.

What people entered reaches Typst as data, never as markup.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import typst

from app.i18n import Language, Translator
from app.reports.coverage.states import LOOKS, state_icon_svg
from app.reports.coverage.wording import LETTERHEAD
from app.reports.table import Column, Row, Table, cell_text

TEMPLATES = Path(__file__).parents[1] / "typst"


def official_paper(
    title: str, subtitle: tuple[str, ...], _: Translator, language: Language
) -> dict[str, object]:
    """What `official.typ` takes of every report."""
    return {
        "language": language,
        "letterhead": LETTERHEAD,
        "title": title,
        "subtitle": subtitle,
        "icons": {state: state_icon_svg(state) for state in LOOKS},
        "labels": {
            "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
            "not_issued": _("Not issued"),
        },
    }


def table_content(table: Table, language: Language) -> dict[str, object]:
    """A table as `report-table` of `official.typ` takes it: texts, without the codes that are for machines."""
    shown = table.for_people()
    return {
        "heads": [[asdict(head) for head in line] for line in shown.heads if line],
        "kinds": [column.kind for column in shown.columns],
        "rows": [_row(row, shown.columns, language) for row in shown.rows],
        "total": _row(shown.total, shown.columns, language) if shown.total else None,
    }


def _row(row: Row, columns: Sequence[Column], language: Language) -> dict[str, object]:
    cells = zip(row.cells, columns, strict=True)
    return {
        "cells": [cell_text(cell, language, signed=column.signed) for cell, column in cells],
        "mark": row.mark,
    }


def typeset(
    template: str, content: Mapping[str, object], made_at: datetime, inputs: Mapping[str, str] | None = None
) -> bytes:
    """The PDF that `template`, a file of `reports/typst`, makes of the content; further inputs are texts.

    It is fit for archives and screen readers (PDF/A-2a, PDF/UA-1), unless a text holds a character for
    which there is no font: the standards forbid the empty box that is printed in its place.
    """
    given = {"report": json.dumps(content), **(inputs or {})}
    try:
        return _compiled(template, given, made_at, by_standard=True)
    except typst.TypstError:
        return _compiled(template, given, made_at, by_standard=False)


def _compiled(template: str, inputs: dict[str, str], made_at: datetime, *, by_standard: bool) -> bytes:
    return typst.compile(
        TEMPLATES / template,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"] if by_standard else [],
        ignore_system_fonts=True,
        timestamp=made_at.astimezone(UTC).replace(microsecond=0),  # Typst takes none
        sys_inputs=inputs,
    )
