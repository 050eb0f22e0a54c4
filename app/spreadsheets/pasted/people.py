"""Which lines of a pasted list name people, and what each says of whom."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.people.values.text import collapse
from app.spreadsheets.pasted.parts import Part, PartParser, is_heading

_TITLE = re.compile(
    r"(?:daftar|list|data|peserta|pendaftaran|assalam\w*|wa'?alaikum\w*|selamat\s+(?:pagi|siang|sore|malam)|mohon|silakan"
    r"|silahkan|terima\s*kasih|total|jumlah|berikut|yth|info|link)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"<|https?:|[^:|,;\t–—-]{1,40}:(?!\d)")
""" "Tempat: Aula", a link, "<Media omitted>"."""
_MAY_BE_NAMES = frozenset({"kelurahan", "target_group", "sex", "address"})
_JOINED_BY = {"note": ", ", "phone": " / ", "kelurahan": " / "}


@dataclass(slots=True)
class Line:
    """`item`: it has a number or a bullet. `labelled`: its parts say by labels what they are."""

    text: str
    parts: list[Part]
    item: bool = False
    labelled: bool = False

    @property
    def said(self) -> dict[int, Part]:
        """The parts that say something of a person, by their positions."""
        return {at: part for at, part in enumerate(self.parts) if part.text and part.field != "number"}


@dataclass(slots=True)
class PeopleFound:
    """`rows` has the fields of whom each line names, None for another line."""

    rows: list[dict[str, str] | None] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def people_of(lines: Sequence[Line], reader: PartParser) -> PeopleFound:
    """Who stands in the list, line by line."""
    walk = _Walk(lines, reader)
    for line in lines:
        walk.found.rows.append(walk.row(line))
    return walk.found


class _Columns:
    """What stands at each position in most lines; `name` is the first position of mere words."""

    def __init__(self, lines: Iterable[Line]) -> None:
        found: defaultdict[int, Counter[str | None]] = defaultdict(Counter)
        for line in lines:
            for at, part in line.said.items():
                found[at][part.field] += 1
        self.usual = {at: fields.most_common(1)[0][0] for at, fields in found.items()}
        self.name = min((at for at, usual in self.usual.items() if usual is None), default=0)


class _Walk:
    """Goes down the lines. `section` is the kelurahan of a line above that serves those below it.

    `latest` is the last person, `form` one whose labelled lines go on.
    """

    def __init__(self, lines: Sequence[Line], reader: PartParser) -> None:
        self.reader = reader
        self.found = PeopleFound()
        self.itemised = any(line.item for line in lines)
        self.columns = _Columns(
            line for line in lines if line.item or (not self.itemised and len(line.said) > 1)
        )
        self.section: str | None = None
        self.latest: dict[str, str] | None = None
        self.form: dict[str, str] | None = None

    def row(self, line: Line) -> dict[str, str] | None:
        if line.labelled:
            return self.labelled(line)
        self.form = None
        said = line.said
        of_people = [part for part in said.values() if part.field or not _TITLE.match(part.text)]
        if not line.item and [part.field for part in of_people] == ["kelurahan"]:
            self.begin_section(line, of_people[0].text)
            return None
        if not self.names_somebody(line):
            self.leave_out(line)
            return None
        self.latest = self.person(said)
        return self.latest

    def labelled(self, line: Line) -> dict[str, str] | None:
        """ "Nama: …" begins a person; labels in the lines right below say more of them."""
        said = {str(part.field): part.text for part in line.parts}
        if "kelurahan" not in said and "address" in said:
            said["kelurahan"] = said.pop("address")
        if "name" in said:
            self.form = self.latest = said
            return said
        if self.form is not None and not said.keys() & self.form.keys():
            self.form |= said
        elif said.keys() == {"kelurahan"}:
            self.begin_section(line, said["kelurahan"])
        else:
            self.leave_out(line)
        return None

    def begin_section(self, line: Line, place: str) -> None:
        """Right below somebody without a kelurahan it may be theirs: then it serves nobody, and all are asked about."""
        unclear = self.latest is not None and "kelurahan" not in self.latest
        self.section = None if unclear else place
        if unclear:
            self.leave_out(line)

    def leave_out(self, line: Line) -> None:
        if line.text:
            self.found.left_out.append(collapse(line.text))

    def names_somebody(self, line: Line) -> bool:
        parts = list(line.said.values())
        if not parts or (len(parts) > 1 and all(is_heading(part.text) for part in parts)):
            return False
        if line.item:
            return True
        if _NOTICE.match(line.text) or (self.itemised and _TITLE.match(line.text)):
            return False
        if any(part.field for part in parts):
            return len(parts) > 1
        return not self.itemised and not _TITLE.match(line.text)

    def person(self, said: Mapping[int, Part]) -> dict[str, str]:
        name = self.name_at(said)
        person = {"name": said[name].text} if name is not None else {}
        told = {part.field for at, part in said.items() if at != name}
        for at, part in said.items():
            if at != name:
                self.add(person, part.field or self.field_of_words(at, part.text, told), part.text)
        if "kelurahan" not in person and name is not None:
            before = self.reader.place_behind_name(said[name].text)
            if before is not None:
                person |= {"name": before, "kelurahan": said[name].text}
        if self.section is not None:
            person.setdefault("kelurahan", self.section)
        return person

    def name_at(self, said: Mapping[int, Part]) -> int | None:
        """The position of the name: words where words usually stand, else a "Damai" there, else any words."""
        usual = said.get(self.columns.name)
        words = [at for at, part in said.items() if part.field is None]
        free = [at for at in words if self.columns.usual.get(at) is None]
        others = [part.field for at, part in said.items() if at != self.columns.name]
        if usual is not None and usual.field in _MAY_BE_NAMES and (usual.field in others or not free):
            return self.columns.name
        if usual is not None and usual.field is None:
            return self.columns.name
        return next(iter((*free, *words)), None)

    def field_of_words(self, at: int, text: str, told: set[str | None]) -> str:
        """What words beside the name are: as in most lines, else the kelurahan where none is told, else a note."""
        usual = self.columns.usual.get(at)
        if usual in {"kelurahan", "target_group"} and usual not in told:
            return usual
        if "kelurahan" not in told and self.section is None:
            told.add("kelurahan")
            return "kelurahan"
        return "organization" if self.reader.names_group_inside(text) else "note"

    def add(self, person: dict[str, str], name: str, text: str) -> None:
        """Two kelurahan are both kept, so that somebody chooses; a second of what can be but one is a note."""
        if name == "kelurahan" and name in person and self.reader.is_kecamatan(text):
            name = "kecamatan"
        if name not in person:
            person[name] = text
        elif name in _JOINED_BY:
            person[name] += _JOINED_BY[name] + text
        else:
            self.add(person, "note", text)
