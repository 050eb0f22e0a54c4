"""The tables of the coverage report, and their HTML."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n import Language, Translator
from app.reports.coverage.breakdowns import Breakdown, Part
from app.reports.coverage.comparison import compare_reports
from app.reports.coverage.html import coverage_context
from app.reports.coverage.report import CoverageReport, Figures, Filters
from app.reports.coverage.tables.breakdowns import breakdown_tables
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.drawings.map import Link
from app.reports.drawings.svg import TEMPLATES
from app.reports.table import Column, Row, Table, cell_text

WIDE = Table(name="Wide", title="Wide", subtitle=(), columns=(), rows=(), total=None, notes=())


def matrix(report: CoverageReport, english: Translator) -> Table:
    return coverage_table(report, english, "en")


def page_table(report: CoverageReport, english: Translator, link: Link | None = None) -> ET.Element:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    context = coverage_context(report, english, "en", link, details=True)
    page = environment.get_template("reports/coverage_table.html").render(
        context, table=context["matrix"], sorted_by=""
    )
    return ET.fromstring(f"<main>{page}</main>")  # noqa: S314 (our own page)


def test_a_group_has_a_target_column_if_a_target_is_set(report: CoverageReport, english: Translator) -> None:
    first = report.rows[0]
    groups = {**first.groups, "rt": Figures(target=4, registered=1)}
    with_target = replace(report, rows=(replace(first, groups=groups), *report.rows[1:]))

    headings = [column.full_heading for column in matrix(with_target, english).columns]

    assert headings[-5:] == [
        "Pelaku UMKM: Registered",
        "Pelaku UMKM: Participants",
        "Pengurus RT: Target",
        "Pengurus RT: Registered",
        "Pengurus RT: Participants",
    ]
    assert matrix(with_target, english).rows[0].cells[-3:] == (4, 1, 0)
    assert matrix(with_target, english).rows[1].cells[-3:] == (None, 1, 0)


def test_a_target_of_0_is_shown_as_no_target(report: CoverageReport, english: Translator) -> None:
    kariangau = next(row for row in matrix(report, english).rows if "Kariangau" in row.cells)

    assert kariangau.cells[4] == "no target"


def test_a_closed_kelurahan_is_labelled(report: CoverageReport, english: Translator) -> None:
    closed = replace(report.rows[0], name="Lama", closed_on=date(2025, 6, 30))

    table = matrix(replace(report, rows=(*report.rows, closed)), english)

    assert table.rows[-1].cells[2] == "Lama (until 30-06-2025)"


def test_the_subtitle_has_period_filters_and_time(report: CoverageReport, english: Translator) -> None:
    filtered = replace(
        report,
        filters=Filters(
            workshop="SPBE-2025", workshop_title="Promosi", group="rt", group_label="RT", sex="P"
        ),
    )

    assert matrix(filtered, english).subtitle == (
        "Period 1 Jan – 31 Oct 2025",
        "Workshop: Promosi (SPBE-2025)",
        "Target group: RT",
        "Sex: P",
        "Not issued: working figures as of Tue, 4 Nov 2025, 00.30 WITA",
        "28 of 33 kelurahan reached their target for 2025",
    )


def test_notes_count_the_people_missing_from_the_rows(report: CoverageReport, english: Translator) -> None:
    assert matrix(report, english).notes[1:] == (
        "People present who live outside the city, not in the figures: 4",
        "Kelurahan whose target is 0, left out of those to be reached: 1",
        "People counted in more than one kelurahan: 1",
    )
    unmoved = replace(report, totals=replace(report.totals, moved=0, waitlisted=7))
    assert matrix(unmoved, english).notes[3:] == ("People on a waiting list, not in the figures: 7",)


def test_notes_count_the_kelurahan_with_a_reached_group_target(
    report: CoverageReport, english: Translator
) -> None:
    rows = tuple(
        replace(row, groups={**row.groups, "umkm": replace(row.groups["umkm"], target=2)})
        for row in report.rows[:3]  # Manggar 1,204 · Lamaru 1 · Teritip nobody
    )

    notes = matrix(replace(report, rows=(*rows, *report.rows[3:])), english).notes

    label = report.groups[0].label
    assert f"{label}: the group's own target is reached in 1 of 3 kelurahan" in notes


def test_totals_are_not_sums_of_rows(report: CoverageReport, english: Translator) -> None:
    table = totals_table(report, english, "en")

    assert table.total is not None
    assert table.total.cells[1:] == ("Whole city", 66, 1299, 1318, 1258)
    assert ("Sex", "Women (P)", None, None, None, 650) in [row.cells for row in table.rows]


def test_a_comparison_includes_parts_that_had_people_only_before(
    report: CoverageReport, english: Translator
) -> None:
    """Without a pillar there are 4 people after 6; 5 people came to "etika" only in the period before."""

    def by_pillar(people: int, **pillars: int) -> CoverageReport:
        parts = [
            Part(key=key, label=key or "No pillar", narrowed={}, sessions=1, participants=count)
            for key, count in {"": people, **pillars}.items()
        ]
        return replace(report, breakdowns=(Breakdown(by="pillar", parts=tuple(parts)),))

    before = by_pillar(6, etika=5)
    before = replace(before, totals=replace(before.totals, participants=1200))
    (table,) = breakdown_tables(compare_reports(by_pillar(4, cakap=2), before), english, "en")

    assert [(row.cells[0], *row.cells[-2:]) for row in table.rows] == [
        ("No pillar", 4, -2),
        ("cakap", 2, 2),
        ("etika", 0, -5),
    ]
    assert table.total is not None
    assert table.total.cells[-2:] == (1258, 58)


@pytest.mark.parametrize(
    ("cell", "language", "text"),
    [
        (1204, "id", "1.204"),
        (1204, "en", "1,204"),
        (0, "id", "0"),
        (None, "id", "\N{EN DASH}"),
        ("ada", "id", "ada"),
    ],
)
def test_cells_are_formatted_in_the_language(cell: str | int | None, language: Language, text: str) -> None:
    assert cell_text(cell, language) == text


def test_the_html_table_has_row_and_column_headings(report: CoverageReport, english: Translator) -> None:
    page = page_table(report, english)

    assert page.findtext(".//caption/strong") == "Coverage of the digital-literacy workshops"
    assert len(page.findall(".//tbody/tr")) == 34
    assert {heading.get("scope") for heading in page.findall(".//tbody//th")} == {"row"}
    assert {heading.get("scope") for heading in page.findall(".//thead//th")} == {"col", "colgroup"}
    widths = [
        sum(int(cell.get("colspan", "1")) for cell in line)
        for line in page.findall(".//tbody/tr") + page.findall(".//tfoot/tr")
    ]
    upper = sum(int(heading.get("colspan", "1")) for heading in page.findall(".//thead/tr")[0])
    assert set(widths) == {upper}


def test_the_html_table_links_to_the_people_and_shows_each_state(
    report: CoverageReport, english: Translator
) -> None:
    page = page_table(report, english, link=lambda code: f"/people/{code}")

    links = page.findall(".//tbody//th/a")
    assert (len(links), links[0].get("href")) == (34, "/people/64.71.01.1001")
    state = page.find(".//td[@class='state state-unmeasured']")
    assert state is not None
    assert state.find("*[@class='state-icon']") is not None
    assert "Not yet measured (attendance list missing)" in " ".join(state.itertext())
    assert page_table(report, english).findall(".//tbody//a") == []


def test_a_wide_table_is_split_between_groups_with_its_names_repeated() -> None:
    columns = (
        Column("Kelurahan", "name"),
        Column("State", "state"),
        *(Column(name, "integer") for name in ("Target", "Participants")),
        *(
            Column(name, "integer", group)
            for group in ("UMKM", "RT", "Umum")
            for name in ("Registered", "Present")
        ),
    )
    table = replace(WIDE, columns=columns, rows=(Row(("Damai", "reached", *range(8))),), total=None)

    parts = table.split(5)

    assert [[column.full_heading for column in part.columns] for part in parts] == [
        ["Kelurahan", "State", "Target", "Participants", "UMKM: Registered", "UMKM: Present"],
        ["Kelurahan", "RT: Registered", "RT: Present", "Umum: Registered", "Umum: Present"],
    ]
    assert [part.rows[0].cells for part in parts] == [("Damai", "reached", 0, 1, 2, 3), ("Damai", 4, 5, 6, 7)]
    assert table.split(8) == (table,)


def test_headings_span_two_lines_only_where_there_are_two() -> None:
    plain = replace(WIDE, columns=(Column("Kelurahan", "name"), Column("Target", "integer")))
    assert [[heading.lines for heading in line] for line in plain.headings] == [[1, 1], []]
