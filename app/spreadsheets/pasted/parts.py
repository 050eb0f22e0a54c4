"""One line of a pasted list, taken apart: what each part of it says of a person, told by its shape alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.people.fields import BY_KEY
from app.people.values.dates import END_OF_CENTURY, parse_date
from app.people.values.kelurahan import PlaceIndex, is_street, parse_kecamatan
from app.people.values.names import is_degrees
from app.people.values.nik import LENGTH as NIK_LENGTH
from app.people.values.nik import parse_nik
from app.people.values.outside_places import parse_outside_place
from app.people.values.place_names import place_key, section_place
from app.people.values.reference import Reference
from app.people.values.rt import parse_rt
from app.people.values.sex import parse_sex
from app.people.values.target_groups import GroupIndex, is_target_group, parse_target_group
from app.people.values.text import words
from app.spreadsheets.tables.headings import heading_field, is_number_heading

LABELLED_FIELDS = frozenset({*BY_KEY, "note"})
_EMAIL = r"[^\s@,;|()<>]+@[^\s@,;|()<>]+"
_RT = r"\brt\s*[.:/]?\s*\d{1,3}(?:\s*/\s*(?:rw\s*[.:]?\s*)?\d{1,3}|\s+rw\s*[.:]?\s*\d{1,3})?(?!\d)"
_RT_WORD = re.compile(r"^rt\s*[.:/]?\s*", re.IGNORECASE)
_DIGITS = r"(?<![\w/])\+?\(?\d(?:[)]?[ .-]?[(]?\d){8,}"
_AROUND = re.compile(f"{_EMAIL}|{_DIGITS}", re.IGNORECASE)
_BEHIND = re.compile(_RT, re.IGNORECASE)
_BEFORE = re.compile(r"(?<!\w)(?=kel(?:\.|\s|urahan\b))", re.IGNORECASE)
_SEPARATOR = re.compile(r"[|;()\[\]–—]|\s-+(?=\s|$)|(?<=\s)-+\s|(?<!\d)/|/(?!\d)|\s{3,}")
_ENDS_IN_RT = re.compile(rf"(?P<before>.*\S)\s+(?P<rt>{_RT})", re.IGNORECASE)
_LABELLED = re.compile(r"(?P<label>[^\W\d][^:=]{0,40}?)\s*[:=]\s*(?P<value>\S.*)")
_HEAD_COUNT = re.compile(r"\d{1,4}\s*(?:orang|org|peserta|pax)?", re.IGNORECASE)
_SHORT_DIGITS, _MOST_WORDS, _LONGEST_DATE = 9, 4, 20


@dataclass(frozen=True, slots=True)
class Part:
    """`field` is one of the fields of sheets; None for words that may be a name, or anything."""

    field: str | None
    text: str


class PartParser:
    """Tells parts by the places and groups there are."""

    def __init__(self, reference: Reference) -> None:
        self.places = PlaceIndex(reference)
        self.groups = GroupIndex(reference)
        self.field = lru_cache(maxsize=None)(self._field)

    def parts(self, line: str) -> list[Part]:
        """The parts of a line of running text, in their order; counts ("12 orang") and labels ("HP:") are none."""
        text = _BEHIND.sub(r"\g<0>|", line)
        text = _BEFORE.sub("|", _AROUND.sub(r"|\g<0>|", text))
        found = [part for piece in _SEPARATOR.split(text) for part in self._of_piece(piece)]
        following = (*(part.field for part in found[1:]), None)
        return [
            part
            for part, after in zip(found, following, strict=False)
            if part.field
            or not (_HEAD_COUNT.fullmatch(part.text) or (after and heading_field(part.text) == after))
        ]

    def cells(self, line: str) -> list[Part]:
        """The cells of a line that tabs divide, empty ones too; a number alone is the row's own."""
        texts = (cell.strip() for cell in line.split("\t"))
        return [Part("number", text) if _HEAD_COUNT.fullmatch(text) else self._part(text) for text in texts]

    def labelled(self, line: str) -> dict[str, str]:
        """What "Nama: …, Kel: …" says by its labels, by field; empty where the line doesn't begin with a known one."""
        said: dict[str, str] = {}
        for piece in re.split(r"[,;|]\s*(?=[^\W\d][^:=,;|]{0,40}[:=])", line):
            found = _LABELLED.fullmatch(piece.strip())
            field = heading_field(found["label"]) if found else None
            if found is None or field not in LABELLED_FIELDS:
                break
            said.setdefault(field, found["value"])
        return said

    def place_behind_name(self, text: str) -> str | None:
        """The name before a kelurahan that nothing divides from it ("Ani Contoh Manggar"), or None."""
        tokens = text.split()
        for length in range(min(_MOST_WORDS, len(tokens) - 1), 0, -1):
            key = place_key(" ".join(tokens[-length:]))
            if key in self.places.code or key in self.places.ambiguous:
                return " ".join(tokens[:-length])
        return None

    def names_group_inside(self, text: str) -> bool:
        return parse_target_group(text, self.groups).code is not None

    def is_kecamatan(self, text: str) -> bool:
        return parse_kecamatan(text, self.places) is not None

    def _of_piece(self, piece: str) -> Iterator[Part]:
        """A piece may be divided by commas; "S.Pd., M.Si" behind one belongs to the name before it."""
        texts: list[str] = []
        for text in (text.strip(" :-").lstrip(".") for text in piece.split(",")):
            if texts and text and self.field(text) is None and is_degrees(text):
                texts[-1] += f", {text}"
            elif any(map(str.isalnum, text)):
                texts.append(text)
        for text in texts:
            yield from self._of_text(text)

    def _of_text(self, text: str) -> Iterator[Part]:
        ending = _ENDS_IN_RT.fullmatch(text) if self.field(text) is None else None
        if ending is None:
            yield self._part(text)
        else:
            yield self._part(ending["before"])
            yield self._part(ending["rt"])

    def _part(self, text: str) -> Part:
        field = self.field(text)
        return Part(field, _RT_WORD.sub("", text) if field == "rt" else text)

    def _field(self, text: str) -> str | None:
        """What a text can only be, or None."""
        if re.fullmatch(_EMAIL, text):
            return "email"
        if re.fullmatch(r"[\d\s().+'-]+", text) and sum(map(str.isdigit, text)) >= _SHORT_DIGITS:
            return "nik" if sum(map(str.isdigit, text)) >= NIK_LENGTH else "phone"
        if parse_nik(text).problem == "nik-corrupted":
            return "nik"
        if re.fullmatch(_RT, text, re.IGNORECASE) and parse_rt(text):
            return "rt"
        if parse_sex(text):
            return "sex"
        if len(text) <= _LONGEST_DATE and text[:1].isdigit() and parse_date(text, latest=END_OF_CENTURY):
            return "birth_date"
        if self._is_place(text):
            return "kelurahan"
        if is_target_group(text, self.groups):
            return "target_group"
        return "address" if is_street(text) else None

    def _is_place(self, text: str) -> bool:
        key = place_key(text)
        named = key in self.places.code or key in self.places.ambiguous
        return bool(named or section_place(text) or parse_outside_place(text))


def is_heading(text: str) -> bool:
    """True for what stands over a column: "Nama", "No HP"."""
    return heading_field(words(text)) is not None or is_number_heading(text)
