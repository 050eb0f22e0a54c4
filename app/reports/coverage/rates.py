"""People reached, measured against how many there are: only for the areas of which a source tells the number."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.i18n import N_

Measure = Literal["penduduk", "umkm"]

PER: dict[Measure, int] = {"penduduk": 1_000, "umkm": 100}
# msgids
MEASURES: dict[Measure, str] = {
    "penduduk": N_("participants per 1,000 inhabitants"),
    "umkm": N_("small businesses taking part, per 100 of them"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`participants` of an area out of `known` inhabitants, or small businesses, as the source tells for a day."""

    area: str
    name: str
    measure: Measure
    participants: int
    known: int
    as_of: date
    source: str

    @property
    def rate(self) -> float:
        """Per thousand inhabitants, per hundred small businesses; small ones exactly enough not to look like none."""
        exact = PER[self.measure] * self.participants / self.known
        return round(exact, 2 if exact >= 0.1 else 4)


def rate_document(rate: Rate) -> dict[str, object]:
    return {
        "area": rate.area,
        "name": rate.name,
        "measure": rate.measure,
        "participants": rate.participants,
        "known": rate.known,
        "per": PER[rate.measure],
        "rate": rate.rate,
        "as_of": rate.as_of.isoformat(),
        "source": rate.source,
    }
