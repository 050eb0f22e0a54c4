"""A bar chart of participants by month or quarter: one SVG for the page and the PDF.

`templates/reports/time_chart.svg` is the drawing, this module computes the positions. A table shows the same figures.
"""

from dataclasses import dataclass
from datetime import date

from app.i18n import Language, Translator, integer_text, month_short
from app.reports.coverage.breakdowns import DIMENSION_NAMES, TIME_DIMENSIONS, Breakdown, Part
from app.reports.drawings.svg import render_svg
from app.reports.periods import QUARTERS

WIDTH, HEIGHT = 720, 190
TOP, BOTTOM = 24, 150
"""The y of the highest bar and of the baseline."""
MAX_BAR_WIDTH = 44
BAR_SHARE = 0.7
"""The share of a bar in the distance to the next one."""
MIN_LABEL_WIDTH = 34
"""If bars are closer together, only every second, third … has a label."""
MAX_BARS = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its figure and labels, which are empty if there is no room for them.

    `labels` are the month or quarter, and the year below the first bar of each year.
    """

    x: float
    y: float
    width: float
    middle: float
    figure: str
    labels: tuple[str, str]
    description: str


def time_chart_svg(breakdown: Breakdown, _: Translator, language: Language) -> str:
    """Return the chart as an SVG element.

    Empty if the breakdown is not by month or quarter, or has fewer than 2 or more than `MAX_BARS` parts.
    """
    parts = breakdown.parts
    if breakdown.by not in TIME_DIMENSIONS or not 1 < len(parts) <= MAX_BARS:
        return ""
    return render_svg(
        "reports/time_chart.svg",
        title=_("Participants by: %(division)s") % {"division": _(DIMENSION_NAMES[breakdown.by])},
        width=WIDTH,
        height=HEIGHT,
        baseline=BOTTOM,
        bars=_bars(breakdown, language),
    )


def _bars(breakdown: Breakdown, language: Language) -> list[Bar]:
    """Return a bar for each part; that with the most participants is as high as the chart.

    If bars are close together, only every second, third … has labels.
    """
    pitch = WIDTH / len(breakdown.parts)
    width = min(MAX_BAR_WIDTH, pitch * BAR_SHARE)
    highest = max(part.participants for part in breakdown.parts) or 1
    label_every = -(-MIN_LABEL_WIDTH // int(pitch))
    bars, labelled_year = [], ""
    for index, part in enumerate(breakdown.parts):
        middle = pitch * (index + 0.5)
        participants = integer_text(part.participants, language)
        label, year = _label(part, language)
        has_label = index % label_every == 0
        bars.append(
            Bar(
                x=middle - width / 2,
                y=BOTTOM - (BOTTOM - TOP) * part.participants / highest,
                width=width,
                middle=middle,
                figure=participants if has_label else "",
                labels=(label if has_label else "", year if has_label and year != labelled_year else ""),
                description=f"{part.label}: {participants}",
            )
        )
        labelled_year = year if has_label else labelled_year
    return bars


def _label(part: Part, language: Language) -> tuple[str, str]:
    """Return the abbreviated month or the Roman number of the quarter, and the year: ("Agu", "2025")."""
    year, _, rest = part.key.partition("-")
    if rest.startswith("Q"):
        return QUARTERS[int(rest[1:]) - 1], year
    return month_short(date(int(year), int(rest), 1), language), year
