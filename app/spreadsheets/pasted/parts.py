"""Split a line of a pasted list into parts, and detect the field of each part from its form."""

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
from app.spreadsheets.tables.columns.headings import heading_field, is_number_heading

LABELLED_FIELDS = frozenset({*BY_KEY, "note"})
_EMAIL = r"[^\s@,;|()<>]+@[^\s@,;|()<>]+"
_RT = r"\brt\s*[.:/]?\s*\d{1,3}(?:\s*/\s*(?:rw\s*[.:]?\s*)?\d{1,3}|\s+rw\s*[.:]?\s*\d{1,3})?(?!\d)"
_RT_WORD = re.compile(r"^rt\s*[.:/]?\s*", re.IGNORECASE)
_DIGITS = r"(?<![\w/])\+?\(?\d(?:[)]?[ .-]?[(]?\d){8,}"
_SPLIT_AROUND = re.compile(f"{_EMAIL}|{_DIGITS}", re.IGNORECASE)
_SPLIT_BEHIND = re.compile(_RT, re.IGNORECASE)
_SPLIT_BEFORE = re.compile(r"(?<!\w)(?=kel(?:\.|\s|urahan\b))", re.IGNORECASE)
_SEPARATOR = re.compile(r"[|;()\[\]–—]|\s-+(?=\s|$)|(?<=\s)-+\s|(?<!\d)/|/(?!\d)|\s{3,}")
_ENDS_IN_RT = re.compile(rf"(?P<before>.*\S)\s+(?P<rt>{_RT})", re.IGNORECASE)
_LABELLED = re.compile(r"(?P<label>[^\W\d][^:=]{0,40}?)\s*[:=]\s*(?P<value>.*)")
_HEAD_COUNT = re.compile(r"\d{1,4}\s*(?:orang|org|peserta|pax)?", re.IGNORECASE)
_MIN_DIGITS, _MAX_PLACE_WORDS, _MAX_DATE_LENGTH = 9, 4, 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line. `field` is a field of sheets, or None for words that may be a name or something else."""

    field: str | None
    text: str


class PartParser:
    """Splits lines, with the places and target groups of `reference`."""

    def __init__(self, reference: Reference) -> None:
        self.places = PlaceIndex(reference)
        self.groups = GroupIndex(reference)
        self.field = lru_cache(maxsize=None)(self._detect_field)

    def split_parts(self, line: str) -> list[Part]:
        """Return the parts of a line of text in order, without counts ("12 orang") and labels ("HP:")."""
        text = _SPLIT_BEHIND.sub(r"\g<0>|", line)
        text = _SPLIT_BEFORE.sub("|", _SPLIT_AROUND.sub(r"|\g<0>|", text))
        parts = [part for piece in _SEPARATOR.split(text) for part in self._split_piece(piece)]
        following = (*(part.field for part in parts[1:]), None)
        return [
            part
            for part, after in zip(parts, following, strict=False)
            if part.field
            or not (_HEAD_COUNT.fullmatch(part.text) or (after and heading_field(part.text) == after))
        ]

    def split_cells(self, line: str) -> list[Part]:
        """Return the cells of a line with tabs, also empty ones; a number alone is the row's own."""
        texts = (cell.strip() for cell in line.split("\t"))
        return [
            Part("number", text) if _HEAD_COUNT.fullmatch(text) else self._make_part(text) for text in texts
        ]

    def parse_labelled(self, line: str) -> dict[str, str]:
        """Return the labelled values of "Nama: …, Kel: …" by field; labels without a value are left out.

        It ends at the first piece with an unknown label or none. Of repeated labels the first counts.
        """
        values: dict[str, str] = {}
        for piece in re.split(r"[,;|]\s*(?=[^\W\d][^:=,;|]{0,40}[:=])", line):
            match = _LABELLED.fullmatch(piece.strip())
            field = heading_field(match["label"]) if match else None
            if match is None or field not in LABELLED_FIELDS:
                break
            if match["value"]:
                values.setdefault(field, match["value"])
        return values

    def name_before_place(self, text: str) -> str | None:
        """Return the name before a kelurahan without a separator ("Ani Contoh Manggar"), or None."""
        tokens = text.split()
        for length in range(min(_MAX_PLACE_WORDS, len(tokens) - 1), 0, -1):
            key = place_key(" ".join(tokens[-length:]))
            if key in self.places.code or key in self.places.ambiguous:
                return " ".join(tokens[:-length])
        return None

    def names_group(self, text: str) -> bool:
        """Return whether the text names exactly one target group."""
        return parse_target_group(text, self.groups).code is not None

    def is_kecamatan(self, text: str) -> bool:
        """Return whether the text names a kecamatan."""
        return parse_kecamatan(text, self.places) is not None

    def _split_piece(self, piece: str) -> Iterator[Part]:
        """Yield the parts of a piece, split at commas except before degrees: "Ani Contoh, S.Pd., M.Si"."""
        texts: list[str] = []
        for text in (text.strip(" :-").lstrip(".") for text in piece.split(",")):
            if texts and text and self.field(text) is None and is_degrees(text):
                texts[-1] += f", {text}"
            elif any(map(str.isalnum, text)):
                texts.append(text)
        for text in texts:
            yield from self._split_text(text)

    def _split_text(self, text: str) -> Iterator[Part]:
        """Yield the text as one part, or as two if it ends in an RT: "Ani Contoh RT 5"."""
        ending = _ENDS_IN_RT.fullmatch(text) if self.field(text) is None else None
        if ending is None:
            yield self._make_part(text)
        else:
            yield self._make_part(ending["before"])
            yield self._make_part(ending["rt"])

    def _make_part(self, text: str) -> Part:
        """Return the text with its field; an RT without the letters "RT"."""
        field = self.field(text)
        return Part(field, _RT_WORD.sub("", text) if field == "rt" else text)

    def _detect_field(self, text: str) -> str | None:
        """Return the only field to which a text can belong, or None."""
        if re.fullmatch(_EMAIL, text):
            return "email"
        if re.fullmatch(r"[\d\s().+'-]+", text) and sum(map(str.isdigit, text)) >= _MIN_DIGITS:
            return "nik" if sum(map(str.isdigit, text)) >= NIK_LENGTH else "phone"
        if parse_nik(text).problem == "nik-corrupted":
            return "nik"
        if re.fullmatch(_RT, text, re.IGNORECASE) and parse_rt(text):
            return "rt"
        if parse_sex(text):
            return "sex"
        if len(text) <= _MAX_DATE_LENGTH and text[:1].isdigit() and parse_date(text, latest=END_OF_CENTURY):
            return "birth_date"
        if self._is_place(text):
            return "kelurahan"
        if is_target_group(text, self.groups):
            return "target_group"
        return "address" if is_street(text) else None

    def _is_place(self, text: str) -> bool:
        """Return whether the text names a kelurahan or kecamatan, with or without "Kel.", or an outside place."""
        key = place_key(text)
        named = key in self.places.code or key in self.places.ambiguous
        return bool(named or section_place(text) or parse_outside_place(text))


def is_heading(text: str) -> bool:
    """Return whether the text is a column's heading: "Nama", "No HP"."""
    return heading_field(words(text)) is not None or is_number_heading(text)
