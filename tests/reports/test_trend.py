"""The trend as a chart and as a table."""

import re
from datetime import date
from xml.etree import ElementTree as ET

from app.i18n import Translator
from app.reports.coverage.trend import Trend, TrendPart, trend_table
from app.reports.drawings.trend import trend_chart_svg
from app.reports.periods import months_from

SVG = "{http://www.w3.org/2000/svg}"


def months(*people: tuple[int, int, int]) -> Trend:
    """Return the trend of months from January on, each with participants, new ones and kelurahan."""
    parts = tuple(
        TrendPart(
            key=f"2025-{number:02}",
            label=f"month {number}",
            period=months_from(date(2025, number, 1), 1),
            participants=participants,
            newcomers=newcomers,
            kelurahan=kelurahan,
        )
        for number, (participants, newcomers, kelurahan) in enumerate(people, 1)
    )
    return Trend(months=parts, years=())


def test_each_line_ends_at_its_figure_and_has_its_own_mark(english: Translator) -> None:
    svg = ET.fromstring(trend_chart_svg(months((10, 10, 3), (20, 5, 6)), "month", english, "en"))  # noqa: S314

    lines = {line.get("class", "").split("-")[-1]: line for line in svg.iter(f"{SVG}polyline")}
    heights = {
        name: [point.split(",")[1] for point in line.get("points", "").split()]
        for name, line in lines.items()
    }
    assert set(lines) == {"participants", "newcomers", "returning", "kelurahan"}
    assert heights["participants"] == ["136.0", "62.0"]
    assert heights["newcomers"] == ["136.0", "173.0"]
    assert heights["returning"] == ["210.0", "99.0"]
    dashes = [line.get("stroke-dasharray") for name, line in lines.items() if name != "kelurahan"]
    assert len(set(dashes)) == 3
    marks = {mark.get("class"): mark.get("d") for mark in svg.iter(f"{SVG}path") if mark.get("transform")}
    assert len(set(marks.values())) == len(marks) == 4


def test_it_is_described_and_leads_to_each_month(english: Translator) -> None:
    trend = months((10, 10, 3), (20, 5, 6), (4, 0, 1))

    svg = trend_chart_svg(trend, "month", english, "en", lambda key: f"/people?month={key}&all")

    assert (
        "Most: month 2: 20 participants, 5 new, 15 again, 6 kelurahan. Latest: month 3: 4 participants" in svg
    )
    assert re.findall(r'<a href="/people\?month=([\d-]+)&amp;all"', svg) == ["2025-01", "2025-02", "2025-03"]
    assert "<a " not in trend_chart_svg(trend, "month", english, "en")
    assert "style=" not in svg


def test_there_is_no_chart_of_a_single_part(english: Translator) -> None:
    assert trend_chart_svg(months((1, 1, 1)), "month", english, "en") == ""
    assert trend_chart_svg(months((1, 1, 1), (2, 1, 1)), "year", english, "en") == ""


def test_the_table_has_the_same_figures(english: Translator) -> None:
    table = trend_table(months((10, 10, 3), (20, 5, 6)), "month", (), english)

    assert [row.cells for row in table.rows] == [("month 1", 10, 10, 0, 3), ("month 2", 20, 5, 15, 6)]
    assert table.rows[1].filters == {"from": "2025-02-01", "to": "2025-02-28"}
