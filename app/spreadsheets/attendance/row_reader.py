"""One row's cells to values. What cells repeat (kelurahan, groups, marks, …) is read once per distinct value."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar

from app.people.dates import has_month_first, read_birth_date
from app.people.emails import read_email
from app.people.kelurahan import (
    KelurahanReading,
    chosen_kelurahan,
    is_street,
    kelurahan_of_address,
    place_index,
    read_kecamatan,
    read_kelurahan,
)
from app.people.names import display_name, name_key
from app.people.nik import nik_agrees, nik_sex, read_nik
from app.people.phones import phone_found, phone_is_blank, read_phone
from app.people.reference import Reference
from app.people.rt import read_rt, rt_inside, rt_is_blank
from app.people.sex import read_sex_cell
from app.people.target_groups import GroupReading, group_index, read_target_group
from app.people.text import collapse, is_placeholder
from app.spreadsheets.attendance.judgement import ABOVE, InterpretedRow, RowValues, SessionContext
from app.spreadsheets.attendance.marks import MarkReading, read_attendance
from app.spreadsheets.document import Candidate, Cell, CellError, Level, Message, Sex, SheetRow, cell_text

LONGEST_NAME = 200
_Argument = TypeVar("_Argument")
_Value = TypeVar("_Value")


def _once(read: Callable[[_Argument], _Value]) -> Callable[[_Argument], _Value]:
    """`read`, remembered per distinct value for as long as the reader lives; 1, 1.0 and True stay apart."""
    return lru_cache(maxsize=None, typed=True)(read)


class RowReader:
    """Reads rows for one session; `title_served` tells whether the letterhead's kelurahan was needed, `month_first`
    is a date of birth that has its month first."""

    def __init__(
        self,
        context: SessionContext,
        reference: Reference,
        nik_key: Callable[[str], str],
        title_kelurahan: str | None,
    ) -> None:
        self.places = place_index(reference)
        self.groups = group_index(reference)
        self.context = context
        self.nik_key = nik_key
        self.kelurahan: Callable[[str], KelurahanReading] = _once(
            lambda text: read_kelurahan(text, self.places)
        )
        self.kecamatan: Callable[[str], str | None] = _once(lambda text: read_kecamatan(text, self.places))
        self.group: Callable[[str], GroupReading] = _once(lambda text: read_target_group(text, self.groups))
        self.attendance: Callable[[Cell], MarkReading] = _once(
            lambda cell: read_attendance(cell, context.day)
        )
        self.sex: Callable[[Cell], Sex | None] = _once(read_sex_cell)
        self.rt: Callable[[Cell], str | None] = _once(read_rt)
        self.rt_inside: Callable[[str], str | None] = _once(rt_inside)
        self.birth_date: Callable[[Cell], date | None] = _once(
            lambda cell: read_birth_date(cell, on=context.day)
        )
        self.month_first: str | None = None
        self.kelurahan_above: tuple[str, KelurahanReading] | None = None
        self.title = self.kelurahan(title_kelurahan) if title_kelurahan else None
        self.title_served = False

    def read(self, row: SheetRow, cells: Mapping[str, Cell]) -> InterpretedRow:
        """`cells` are the row's with dittos resolved; the row keeps its own."""
        return _Row(self, row, cells).interpreted()


class _Row:
    """One row being read: its values as they come about, and the messages on the way."""

    def __init__(self, reader: RowReader, row: SheetRow, cells: Mapping[str, Cell]) -> None:
        self.reader = reader
        self.row = row
        self.values = RowValues()
        self.messages: list[Message] = []
        self.cells = cells
        if CellError in map(type, cells.values()):
            self.cells = self.without_errors(cells)

    def interpreted(self) -> InterpretedRow:
        self.read_name()
        self.read_kelurahan()
        self.read_group()
        self.read_rt()
        self.read_birth_date()
        self.read_sex()
        self.read_nik()
        self.read_phone()
        self.read_email()
        self.read_attendance()
        values = self.values
        values.address = self.plain("address")
        values.note = self.plain("note")
        values.registration = self.plain("registration")
        return InterpretedRow(self.row.number, self.row.cells, values, self.messages)

    def without_errors(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        for field, cell in cells.items():
            if isinstance(cell, CellError):
                self.remark("warning", field, "cell-error", found=cell_text(cell))
        return {field: cell for field, cell in cells.items() if not isinstance(cell, CellError)}

    def remark(self, level: Level, field: str, code: str, /, **params: str) -> None:
        self.messages.append(Message(level, field, code, params))

    def text(self, field: str) -> str:
        cell = self.cells.get(field)
        return cell if type(cell) is str else cell_text(cell)

    def plain(self, field: str) -> str | None:
        """A text that is kept as it is, or None where it says nothing."""
        if field not in self.cells:
            return None
        text = self.text(field)
        return None if not text or is_placeholder(text) else collapse(text)

    def read_name(self) -> None:
        name = display_name(self.text("name"))
        key = name_key(name) if name else ""
        if not any(map(str.isalpha, key)):
            self.remark("error", "name", "name-missing")
        elif len(name) > LONGEST_NAME:
            self.messages.append(Message("error", "name", "name-too-long", {"limit": LONGEST_NAME}))
        else:
            self.values.name, self.values.name_key = name, key

    def read_kelurahan(self) -> None:
        text = self.text("kelurahan")
        reading = self.reader.kelurahan(text)
        if reading.problem == "kelurahan-missing" or (
            reading.problem == "kelurahan-unknown" and not reading.why and is_street(text)
        ):
            text, reading = self.kelurahan_elsewhere() or (text, reading)
        else:
            self.reader.kelurahan_above = text, reading
        values = self.values
        values.kelurahan, values.outside_place = reading.code, reading.place
        if reading.problem is not None:
            self.remark_on_kelurahan(reading, text)
        values.kecamatan = self.reader.places.kecamatan_of.get(reading.code or "")
        said = self.plain("kecamatan")
        if said and values.kecamatan and self.reader.kecamatan(said) != values.kecamatan:
            self.remark("warning", "kecamatan", "kecamatan-differs", found=said)

    def kelurahan_elsewhere(self) -> tuple[str, KelurahanReading] | None:
        """For a row without a kelurahan: the address's, what was chosen for the file, else the letterhead's."""
        chosen = self.reader.context.default_kelurahan
        if in_address := kelurahan_of_address(self.text("address"), self.reader.places):
            return "", in_address
        if chosen == ABOVE and self.reader.kelurahan_above:
            return self.reader.kelurahan_above
        if chosen and chosen != ABOVE:
            return "", chosen_kelurahan(chosen)
        if self.reader.title is not None and self.reader.title.code:
            self.reader.title_served = True
            return "", self.reader.title
        return None

    def remark_on_kelurahan(self, reading: KelurahanReading, text: str) -> None:
        names = self.reader.places.name
        candidates = tuple(Candidate("kelurahan", code, names[code]) for code in reading.candidates)
        level: Level = "review" if reading.problem == "kelurahan-unclear" else "error"
        found = text or self.text("address")
        params = {"found": found, "why": reading.why} if found else {}
        self.messages.append(Message(level, "kelurahan", str(reading.problem), params, candidates))

    def read_group(self) -> None:
        text, organization = self.text("target_group"), self.plain("organization")
        self.values.organization = organization
        if text and not is_placeholder(text):
            reading = self.reader.group(text)
            self.values.target_group = reading.code
            if reading.code is None:
                self.remark_on_group(reading, text)
        elif organization:
            self.values.target_group = self.reader.group(organization).code

    def remark_on_group(self, reading: GroupReading, text: str) -> None:
        codes = reading.candidates or self.reader.context.target_groups or tuple(self.reader.groups.label)
        labels = self.reader.groups.label
        candidates = tuple(Candidate("target_group", code, labels.get(code, code)) for code in codes)
        self.messages.append(Message("review", "target_group", "group-unclear", {"found": text}, candidates))

    def read_rt(self) -> None:
        cell = self.cells.get("rt")
        self.values.rt = self.reader.rt(cell)
        if self.values.rt is None:
            if not rt_is_blank(cell):
                self.remark("warning", "rt", "rt-invalid", found=cell_text(cell))
            self.values.rt = self.rt_elsewhere()

    def rt_elsewhere(self) -> str | None:
        """From the position, then the addresses."""
        for field in ("target_group", "organization", "kelurahan", "address"):
            cell = self.cells.get(field)
            if isinstance(cell, str) and (rt := self.reader.rt_inside(cell)):
                return rt
        return None

    def read_birth_date(self) -> None:
        cell = self.cells.get("birth_date")
        self.values.birth_date = self.reader.birth_date(cell)
        if self.values.birth_date is None and (said := self.plain("birth_date")):
            self.remark("warning", "birth_date", "date-invalid", found=cell_text(cell))
            if has_month_first(said):
                self.reader.month_first = said

    def read_sex(self) -> None:
        cell = self.cells.get("sex")
        self.values.sex = self.reader.sex(cell)
        if self.values.sex is None and self.plain("sex"):
            self.remark("warning", "sex", "sex-invalid", found=cell_text(cell))

    def read_nik(self) -> None:
        cell = self.cells.get("nik")
        if cell is None:
            return
        reading = read_nik(cell)
        values = self.values
        if reading.problem is not None:
            self.remark("warning", "nik", reading.problem)
        if reading.digits is not None:
            values.nik, values.nik_key = reading.digits, self.reader.nik_key(reading.digits)
            if not nik_agrees(reading.digits, values.sex, values.birth_date):
                self.remark("warning", "nik", "nik-differs")
            values.sex = values.sex or nik_sex(reading.digits)

    def read_phone(self) -> None:
        cell = self.cells.get("phone")
        self.values.phone = read_phone(cell)
        if self.values.phone is None and not phone_is_blank(cell):
            self.remark("warning", "phone", "phone-invalid", found=phone_found(cell_text(cell)))

    def read_email(self) -> None:
        text = self.plain("email")
        if text:
            self.values.email = read_email(text)
            if self.values.email is None:
                self.remark("warning", "email", "email-invalid", found=text)

    def read_attendance(self) -> None:
        cell = self.cells.get("attendance")
        if cell is None or self.reader.context.registering:
            return
        reading = self.reader.attendance(cell)
        self.values.attendance = reading.status
        if not reading.clear:
            self.remark("review", "attendance", "attendance-unclear", found=cell_text(cell))
