"""Parse a person's details, whether typed into a form, sent to the API, pasted as a list or read from a sheet."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from app.people.fields import GROUP_TEXT_FIELDS, TEXT_FIELDS
from app.people.person import ParsedPerson, PersonValues
from app.people.remarks import Candidate, Level, Remark
from app.people.values.cells import Cell, CellError, cell_text, is_blank_number
from app.people.values.dates import parse_birth_date
from app.people.values.emails import parse_email
from app.people.values.kelurahan import (
    ParsedKelurahan,
    find_kelurahan_in_address,
    is_street,
    names_other_city,
    parse_kecamatan,
    parse_kelurahan,
    place_index,
)
from app.people.values.names import display_name, name_key
from app.people.values.nik import mask_niks, nik_agrees, nik_sex, parse_nik
from app.people.values.outside_places import OUTSIDE, add_city
from app.people.values.phones import first_phone_text, parse_phone
from app.people.values.reference import Reference
from app.people.values.rt import find_rt, parse_rt
from app.people.values.sex import Sex, parse_sex_cell
from app.people.values.target_groups import (
    ParsedTargetGroup,
    group_index,
    is_business_name,
    parse_target_group,
)
from app.people.values.text import collapse, is_placeholder

MAX_NAME_LENGTH = 200
_FREE_TEXTS = ("name", "name_key", "outside_place", *TEXT_FIELDS)
_RT_ELSEWHERE = ("target_group", *GROUP_TEXT_FIELDS, "kelurahan", "address")
"""Fields whose text may name an RT ("Ketua RT 12"), in the order in which they are searched."""

_Argument = TypeVar("_Argument")
_Value = TypeVar("_Value")


class NamedPlace(NamedTuple):
    """A text that names a place, and the kelurahan parsed from it."""

    text: str
    parsed: ParsedKelurahan


def _cached(parse: Callable[[_Argument], _Value]) -> Callable[[_Argument], _Value]:
    """Return the function with a cache that lives as long as the parser; 1, 1.0 and True are different arguments."""
    return lru_cache(maxsize=None, typed=True)(parse)


class PersonParser:
    """Parses people, with the places and target groups of `reference`.

    `nik_key` returns the keyed hash of a NIK, `on` is the day for which ages are calculated, `target_groups` are
    offered as candidates if a text names no single group. Fields whose texts repeat in a list (kelurahan, group, sex,
    RT, date of birth) are parsed once per distinct text.
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
        self.kelurahan: Callable[[str], ParsedKelurahan] = _cached(
            lambda text: parse_kelurahan(text, self.places)
        )
        self._own_place: Callable[[str], NamedPlace | None] = _cached(self._parse_own_place)
        self.kecamatan: Callable[[str], str | None] = _cached(lambda text: parse_kecamatan(text, self.places))
        self.group: Callable[[str], ParsedTargetGroup] = _cached(
            lambda text: parse_target_group(text, self.groups)
        )
        self.sex: Callable[[Cell], Sex | None] = _cached(parse_sex_cell)
        self.rt: Callable[[Cell], str | None] = _cached(parse_rt)
        self.find_rt: Callable[[str], str | None] = _cached(find_rt)
        self.birth_date: Callable[[Cell], date | None] = _cached(lambda cell: parse_birth_date(cell, on=on))

    def parse(self, cells: Mapping[str, Cell], place: NamedPlace | None = None) -> ParsedPerson:
        """Return one person's values and remarks, parsed from their cells (by field).

        `place` is given if something other than these cells decides where they live. A value that can't be parsed is
        left blank with a remark; nothing is raised. NIKs in free texts are masked.
        """
        person = _PersonCells(self, cells)
        person.set_all(place)
        _mask_misplaced_niks(person.values)
        return ParsedPerson(person.values, person.remarks)

    def own_place(self, cells: Mapping[str, Cell]) -> NamedPlace | None:
        """Return the place in the cell of the kelurahan, or None if it is empty or holds only a street or an RT.

        A text that is no clear kelurahan is returned too; its `parsed` has the problem.
        """
        text = get_text(cells, "kelurahan")
        return self._own_place(add_city(text, get_text(cells, "city")) if "city" in cells else text)

    def _parse_own_place(self, text: str) -> NamedPlace | None:
        """Return what `own_place` returns for the text of the cell."""
        parsed = self.kelurahan(text)
        if parsed.problem == "kelurahan-missing" or (
            parsed.problem == "kelurahan-unknown" and not parsed.why and is_street(text)
        ):
            return None
        return NamedPlace(text, parsed)

    def place_in_address(self, cells: Mapping[str, Cell]) -> NamedPlace | None:
        """Return the place that the address names after "Kel.", or None. Its `text` is ""."""
        parsed = find_kelurahan_in_address(get_text(cells, "address"), self.places)
        return NamedPlace("", parsed) if parsed else None


def drop_error_cells(cells: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """Return the cells without those that hold an error."""
    if CellError not in map(type, cells.values()):
        return cells
    return {field: cell for field, cell in cells.items() if not isinstance(cell, CellError)}


def get_text(cells: Mapping[str, Cell], field: str) -> str:
    """Return the text of a field's cell as a spreadsheet shows it, "" if there is none."""
    cell = cells.get(field)
    return cell if type(cell) is str else cell_text(cell)


def get_plain_text(cells: Mapping[str, Cell], field: str) -> str | None:
    """Return the text of a field with single spaces, or None if it is missing, empty or a placeholder.

    Placeholders are dashes, dots, "?" and the like (`is_placeholder`). An error cell gives its text, as "#N/A".
    """
    if field not in cells:
        return None
    text = get_text(cells, field)
    return None if not text or is_placeholder(text) else collapse(text)


def _mask_misplaced_niks(values: PersonValues) -> None:
    """Mask NIKs that were typed beside a name or into an address, before anything is compared or stored."""
    for field in _FREE_TEXTS:
        if text := getattr(values, field):
            setattr(values, field, mask_niks(text))


class _PersonCells:
    """Collects the values and remarks of one person, field by field."""

    def __init__(self, parser: PersonParser, cells: Mapping[str, Cell]) -> None:
        self.parser = parser
        self.values = PersonValues()
        self.remarks: list[Remark] = []
        self.cells = cells
        if CellError in map(type, cells.values()):
            self.remark_on_errors(cells)
            self.cells = drop_error_cells(cells)

    def set_all(self, place: NamedPlace | None) -> None:
        """Parse every field; sex and date of birth before the NIK that is compared with them."""
        for field in TEXT_FIELDS:
            setattr(self.values, field, self.plain(field))
        self.set_name()
        self.set_kelurahan(place)
        self.set_group()
        self.set_rt()
        self.set_birth_date()
        self.set_sex()
        self.set_nik()
        self.set_phone()
        self.set_email()

    def remark_on_errors(self, cells: Mapping[str, Cell]) -> None:
        """Add the warning "cell-error" for each cell that holds an error."""
        for field, cell in cells.items():
            if isinstance(cell, CellError):
                self.remark("warning", field, "cell-error", found=cell_text(cell))

    def remark(self, level: Level, field: str, code: str, /, **params: str) -> None:
        """Add a remark without candidates; `params` fill its sentence."""
        self.remarks.append(Remark(level, field, code, params))

    def text(self, field: str) -> str:
        """Return the text of a field's cell, "" if there is none."""
        return get_text(self.cells, field)

    def plain(self, field: str) -> str | None:
        """Return the text of a field, None if it is empty or a placeholder."""
        return get_plain_text(self.cells, field)

    def set_name(self) -> None:
        """Set the name and its key, or add an error if it has no letters or is too long."""
        name = display_name(self.text("name"))
        key = name_key(name) if name else ""
        if not any(map(str.isalpha, key)):
            self.remark("error", "name", "name-missing")
        elif len(name) > MAX_NAME_LENGTH:
            self.remarks.append(Remark("error", "name", "name-too-long", {"limit": MAX_NAME_LENGTH}))
        else:
            self.values.name, self.values.name_key = name, key

    def set_kelurahan(self, place: NamedPlace | None) -> None:
        """Set kelurahan, outside place and kecamatan; add remarks on a problem and on a cell with another kecamatan.

        `place` decides, else the kelurahan's cell, else the address; an address in another city makes it unclear. The
        kecamatan is that of the kelurahan.
        """
        parser, values = self.parser, self.values
        place = place or parser.own_place(self.cells) or parser.place_in_address(self.cells)
        if place is None:
            text = self.text("kelurahan")
            place = NamedPlace(text, parser.kelurahan(text))
        parsed = place.parsed
        address = self.cells.get("address")
        if (
            type(address) is str
            and parsed.code not in {None, OUTSIDE}
            and names_other_city(address, parser.places)
        ):
            parsed = ParsedKelurahan(None, problem="kelurahan-unclear", candidates=(str(parsed.code),))
            place = NamedPlace(address, parsed)
        values.kelurahan, values.outside_place = parsed.code, parsed.place
        if parsed.problem is not None:
            self.remark_on_kelurahan(parsed, place.text)
        values.kecamatan = parser.places.kecamatan_of.get(parsed.code or "")
        kecamatan = self.plain("kecamatan")
        if kecamatan and values.kecamatan and parser.kecamatan(kecamatan) != values.kecamatan:
            self.remark("warning", "kecamatan", "kecamatan-differs", found=kecamatan)

    def remark_on_kelurahan(self, parsed: ParsedKelurahan, text: str) -> None:
        """Add a question with the candidates if the kelurahan is unclear, an error if it is unknown or missing.

        The remark quotes `text`, or the address if that is empty.
        """
        names = self.parser.places.name
        candidates = tuple(Candidate("kelurahan", code, names[code]) for code in parsed.candidates)
        level: Level = "review" if parsed.problem == "kelurahan-unclear" else "error"
        found = text or self.text("address")
        params = {"found": found, "why": parsed.why} if found else {}
        self.remarks.append(Remark(level, "kelurahan", str(parsed.problem), params, candidates))

    def set_group(self) -> None:
        """Set the group from its own cell, or if that is blank from a position that names one ("Ketua RT 12").

        A filled cell that doesn't name one group gets the remark "group-unclear"; a position gets none.
        """
        text = self.text("target_group")
        if text and not is_placeholder(text):
            parsed = self.parser.group(text)
            self.values.target_group = parsed.code
            if parsed.code is None:
                self.remark_on_group(parsed, text)
            return
        texts = (getattr(self.values, field) for field in GROUP_TEXT_FIELDS)
        named = (self.parser.group(text).code for text in texts if text and not is_business_name(text))
        self.values.target_group = next(filter(None, named), None)

    def remark_on_group(self, parsed: ParsedTargetGroup, text: str) -> None:
        """Add the question "group-unclear", to choose from the groups in the text, else the workshop's, else all."""
        labels = self.parser.groups.label
        codes = parsed.candidates or self.parser.target_groups or tuple(labels)
        candidates = tuple(Candidate("target_group", code, labels.get(code, code)) for code in codes)
        self.remarks.append(Remark("review", "target_group", "group-unclear", {"found": text}, candidates))

    def set_rt(self) -> None:
        """Set the RT from its own cell, else from another text that names one; warn of a cell that is no RT."""
        cell = self.cells.get("rt")
        self.values.rt = self.parser.rt(cell)
        if self.values.rt is None:
            if not is_blank_number(cell):
                self.remark("warning", "rt", "rt-invalid", found=cell_text(cell))
            self.values.rt = self.find_rt_elsewhere()

    def find_rt_elsewhere(self) -> str | None:
        """Return the first RT that group, position, kelurahan or address name, or None."""
        for field in _RT_ELSEWHERE:
            cell = self.cells.get(field)
            if isinstance(cell, str) and (rt := self.parser.find_rt(cell)):
                return rt
        return None

    def set_birth_date(self) -> None:
        """Set the date of birth; a filled cell without a possible one gets the warning "date-invalid"."""
        cell = self.cells.get("birth_date")
        self.values.birth_date = self.parser.birth_date(cell)
        if self.values.birth_date is None and self.plain("birth_date"):
            self.remark("warning", "birth_date", "date-invalid", found=cell_text(cell))

    def set_sex(self) -> None:
        """Set the sex; a filled cell that is neither L nor P gets the warning "sex-invalid"."""
        cell = self.cells.get("sex")
        self.values.sex = self.parser.sex(cell)
        if self.values.sex is None and self.plain("sex"):
            self.remark("warning", "sex", "sex-invalid", found=cell_text(cell))

    def set_nik(self) -> None:
        """Set the NIK and its hash, with a warning if it is invalid or disagrees with the sex or date of birth.

        From a valid NIK the sex is set too if it isn't known. Without a cell nothing changes.
        """
        cell = self.cells.get("nik")
        if cell is None:
            return
        parsed = parse_nik(cell)
        values = self.values
        if parsed.problem is not None:
            self.remark("warning", "nik", parsed.problem)
        if parsed.digits is not None:
            values.nik, values.nik_key = parsed.digits, self.parser.nik_key(parsed.digits)
            if not nik_agrees(parsed.digits, values.sex, values.birth_date):
                self.remark("warning", "nik", "nik-differs")
            values.sex = values.sex or nik_sex(parsed.digits)

    def set_phone(self) -> None:
        """Set the phone; a filled cell without a valid number gets the warning "phone-invalid"."""
        cell = self.cells.get("phone")
        self.values.phone = parse_phone(cell)
        if self.values.phone is None and not is_blank_number(cell):
            self.remark("warning", "phone", "phone-invalid", found=first_phone_text(cell_text(cell)))

    def set_email(self) -> None:
        """Set the e-mail; a filled cell without a valid address gets the warning "email-invalid"."""
        text = self.plain("email")
        if text:
            self.values.email = parse_email(text)
            if self.values.email is None:
                self.remark("warning", "email", "email-invalid", found=text)
