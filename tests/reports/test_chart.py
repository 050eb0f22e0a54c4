"""The bar chart of months and quarters."""

import re

from app.i18n import translator
from app.reports.coverage.breakdowns import Breakdown, Dimension, Part
from app.reports.drawings.chart import time_chart_svg


def chart(by: Dimension, *people: tuple[str, int]) -> str:
    parts = tuple(Part(key=key, label=f"<{key}>", narrowed={}, participants=count) for key, count in people)
    return time_chart_svg(Breakdown(by=by, parts=parts), translator("en"), "en")


def test_bars_are_as_high_as_their_figures() -> None:
    svg = chart("month", ("2024-11", 1000), ("2024-12", 0), ("2025-01", 500))

    heights = [float(height) for height in re.findall(r'height="([\d.]+)" fill', svg)]
    assert (heights[1], heights[2]) == (0, heights[0] / 2)
    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == [
        *("1,000", "Nov", "2024"),
        *("0", "Dec", ""),
        *("500", "Jan", "2025"),
    ]
    assert "<title>&lt;2025-01&gt;: 500</title>" in svg


def test_only_some_of_many_months_have_a_label() -> None:
    svg = chart("month", *((f"{year}-{month:02}", 7) for year in range(2020, 2025) for month in range(1, 13)))

    assert svg.count("<rect") == 60
    assert 10 < svg.count(">7</text>") < 25


def test_there_is_no_chart_of_other_dimensions_or_a_single_part() -> None:
    assert chart("workshop", ("A", 1), ("B", 2)) == ""
    assert chart("quarter", ("2025-Q1", 3)) == ""
