"""Participants by month or quarter as bars: one SVG for the page and for the PDF.

The drawing is `templates/reports/time_chart.svg`, here is what stands where. The same figures stand in a table.
"""

from dataclasses import dataclass
from datetime import date

from app.i18n import Language, Translator, integer_text, month_short
from app.reports.coverage.parts import DIVISION_NAMES, TIMES, Breakdown, Part
from app.reports.drawings.templates import drawing
from app.reports.periods import QUARTERS

WIDTH, HEIGHT = 720, 190
TOP, BOTTOM = 24, 150
"""Between the highest bar's figure and the ground line."""
WIDEST_BAR = 44
SHARE_OF_BAR = 0.7
FEWEST_POINTS = 34
"""Of width for each label; where there are more bars, only every so many bear one."""
MOST_BARS = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """`labels` are the month or quarter, and the year where it begins; empty where there is no room."""

    x: float
    y: float
    width: float
    middle: float
    figure: str
    labels: tuple[str, str]
    description: str


def time_chart_svg(breakdown: Breakdown, _: Translator, language: Language) -> str:
    """The SVG element; empty where time is not what divides it, or where there is nothing to compare or too much."""
    parts = breakdown.parts
    if breakdown.by not in TIMES or not 1 < len(parts) <= MOST_BARS:
        return ""
    return drawing(
        "reports/time_chart.svg",
        title=_("Participants by: %(division)s") % {"division": _(DIVISION_NAMES[breakdown.by])},
        width=WIDTH,
        height=HEIGHT,
        ground=BOTTOM,
        bars=_bars(breakdown, language),
    )


def _bars(breakdown: Breakdown, language: Language) -> list[Bar]:
    pitch = WIDTH / len(breakdown.parts)
    width = min(WIDEST_BAR, pitch * SHARE_OF_BAR)
    highest = max(part.participants for part in breakdown.parts) or 1
    every = -(-FEWEST_POINTS // int(pitch))
    bars, year = [], ""
    for index, part in enumerate(breakdown.parts):
        middle = pitch * (index + 0.5)
        participants = integer_text(part.participants, language)
        short, part_year = _short(part, language)
        labelled = index % every == 0
        bars.append(
            Bar(
                x=middle - width / 2,
                y=BOTTOM - (BOTTOM - TOP) * part.participants / highest,
                width=width,
                middle=middle,
                figure=participants if labelled else "",
                labels=(short if labelled else "", part_year if labelled and part_year != year else ""),
                description=f"{part.label}: {participants}",
            )
        )
        year = part_year if labelled else year
    return bars


def _short(part: Part, language: Language) -> tuple[str, str]:
    """The month or quarter in few letters, and its year."""
    year, _, rest = part.key.partition("-")
    if rest.startswith("Q"):
        return QUARTERS[int(rest[1:]) - 1], year
    return month_short(date(int(year), int(rest), 1), language), year
