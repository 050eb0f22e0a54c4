"""The bars of months and quarters say the same as the table beside them."""

import re

from app.i18n import translator
from app.reports.coverage.parts import Breakdown, Division, Part
from app.reports.drawings.chart import time_chart_svg


def chart(by: Division, *people: tuple[str, int]) -> str:
    parts = tuple(Part(key=key, label=f"<{key}>", narrowed={}, participants=count) for key, count in people)
    return time_chart_svg(Breakdown(by=by, parts=parts), translator("en"), "en")


def test_bars_stand_as_high_as_their_figures() -> None:
    drawn = chart("month", ("2024-11", 1000), ("2024-12", 0), ("2025-01", 500))

    heights = [float(found) for found in re.findall(r'height="([\d.]+)" fill', drawn)]
    assert (heights[1], heights[2]) == (0, heights[0] / 2)
    assert re.findall(r"<text[^>]*>([^<]*)</text>", drawn) == [
        *("1,000", "Nov", "2024"),
        *("0", "Dec", ""),
        *("500", "Jan", "2025"),
    ]
    assert "<title>&lt;2025-01&gt;: 500</title>" in drawn


def test_of_many_months_only_some_bear_a_label() -> None:
    drawn = chart(
        "month", *((f"{year}-{month:02}", 7) for year in range(2020, 2025) for month in range(1, 13))
    )

    assert drawn.count("<rect") == 60
    assert 10 < drawn.count(">7</text>") < 25


def test_nothing_is_drawn_where_time_is_not_what_divides() -> None:
    assert chart("workshop", ("A", 1), ("B", 2)) == ""
    assert chart("quarter", ("2025-Q1", 3)) == ""
