"""The trend by month or year as lines: one SVG for the page and the PDF.

`templates/reports/trend_chart.svg` is the drawing, this module computes the positions. People are in the upper panel,
kelurahan in the lower one. Lines differ by dashes and marks, not by colour alone; a table shows the same figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.i18n import Language, Translator, integer_text, month_short
from app.reports.coverage.trend import TITLES, Step, Trend, TrendPart
from app.reports.drawings.svg import render_svg

PartLink = Callable[[str], str | None]
"""Returns the URL of the participants of a month or year by its key."""

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT = 24, 616
PEOPLE_TOP, PEOPLE_BOTTOM = 62, 210
"""The y of the largest figure and of 0 in the upper panel."""
PLACES_TOP, PLACES_BOTTOM = 268, 324
MIN_LABEL_WIDTH = 40
"""If parts are closer together, only every second, third … has labels."""
MAX_PARTS = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chart: `name` is that of its style in the template, `points` its marks."""

    name: str
    label: str
    points: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """The points as the attribute of a polyline."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class ChartPart:
    """A month or year with its figures and labels, which are empty where there is no room for them."""

    x: float
    left: float
    width: float
    people: str
    people_y: float
    places: str
    places_y: float
    labels: tuple[str, str]
    description: str
    href: str | None


def trend_chart_svg(
    trend: Trend, step: Step, _: Translator, language: Language, link: PartLink | None = None
) -> str:
    """Return the chart as an SVG element, in which with `link` each part links to its participants.

    Empty with fewer than 2 or more than `MAX_PARTS` parts.
    """
    parts = trend.parts(step)
    if not 1 < len(parts) <= MAX_PARTS:
        return ""
    pitch = (RIGHT - LEFT) / len(parts)
    xs = [LEFT + pitch * (index + 0.5) for index in range(len(parts))]
    people, places = [part.participants for part in parts], [part.kelurahan for part in parts]
    ys = _heights(people, max(people), PEOPLE_TOP, PEOPLE_BOTTOM)
    place_ys = _heights(places, max(places), PLACES_TOP, PLACES_BOTTOM)

    def people_line(name: str, label: str, figures: Sequence[int]) -> Line:
        heights = _heights(figures, max(people), PEOPLE_TOP, PEOPLE_BOTTOM)
        return Line(name, label, tuple(zip(xs, heights, strict=True)))

    lines = (
        people_line("participants", _("Participants"), people),
        people_line("newcomers", _("New"), [part.newcomers for part in parts]),
        people_line("returning", _("Again"), [part.returning for part in parts]),
        Line("kelurahan", _("Kelurahan reached"), tuple(zip(xs, place_ys, strict=True))),
    )
    return render_svg(
        "reports/trend_chart.svg",
        name=f"trend-{step}",
        title=_(TITLES[step]),
        description=_description(parts, _, language),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        baselines=(PEOPLE_BOTTOM, PLACES_BOTTOM),
        lines=lines,
        parts=[
            _draw_part(part, index, pitch, (ys[index], place_ys[index]), _, language, link)
            for index, part in enumerate(parts)
        ],
        interactive=link is not None,
    )


def _heights(figures: Sequence[int], highest: int, top: float, bottom: float) -> list[float]:
    """Return the y of each figure, of which `highest` is at the top."""
    return [bottom - (bottom - top) * figure / (highest or 1) for figure in figures]


def _draw_part(
    part: TrendPart,
    index: int,
    pitch: float,
    heights: tuple[float, float],
    _: Translator,
    language: Language,
    link: PartLink | None,
) -> ChartPart:
    label_every = -(-MIN_LABEL_WIDTH // max(1, int(pitch)))
    has_label = index % label_every == 0
    month, year = _labels(part, language)
    shows_year = has_label and (index == 0 or part.key.endswith("-01") or label_every > 1)
    return ChartPart(
        x=LEFT + pitch * (index + 0.5),
        left=LEFT + pitch * index,
        width=pitch,
        people=integer_text(part.participants, language) if has_label else "",
        people_y=heights[0] - 10,
        places=integer_text(part.kelurahan, language) if has_label else "",
        places_y=heights[1] - 10,
        labels=(month if has_label else "", year if shows_year else ""),
        description=_part_text(part, _, language),
        href=link(part.key) if link else None,
    )


def _labels(part: TrendPart, language: Language) -> tuple[str, str]:
    """Return the abbreviated month and the year, or the year and nothing."""
    year, _, month = part.key.partition("-")
    return (month_short(date(int(year), int(month), 1), language), year) if month else (year, "")


def _part_text(part: TrendPart, _: Translator, language: Language) -> str:
    """Return the figures of a part for screen readers."""
    return _(
        "%(label)s: %(participants)s participants, %(newcomers)s new, %(returning)s again, %(kelurahan)s kelurahan"
    ) % {
        "label": part.label,
        "participants": integer_text(part.participants, language),
        "newcomers": integer_text(part.newcomers, language),
        "returning": integer_text(part.returning, language),
        "kelurahan": integer_text(part.kelurahan, language),
    }


def _description(parts: Sequence[TrendPart], _: Translator, language: Language) -> str:
    """Return the part with the most participants, and the last one."""
    most = max(parts, key=lambda part: part.participants)
    return _("Most: %(most)s. Latest: %(latest)s.") % {
        "most": _part_text(most, _, language),
        "latest": _part_text(parts[-1], _, language),
    }
