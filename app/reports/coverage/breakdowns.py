"""Breakdowns of the coverage report: by kecamatan, month, quarter, workshop, pillar or organizer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.i18n import N_, Translator

Dimension = Literal["kecamatan", "month", "quarter", "workshop", "pillar", "organization"]
DIMENSIONS: tuple[Dimension, ...] = ("kecamatan", "month", "quarter", "workshop", "pillar", "organization")
TIME_DIMENSIONS: tuple[Dimension, ...] = ("month", "quarter")
DimensionChoice = Literal[Dimension, "all"]
"""The value of `by` in an address, in the API and on the command line."""

Pillar = Literal["cakap", "etika", "aman", "budaya"]

# msgids
DIMENSION_NAMES: dict[Dimension, str] = {
    "kecamatan": N_("Kecamatan"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "workshop": N_("Workshop"),
    "pillar": N_("Pillar"),
    "organization": N_("Organizer"),
}
PILLARS: dict[Pillar, str] = {
    "cakap": N_("Digital skills"),
    "etika": N_("Digital ethics"),
    "aman": N_("Digital safety"),
    "budaya": N_("Digital culture"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row of a breakdown.

    `key`       identifies the part: a code, an id, "2025-08" or "2025-Q3"
    `label`     its name in the reader's language
    `narrowed`  the filters that restrict a report to this part; empty where no filter does
    `target`, `gap`  sums over the kelurahan of a kecamatan that have a target; None without any, and in the others
    `sessions`  the sessions held; None in the breakdown by kecamatan
    """

    key: str
    label: str
    narrowed: Mapping[str, str]
    target: int | None = None
    gap: int | None = None
    sessions: int | None = None
    registered: int = 0
    attendances: int = 0
    participants: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The parts of a report by one dimension: kecamatan by code, periods in order, the others largest first.

    Each part counts distinct people. A person who came in two months counts in both, so parts don't add up.
    """

    by: Dimension
    parts: tuple[Part, ...]


def dimensions_for(choice: DimensionChoice | None) -> tuple[Dimension, ...]:
    """Return the dimensions for a value of `by`: all six for "all", only the kecamatan for None."""
    if choice == "all":
        return DIMENSIONS
    return (choice or "kecamatan",)


def pillar_label(pillar: Pillar | None, _: Translator) -> str:
    """Return the translated name of a pillar; "No pillar" for None."""
    return _(PILLARS[pillar]) if pillar else _("No pillar")
