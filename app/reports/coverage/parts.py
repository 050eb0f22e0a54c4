"""The report divided by kecamatan, by time, by workshop, pillar or organizer: figures already counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.i18n import N_, Translator

Division = Literal["kecamatan", "month", "quarter", "workshop", "pillar", "organization"]
DIVISIONS: tuple[Division, ...] = ("kecamatan", "month", "quarter", "workshop", "pillar", "organization")
TIMES: tuple[Division, ...] = ("month", "quarter")
Divided = Literal[Division, "all"]
"""What may be asked for."""

Pillar = Literal["cakap", "etika", "aman", "budaya"]

# msgids
DIVISION_NAMES: dict[Division, str] = {
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
    """One line of a breakdown.

    `key` names it, `label` is in the reader's language. `narrowed` are the filters of the address that leave this
    part alone, none where there is no such filter. A kecamatan has a `target` and a `gap`, the sums of its
    kelurahan's; the other parts have the number of `sessions` held.
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
    """Parts in the order in which they are read: time and codes as they follow, the others from the most people.

    Each part counts distinct people of its own: who came in two months is in both, and the parts don't add up.
    """

    by: Division
    parts: tuple[Part, ...]


def divisions_of(chosen: Divided | None) -> tuple[Division, ...]:
    """The divisions that were chosen: one of them or all; by kecamatan, where nothing was."""
    if chosen == "all":
        return DIVISIONS
    return (chosen or "kecamatan",)


def pillar_label(pillar: Pillar | None, _: Translator) -> str:
    return _(PILLARS[pillar]) if pillar else _("No pillar")
