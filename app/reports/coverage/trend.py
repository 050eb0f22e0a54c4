"""The trend of participation by month and by year: people, new ones among them, and kelurahan with participants."""

from dataclasses import dataclass
from typing import Literal

from app.i18n import N_, Translator
from app.reports.periods import Period
from app.reports.table import Column, Row, Table

Step = Literal["month", "year"]
STEPS: tuple[Step, ...] = ("month", "year")

# msgids
STEP_NAMES: dict[Step, str] = {"month": N_("Month"), "year": N_("Year")}
TITLES: dict[Step, str] = {"month": N_("Trend by month"), "year": N_("Trend by year")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPart:
    """A month or a year.

    `key`           "2025-08" or "2025"
    `period`        its days, cut where the report's period ends
    `participants`  distinct people who were present
    `newcomers`     those of them who had never been present before at a session that fits the report's filters
    `kelurahan`     kelurahan with at least one participant
    """

    key: str
    label: str
    period: Period
    participants: int
    newcomers: int
    kelurahan: int

    @property
    def returning(self) -> int:
        """The participants who had been present before the month or year began."""
        return self.participants - self.newcomers


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The months up to the end of the report's period, and the years up to there, both in order.

    There are at least twelve months, more if the period has more, and all years from that of the first session on.
    """

    months: tuple[TrendPart, ...]
    years: tuple[TrendPart, ...]

    def parts(self, step: Step) -> tuple[TrendPart, ...]:
        """Return the months or the years."""
        return self.months if step == "month" else self.years


def trend_table(trend: Trend, step: Step, subtitle: tuple[str, ...], _: Translator) -> Table:
    """Return a table with a row per month or year, without a total: a participant of two months is counted in both."""
    return Table(
        name=_(TITLES[step]),
        title=_(TITLES[step]),
        subtitle=subtitle,
        columns=(
            Column(_(STEP_NAMES[step]), "name"),
            Column(_("Participants"), "integer", counts="present"),
            Column(_("New"), "integer"),
            Column(_("Again"), "integer"),
            Column(_("Kelurahan reached"), "integer"),
        ),
        rows=tuple(
            Row(
                (part.label, part.participants, part.newcomers, part.returning, part.kelurahan),
                key=part.key,
                filters={"from": part.period.from_.isoformat(), "to": part.period.to.isoformat()},
            )
            for part in trend.parts(step)
        ),
        total=None,
        notes=(trend_note(_),),
    )


def trend_note(_: Translator) -> str:
    """Return the sentences on what is new, which kelurahan are reached, and months and years of closed periods."""
    return " ".join(
        (
            _(
                "New: present for the first time at a session that fits the filters. Kelurahan reached: with at least "
                "one participant."
            ),
            _(
                "Months and years are counted as they were recorded when the report was made; if one is closed, its "
                "official figures are those of its own report."
            ),
        )
    )
