"""Parses a person's details, whether typed into a form, sent to the API, pasted as a list or read from a sheet."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from app.nik_vault import mask_niks
from app.people.cells import Cell, CellError, cell_text
from app.people.dates import read_birth_date
from app.people.emails import read_email
from app.people.fields import GROUP_TEXT_FIELDS, TEXT_FIELDS
from app.people.kelurahan import (
    KelurahanReading,
    is_street,
    kelurahan_of_address,
    place_index,
    read_kecamatan,
    read_kelurahan,
)
from app.people.names import display_name, name_key
from app.people.nik import nik_agrees, nik_sex, read_nik
from app.people.person import ParsedPerson, PersonValues
from app.people.phones import phone_found, phone_is_blank, read_phone
from app.people.reference import Reference
from app.people.remarks import Candidate, Level, Remark
from app.people.rt import read_rt, rt_inside, rt_is_blank
from app.people.sex import Sex, read_sex_cell
from app.people.target_groups import GroupReading, group_index, read_target_group
from app.people.text import collapse, is_placeholder

MAX_NAME = 200
_FREE_TEXTS = ("name", "name_key", "outside_place", *TEXT_FIELDS)
_RT_ELSEWHERE = ("target_group", *GROUP_TEXT_FIELDS, "kelurahan", "address")
"""The fields whose text may name an RT ("Ketua RT 12"), in the order in which they are asked."""

_Argument = TypeVar("_Argument")
_Value = TypeVar("_Value")


class PlaceText(NamedTuple):
    """A text that names a place, and what it is read as."""

    text: str
    reading: KelurahanReading


def _once(read: Callable[[_Argument], _Value]) -> Callable[[_Argument], _Value]:
    """`read`, cached per distinct value for as long as the parser lives; 1, 1.0 and True stay apart."""
    return lru_cache(maxsize=None, typed=True)(read)


class PersonParser:
    """Parses people by the places and groups of `reference`.

    `nik_key` makes the keyed hash of a NIK, `on` is the day on which ages are reckoned, `target_groups` are those
    offered where a text names no single group. What people have in common (kelurahan, group, sex, RT, date of birth)
    is parsed once per distinct text.
    """

    def __init__(
        self,
        reference: Reference,
        nik_key: Callable[[str], str],
        on: date,
        target_groups: tuple[str, ...] = (),
    ) -> None:
        self.places = place_index(reference)
        self.groups = group_index(reference)
        self.nik_key = nik_key
        self.target_groups = target_groups
        self.kelurahan: Callable[[str], KelurahanReading] = _once(
            lambda text: read_kelurahan(text, self.places)
        )
        self._place_of: Callable[[str], PlaceText | None] = _once(self._place_named)
        self.kecamatan: Callable[[str], str | None] = _once(lambda text: read_kecamatan(text, self.places))
        self.group: Callable[[str], GroupReading] = _once(lambda text: read_target_group(text, self.groups))
        self.sex: Callable[[Cell], Sex | None] = _once(read_sex_cell)
        self.rt: Callable[[Cell], str | None] = _once(read_rt)
        self.rt_inside: Callable[[str], str | None] = _once(rt_inside)
        self.birth_date: Callable[[Cell], date | None] = _once(lambda cell: read_birth_date(cell, on=on))

    def parse(self, cells: Mapping[str, Cell], place: PlaceText | None = None) -> ParsedPerson:
        """Parse the cells (by field) of one person.

        `place` is where they live, if something else than their own cells decides it. NIKs in free texts are masked.
        """
        person = _PersonCells(self, cells)
        person.parse(place)
        _mask_misplaced_niks(person.values)
        return ParsedPerson(person.values, person.remarks)

    def own_place(self, cells: Mapping[str, Cell]) -> PlaceText | None:
        """Return what the kelurahan's cell says; None where it is empty or holds a street or an RT alone."""
        return self._place_of(text_of(cells, "kelurahan"))

    def _place_named(self, text: str) -> PlaceText | None:
        reading = self.kelurahan(text)
        if reading.problem == "kelurahan-missing" or (
            reading.problem == "kelurahan-unknown" and not reading.why and is_street(text)
        ):
            return None
        return PlaceText(text, reading)

    def place_in_address(self, cells: Mapping[str, Cell]) -> PlaceText | None:
        """Return the place that the address names after "Kel.", or None."""
        reading = kelurahan_of_address(text_of(cells, "address"), self.places)
        return PlaceText("", reading) if reading else None


def without_errors(cells: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """The cells that hold a value."""
    if CellError not in map(type, cells.values()):
        return cells
    return {field: cell for field, cell in cells.items() if not isinstance(cell, CellError)}


def text_of(cells: Mapping[str, Cell], field: str) -> str:
    cell = cells.get(field)
    return cell if type(cell) is str else cell_text(cell)


def plain_text(cells: Mapping[str, Cell], field: str) -> str | None:
    """A text that is kept as it is, or None where it says nothing."""
    if field not in cells:
        return None
    text = text_of(cells, field)
    return None if not text or is_placeholder(text) else collapse(text)


def _mask_misplaced_niks(values: PersonValues) -> None:
    """Mask a NIK typed beside a name or into an address, before anything is compared or kept."""
    for field in _FREE_TEXTS:
        if text := getattr(values, field):
            setattr(values, field, mask_niks(text))


class _PersonCells:
    """The cells of one person while they are parsed: values and remarks as they come about."""

    def __init__(self, parser: PersonParser, cells: Mapping[str, Cell]) -> None:
        self.parser = parser
        self.values = PersonValues()
        self.remarks: list[Remark] = []
        self.cells = cells
        if CellError in map(type, cells.values()):
            self.remark_on_errors(cells)
            self.cells = without_errors(cells)

    def parse(self, place: PlaceText | None) -> None:
        for field in TEXT_FIELDS:
            setattr(self.values, field, self.plain(field))
        self.parse_name()
        self.parse_kelurahan(place)
        self.parse_group()
        self.parse_rt()
        self.parse_birth_date()
        self.parse_sex()
        self.parse_nik()
        self.parse_phone()
        self.parse_email()

    def remark_on_errors(self, cells: Mapping[str, Cell]) -> None:
        for field, cell in cells.items():
            if isinstance(cell, CellError):
                self.remark("warning", field, "cell-error", found=cell_text(cell))

    def remark(self, level: Level, field: str, code: str, /, **params: str) -> None:
        self.remarks.append(Remark(level, field, code, params))

    def text(self, field: str) -> str:
        return text_of(self.cells, field)

    def plain(self, field: str) -> str | None:
        return plain_text(self.cells, field)

    def parse_name(self) -> None:
        name = display_name(self.text("name"))
        key = name_key(name) if name else ""
        if not any(map(str.isalpha, key)):
            self.remark("error", "name", "name-missing")
        elif len(name) > MAX_NAME:
            self.remarks.append(Remark("error", "name", "name-too-long", {"limit": MAX_NAME}))
        else:
            self.values.name, self.values.name_key = name, key

    def parse_kelurahan(self, place: PlaceText | None) -> None:
        parser, values = self.parser, self.values
        place = place or parser.own_place(self.cells) or parser.place_in_address(self.cells)
        if place is None:
            text = self.text("kelurahan")
            place = PlaceText(text, parser.kelurahan(text))
        reading = place.reading
        values.kelurahan, values.outside_place = reading.code, reading.place
        if reading.problem is not None:
            self.remark_on_kelurahan(reading, place.text)
        values.kecamatan = parser.places.kecamatan_of.get(reading.code or "")
        kecamatan = self.plain("kecamatan")
        if kecamatan and values.kecamatan and parser.kecamatan(kecamatan) != values.kecamatan:
            self.remark("warning", "kecamatan", "kecamatan-differs", found=kecamatan)

    def remark_on_kelurahan(self, reading: KelurahanReading, text: str) -> None:
        names = self.parser.places.name
        candidates = tuple(Candidate("kelurahan", code, names[code]) for code in reading.candidates)
        level: Level = "review" if reading.problem == "kelurahan-unclear" else "error"
        found = text or self.text("address")
        params = {"found": found, "why": reading.why} if found else {}
        self.remarks.append(Remark(level, "kelurahan", str(reading.problem), params, candidates))

    def parse_group(self) -> None:
        """Parse the group's own cell, else take the group that another text names ("Ketua RT 12")."""
        text = self.text("target_group")
        if text and not is_placeholder(text):
            reading = self.parser.group(text)
            self.values.target_group = reading.code
            if reading.code is None:
                self.remark_on_group(reading, text)
            return
        texts = (getattr(self.values, field) for field in GROUP_TEXT_FIELDS)
        named = (self.parser.group(text).code for text in texts if text)
        self.values.target_group = next(filter(None, named), None)

    def remark_on_group(self, reading: GroupReading, text: str) -> None:
        labels = self.parser.groups.label
        codes = reading.candidates or self.parser.target_groups or tuple(labels)
        candidates = tuple(Candidate("target_group", code, labels.get(code, code)) for code in codes)
        self.remarks.append(Remark("review", "target_group", "group-unclear", {"found": text}, candidates))

    def parse_rt(self) -> None:
        cell = self.cells.get("rt")
        self.values.rt = self.parser.rt(cell)
        if self.values.rt is None:
            if not rt_is_blank(cell):
                self.remark("warning", "rt", "rt-invalid", found=cell_text(cell))
            self.values.rt = self.rt_elsewhere()

    def rt_elsewhere(self) -> str | None:
        for field in _RT_ELSEWHERE:
            cell = self.cells.get(field)
            if isinstance(cell, str) and (rt := self.parser.rt_inside(cell)):
                return rt
        return None

    def parse_birth_date(self) -> None:
        cell = self.cells.get("birth_date")
        self.values.birth_date = self.parser.birth_date(cell)
        if self.values.birth_date is None and self.plain("birth_date"):
            self.remark("warning", "birth_date", "date-invalid", found=cell_text(cell))

    def parse_sex(self) -> None:
        cell = self.cells.get("sex")
        self.values.sex = self.parser.sex(cell)
        if self.values.sex is None and self.plain("sex"):
            self.remark("warning", "sex", "sex-invalid", found=cell_text(cell))

    def parse_nik(self) -> None:
        """A valid NIK also gives the sex where it isn't said."""
        cell = self.cells.get("nik")
        if cell is None:
            return
        reading = read_nik(cell)
        values = self.values
        if reading.problem is not None:
            self.remark("warning", "nik", reading.problem)
        if reading.digits is not None:
            values.nik, values.nik_key = reading.digits, self.parser.nik_key(reading.digits)
            if not nik_agrees(reading.digits, values.sex, values.birth_date):
                self.remark("warning", "nik", "nik-differs")
            values.sex = values.sex or nik_sex(reading.digits)

    def parse_phone(self) -> None:
        cell = self.cells.get("phone")
        self.values.phone = read_phone(cell)
        if self.values.phone is None and not phone_is_blank(cell):
            self.remark("warning", "phone", "phone-invalid", found=phone_found(cell_text(cell)))

    def parse_email(self) -> None:
        text = self.plain("email")
        if text:
            self.values.email = read_email(text)
            if self.values.email is None:
                self.remark("warning", "email", "email-invalid", found=text)
