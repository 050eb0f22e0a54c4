"""What a list says of venues (tempat), what must be asked about it, and what it changes of those that are known."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from app.i18n import N_, Translator
from app.people.cells import CellError, cell_text
from app.people.kelurahan import (
    KelurahanReading,
    PlaceIndex,
    kelurahan_of_address,
    read_kecamatan,
    read_kelurahan,
)
from app.people.outside_places import OUTSIDE
from app.people.remarks import Candidate, Remark
from app.people.text import clean, collapse, is_placeholder, words
from app.spreadsheets.attendance.dittos import with_dittos_resolved
from app.spreadsheets.attendance.marks import read_mark
from app.spreadsheets.document import SheetRow
from app.spreadsheets.remark_texts import remark_text

LONGEST_NAME = 200
LONGEST_CELL = 400
"""Of a cell no more is kept: nothing that names a venue, a place or a kind is longer."""
NOT_SAID = "?"
"""In a cell of Wi-Fi: nobody knows."""
OTHER = "lainnya"

Outcome: TypeAlias = Literal["create", "update", "unchanged", "duplicate", "review", "skip"]
OUTCOMES: tuple[Outcome, ...] = ("review", "create", "update", "unchanged", "duplicate", "skip")

SENTENCES: Mapping[str, str] = {
    "name-missing": N_("The row names no venue. Type its name, or leave the row out."),
    "kelurahan-missing": N_("No kelurahan is given. Choose it, or leave the row out."),
    "kelurahan-outside": N_("“%(found)s” lies outside the city. Choose a kelurahan, or leave the row out."),
    "kind-other": N_(
        "“%(found)s” is none of the kinds of venues. The kind is kept as it was, or as “other”."
    ),
    "wifi-unclear": N_(
        "“%(found)s” does not say clearly whether there is free public Wi-Fi. Choose what is right."
    ),
    "venue-twice": N_(
        "Row %(row)s has a venue of the same name and says something else of it. Give one of them another name, or "
        "leave one out."
    ),
}
_WORDS_OF_KINDS = {
    "aula": {"aula", "balai", "pendopo", "serbaguna", "hall"},
    "kantor": {"kantor", "kelurahan", "kecamatan", "dinas", "instansi", "pemerintahan", "office"},
    "sekolah": {"sekolah", "sd", "sdn", "smp", "smpn", "sma", "sman", "smk", "smkn", "madrasah", "school"},
    "kampus": {"kampus", "universitas", "politeknik", "institut", "campus", "university"},
    "ruang-publik": {"taman", "lapangan", "rth", "pantai", "publik", "terbuka", "fasum", "park", "public"},
    OTHER: {"lainnya", "lain", "other"},
}
KIND_OF_WORD = {word: kind for kind, telling in _WORDS_OF_KINDS.items() for word in telling}
_WIFI_THERE = {"ada", "tersedia", "aktif", "nyala", "gratis", "publik", "wifi"}
_NOT = {"tidak", "tdk", "belum", "non", "tanpa"}


@dataclass(frozen=True, slots=True)
class VenueRow:
    """One row: `number` is the row number that Excel shows, `cells` its texts by field of `venue_lists.FIELDS`."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """`kelurahan` is a code; `public_wifi` None where nobody said."""

    name: str
    kind: str = OTHER
    kelurahan: str | None = None
    public_wifi: bool | None = None


@dataclass(frozen=True, slots=True)
class JudgedVenue:
    """`facts` are those after the import, as far as they are understood; `known` is what there is now."""

    number: int
    cells: Mapping[str, str]
    outcome: Outcome
    facts: VenueFacts
    known: VenueFacts | None
    remarks: tuple[Remark, ...] = ()


def venue_rows(rows: Iterable[SheetRow]) -> tuple[VenueRow, ...]:
    """The rows of a sheet as texts, "sda" and the like replaced; a name that is an error of a formula is none."""
    return tuple(
        VenueRow(
            row.number,
            {
                field: tidy(cell_text(cell))[:LONGEST_CELL]
                for field, cell in cells.items()
                if not (field == "name" and isinstance(cell, CellError))
            },
        )
        for row, cells in with_dittos_resolved(rows)
    )


def tidy(text: str) -> str:
    """A name, or another cell, as it is kept and compared."""
    return collapse(clean(text))


def judge_venues(
    rows: Sequence[VenueRow],
    known: Iterable[VenueFacts],
    places: PlaceIndex,
    *,
    left_out: Collection[int] = (),
    wifi_unsaid: bool | None = None,
) -> list[JudgedVenue]:
    """What becomes of every row. A venue is known by its name, whatever its case and punctuation.

    `wifi_unsaid` is what rows mean that say nothing of Wi-Fi. What a list says replaces what is known, where it says
    nothing that stays; a cell that can't be understood asks only where the known venue doesn't answer it.
    """
    known_by_name = _by_name(known)
    above: dict[str, JudgedVenue] = {}
    judged = []
    for row in rows:
        name = row.cells.get("name", "")
        there = known_by_name.get(name) or known_by_name.get(name_key(name))
        if row.number in left_out:
            judged.append(JudgedVenue(row.number, row.cells, "skip", VenueFacts(name), there))
            continue
        venue = _judged(row, there, places, wifi_unsaid)
        earlier = above.setdefault(name_key(name), venue)
        if name and earlier is not venue:
            venue = _said_again(venue, earlier)
        judged.append(venue)
    return judged


def venue_remark_text(remark: Remark, _: Translator) -> str:
    """The sentence of a remark, in the language of `_`."""
    if remark.code in SENTENCES:
        return _(SENTENCES[remark.code]) % dict(remark.params)
    return remark_text(remark, _)


def read_kind(text: str) -> str | None:
    """The kind of venue that a text names by one of its words ("SMP Negeri", "Taman Kota"), or None."""
    return next((KIND_OF_WORD[word] for word in words(text).split() if word in KIND_OF_WORD), None)


def read_wifi(text: str) -> bool | None:
    """Whether a text says that there is free public Wi-Fi; None where that is unclear."""
    said = words(text).split()
    if said and {*said} <= _NOT | _WIFI_THERE:
        return said[0] not in _NOT
    return {"present": True, "absent": False}.get(read_mark(text) or "")


def name_key(name: str) -> str:
    """What is compared of names: their words. One of signs alone is compared as it is."""
    return words(name) or name


def _by_name(known: Iterable[VenueFacts]) -> dict[str, VenueFacts]:
    """Known venues by their exact names and by what is compared of these, of which the exact one goes first."""
    venues = list(known)
    alike = {name_key(venue.name): venue for venue in reversed(venues)}
    return alike | {venue.name: venue for venue in venues}


def _judged(
    row: VenueRow, known: VenueFacts | None, places: PlaceIndex, wifi_unsaid: bool | None
) -> JudgedVenue:
    before = known or VenueFacts(row.cells.get("name", ""))
    kelurahan, on_kelurahan = _kelurahan(row, before.kelurahan, places)
    kind, on_kind = _kind(row)
    wifi, on_wifi = _wifi(row, before.public_wifi, wifi_unsaid)
    facts = VenueFacts(
        before.name,
        kind or before.kind,
        kelurahan or before.kelurahan,
        before.public_wifi if wifi is None else wifi,
    )
    on_name = [] if known else _remarks_on_name(before.name)
    remarks = (*on_name, *on_kelurahan, *on_kind, *on_wifi)
    if any(remark.level == "review" for remark in remarks):
        outcome: Outcome = "review"
    elif known is None:
        outcome = "create"
    else:
        outcome = "unchanged" if facts == known else "update"
    return JudgedVenue(row.number, row.cells, outcome, facts, known, remarks)


def _said_again(venue: JudgedVenue, earlier: JudgedVenue) -> JudgedVenue:
    """A venue that stands higher up already; the same said twice is said once."""
    if venue.outcome != "review" and replace(venue.facts, name=earlier.facts.name) == earlier.facts:
        return replace(venue, outcome="duplicate")
    twice = Remark("review", "name", "venue-twice", {"row": earlier.number})
    return replace(venue, outcome="review", remarks=(*venue.remarks, twice))


def _remarks_on_name(name: str) -> list[Remark]:
    if is_placeholder(name):
        return [Remark("review", "name", "name-missing", {})]
    if len(name) > LONGEST_NAME:
        return [Remark("review", "name", "name-too-long", {"limit": LONGEST_NAME})]
    return []


def _kelurahan(row: VenueRow, known: str | None, places: PlaceIndex) -> tuple[str | None, list[Remark]]:
    """The code of the cell, else of what the address names after "Kel."; an unclear text may mean the known one."""
    text = row.cells.get("kelurahan", "")
    reading = read_kelurahan(text, places)
    if reading.problem == "kelurahan-missing":
        reading = kelurahan_of_address(row.cells.get("address", ""), places) or reading
    if reading.code and reading.code != OUTSIDE:
        return reading.code, _remarks_on_kecamatan(row, reading.code, places)
    if known and (not reading.candidates or known in reading.candidates):
        return None, []
    return None, [_question(text, reading, places)]


def _question(text: str, reading: KelurahanReading, places: PlaceIndex) -> Remark:
    code = reading.problem or "kelurahan-outside"
    candidates = tuple(Candidate("kelurahan", one, places.name[one]) for one in reading.candidates)
    return Remark("review", "kelurahan", code, {"found": text, "why": reading.why}, candidates)


def _remarks_on_kecamatan(row: VenueRow, kelurahan: str, places: PlaceIndex) -> list[Remark]:
    text = row.cells.get("kecamatan", "")
    if is_placeholder(text) or read_kecamatan(text, places) == places.kecamatan_of[kelurahan]:
        return []
    return [Remark("warning", "kecamatan", "kecamatan-differs", {"found": text})]


def _kind(row: VenueRow) -> tuple[str | None, list[Remark]]:
    text = row.cells.get("kind", "")
    kind = read_kind(text)
    if kind or is_placeholder(text):
        return kind, []
    return None, [Remark("warning", "kind", "kind-other", {"found": text})]


def _wifi(row: VenueRow, known: bool | None, unsaid: bool | None) -> tuple[bool | None, list[Remark]]:
    text = row.cells.get("wifi", "")
    if text in {"", NOT_SAID}:
        return unsaid, []
    there = read_wifi(text)
    if there is None and known is None:
        return None, [Remark("review", "wifi", "wifi-unclear", {"found": text})]
    return there, []
