"""The coverage report as an official document: the report with its signatures, and its figures as annexes."""

from dataclasses import asdict, replace

from app.i18n import (
    Language,
    Translator,
    full_day_text,
    full_days_text,
    full_time_text,
    integer_text,
    wita,
)
from app.reports.coverage.report import CoverageReport, counting_rule
from app.reports.coverage.tables.breakdowns import breakdown_note, breakdown_tables, rates_table
from app.reports.coverage.tables.documents import held_workshops_table, sessions_table
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.coverage.tables.plan import planned_sessions_table, short_gaps_table
from app.reports.coverage.texts.definitions import glossary
from app.reports.coverage.texts.key_figures import key_figures
from app.reports.coverage.texts.wording import (
    closed_period_lines,
    filter_lines,
    gaps_headline,
    headline,
    notes,
    report_title,
    state_meanings,
)
from app.reports.coverage.trend import STEPS, trend_note, trend_table
from app.reports.drawings.area_map import map_svg
from app.reports.drawings.chart import time_chart_svg
from app.reports.drawings.trend import trend_chart_svg
from app.reports.formats.pdf import page_content, render_pdf, table_content
from app.reports.official import CLASSIFICATION_NAMES, OfficialDetails, Signatory
from app.reports.qr import qr_svg
from app.reports.table import Table

MAX_FIGURE_COLUMNS = 14
"""Columns of figures that fit on a landscape page in print that can be read."""
TILES_HEIGHT, BOUNDARIES_HEIGHT = 150, 220
"""Of the map in millimetres; the texts of a map with boundaries are smaller, so it takes a page."""
LIST_ROWS = 10
"""Gaps and sessions planned that the report itself lists; if there are more, an annex has all of them."""
MAX_SESSIONS = 600
"""Sessions held that the annex lists; if there are more, it lists workshops. 5,500 would take 12 s and 1.2 GB."""


def render_coverage_pdf(report: CoverageReport, _: Translator, language: Language) -> bytes:
    """Return the PDF of the report in the language, typeset by `typst/coverage.typ`.

    Raises `Invalid` if an issued report has a character that can't be printed.
    """
    official = report.official
    title = official.title if official else report_title(_)
    content = {
        **page_content(title, (), report.letterhead, _, language, official),
        "number": official.number if official else "",
        "facts": _facts(report, _, language),
        "revision": _revision(official, _) if official else None,
        "introduction": _introduction(report, _, language),
        "summary": _summary(report, _, language),
        "map": _map(report, _, language),
        "trend": _trend(report, _, language),
        "plan": _plan(report, _, language),
        "closing": _closing(report, official, _, language) if official else None,
        "verification": _verification(official, _) if official else None,
        "annex": _("Annex"),
        "annexes": _annexes(report, _, language),
        "definitions": _definitions(report, _, language),
    }
    inputs = {"map": map_svg(report, _, language)}
    if official:
        inputs["qr"] = qr_svg(official.verify_url)
    return render_pdf(
        "coverage.typ", content, report.generated_at, inputs, by_standard_only=official is not None
    )


def _facts(report: CoverageReport, _: Translator, language: Language) -> list[tuple[str, str]]:
    """Return labels with values: what the report is about, how old its figures are, and who may read it."""
    official = report.official
    facts = [
        (_("Period"), full_days_text(report.period.from_, report.period.to, language)),
        (_("Scope of the report"), "; ".join(filter_lines(report.filters, _))),
        (_("Figures as of"), full_time_text(report.generated_at, language)),
    ]
    if closed := "\n".join(closed_period_lines(report, _, language)):
        facts.append((_("Closed"), closed))
    if official is None:
        return [*facts, (_("Status"), _("Not issued: working figures that may still change"))]
    classification = _(CLASSIFICATION_NAMES[official.classification])
    return [(_("Document no."), official.number), (_("Classification"), classification), *facts]


def _revision(official: OfficialDetails, _: Translator) -> dict[str, str] | None:
    """Return what the report replaces, and what it changes and why; None for a first report."""
    if not official.revises:
        return None
    return {
        "replaces": _("This report replaces number %(number)s (revision %(revision)s).")
        % {"number": official.revises, "revision": official.revision},
        "label": _("What it changes, and why:"),
        "what_changed": official.what_changed,
    }


def _introduction(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    opening = _(
        "This report shows whom the digital-literacy workshops in %(city)s reached in the period %(period)s: how many "
        "people took part, from which kelurahan and target groups they came, and what is still missing to the targets."
    ) % {
        "city": report.letterhead.city,
        "period": full_days_text(report.period.from_, report.period.to, language),
    }
    narrative = report.official.paragraphs if report.official else ()
    return {"heading": _("Introduction"), "paragraphs": [opening, *narrative]}


def _summary(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    rule = counting_rule(report.target_year, _)
    return {
        "heading": _("Summary"),
        "headline": f"{headline(report, _, language)}.",
        "figures": [asdict(figure) for figure in key_figures(report, _, language)],
        "table": _titled(totals_table(report, _, language), language),
        "notes": [note for note in notes(report, _, language) if note != rule],
    }


def _map(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    """Return how large the map is, and the table of the kecamatan below it, if the report is divided by them."""
    tables = zip(breakdown_tables(report, _, language), report.breakdowns, strict=True)
    return {
        "heading": _("Map of the coverage"),
        "description": headline(report, _, language),
        "height": BOUNDARIES_HEIGHT if report.boundaries else TILES_HEIGHT,
        "tables": [_titled(table, language) for table, breakdown in tables if breakdown.by == "kecamatan"],
    }


def _trend(report: CoverageReport, _: Translator, language: Language) -> dict[str, object] | None:
    """Return the months with their chart, and the years; None if the report has no trend."""
    if report.trend is None:
        return None
    tables = [trend_table(report.trend, step, (), _) for step in STEPS]
    charts = (trend_chart_svg(report.trend, "month", _, language), "")
    return {
        "heading": _("Trend"),
        "note": trend_note(_),
        "parts": [_titled(table, language, chart) for table, chart in zip(tables, charts, strict=True)],
    }


def _plan(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    """Return the largest gaps and the next sessions, with the sentences before each of the two."""
    gaps, planned = short_gaps_table(report, _), planned_sessions_table(report, _)
    sessions = (
        _("Sessions planned: %(count)s.") % {"count": integer_text(len(planned.rows), language)}
        if planned.rows
        else _("No further session is planned yet.")
    )
    return {
        "heading": _("Gaps and plan"),
        "parts": [
            {
                "sentence": f"{gaps_headline(report, report.gaps, _, language)}.",
                **_beginning(gaps, _, language),
            },
            {"sentence": sessions, **_beginning(planned, _, language)},
        ],
    }


def _beginning(table: Table, _: Translator, language: Language) -> dict[str, object]:
    """Return the first rows of a table, None without any, and a note if an annex has more of them."""
    count = len(table.rows)
    if not count:
        return {"table": None, "note": ""}
    more = _("The first %(shown)s of %(count)s; the annex has all.") % {"shown": LIST_ROWS, "count": count}
    return {
        "table": _titled(replace(table, rows=table.rows[:LIST_ROWS]), language),
        "note": more if count > LIST_ROWS else "",
    }


def _closing(
    report: CoverageReport, official: OfficialDetails, _: Translator, language: Language
) -> dict[str, object]:
    """Return the closing sentence, the place and date, and the signatories in two lists: issuing and acknowledging."""
    day = full_day_text(wita(official.issued_at).date(), language)
    return {
        "heading": _("Closing"),
        "sentence": _("This report is submitted to be used as appropriate."),
        "place_and_date": f"{report.letterhead.city}, {day}",
        "acknowledged": _("Acknowledged by"),
        "signing": [_signature(person, _) for person in official.signatories if not person.acknowledges],
        "acknowledging": [_signature(person, _) for person in official.signatories if person.acknowledges],
    }


def _signature(person: Signatory, _: Translator) -> dict[str, str]:
    return {
        "role": person.role,
        "name": person.name,
        "rank": person.rank,
        "nip": f"{_('Employee no.')} {person.printed_nip}" if person.nip else "",
    }


def _verification(official: OfficialDetails, _: Translator) -> dict[str, str]:
    return {
        "heading": _("Authenticity"),
        "sentence": _(
            "Whether this report is genuine, and what it states, is shown at the address in the QR code:"
        ),
        "url": official.verify_url,
        "checksum_label": _("Checksum of the figures (SHA-256):"),
        "checksum": official.checksum,
    }


def _annexes(report: CoverageReport, _: Translator, language: Language) -> list[dict[str, object]]:
    """Return the annexes but the definitions: title, whether it is landscape, notes, and its tables."""
    gaps, planned = short_gaps_table(report, _), planned_sessions_table(report, _)
    annexes = [
        {
            "title": _("Figures by kelurahan and target group"),
            "landscape": True,
            "notes": [],
            "tables": [
                _titled(part, language)
                for part in coverage_table(report, _, language).for_people().split(MAX_FIGURE_COLUMNS)
            ],
        },
        *_breakdowns(report, _, language),
    ]
    if report.sessions:
        is_long = len(report.sessions) > MAX_SESSIONS
        sessions = (held_workshops_table if is_long else sessions_table)(report, _, language)
        annexes.append(
            {
                "title": sessions.title,
                "landscape": True,
                "notes": sessions.notes,
                "tables": [_titled(sessions, language)],
            }
        )
    long_tables = [_titled(table, language) for table in (gaps, planned) if len(table.rows) > LIST_ROWS]
    if long_tables:
        annexes.append(
            {"title": _("Gaps and sessions planned"), "landscape": False, "notes": [], "tables": long_tables}
        )
    return annexes


def _breakdowns(report: CoverageReport, _: Translator, language: Language) -> list[dict[str, object]]:
    """Return the annex of rates and of all breakdowns but that by kecamatan; none if the report has neither."""
    tables = [
        _titled(table, language, time_chart_svg(breakdown, _, language))
        for table, breakdown in zip(breakdown_tables(report, _, language), report.breakdowns, strict=True)
        if breakdown.by != "kecamatan"
    ]
    lines = [breakdown_note(_)] if tables else []
    if report.rates:
        rates = rates_table(report, _, language)
        tables.append(_titled(rates, language))
        lines += rates.notes
    title = _("Further figures")
    return [{"title": title, "landscape": False, "notes": lines, "tables": tables}] if tables else []


def _definitions(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    return {
        "title": _("Definitions"),
        "rule": counting_rule(report.target_year, _),
        "states_heading": _("States on map and in tables"),
        "states": [
            {"state": state, "label": label, "meaning": meaning}
            for state, (label, meaning) in state_meanings(report, _, with_gaps=True).items()
        ],
        "terms_heading": _("Terms"),
        "terms": glossary(report, _),
    }


def _titled(table: Table, language: Language, chart: str = "") -> dict[str, object]:
    """Return a table with its title, and the SVG of its chart or ""."""
    return {"title": table.title, "chart": chart, **table_content(table, language)}
