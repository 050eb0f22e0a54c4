"""Find the people that the lines of a pasted list name."""

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
"""Lines about the event: "Tempat: Aula", a link, "<Media omitted>"."""
_FIELDS_LIKE_NAMES = frozenset({"kelurahan", "target_group", "sex", "address"})
_SEPARATORS = {"note": ", ", "phone": " / ", "kelurahan": " / "}


@dataclass(slots=True)
class Line:
    """A line of the list. `item`: it has a number or a bullet. `labelled`: its parts have labels ("Nama: …")."""

    text: str
    parts: list[Part]
    item: bool = False
    labelled: bool = False

    @property
    def filled_parts(self) -> dict[int, Part]:
        """Return the filled parts except the row's number, by position."""
        return {at: part for at, part in enumerate(self.parts) if part.text and part.field != "number"}


@dataclass(slots=True)
class PastedPeople:
    """The people of a list. `rows` has one entry for each line: the fields of a person, or None for another line."""

    rows: list[dict[str, str] | None] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def find_people(lines: Sequence[Line], parser: PartParser) -> PastedPeople:
    """Return the people that the lines name, with an entry for each line, and the lines that were left out."""
    walk = _LineWalk(lines, parser)
    for line in lines:
        walk.people.rows.append(walk.read_row(line))
    return walk.people


class _Columns:
    """The usual field at each position of the lines; `name` is the first position of words without a field."""

    def __init__(self, lines: Iterable[Line]) -> None:
        counts: defaultdict[int, Counter[str | None]] = defaultdict(Counter)
        for line in lines:
            for at, part in line.filled_parts.items():
                counts[at][part.field] += 1
        self.usual = {at: fields.most_common(1)[0][0] for at, fields in counts.items()}
        self.name = min((at for at, usual in self.usual.items() if usual is None), default=0)


class _LineWalk:
    """Walks down the lines. `section` is the kelurahan of a heading above, which applies to the lines below it.

    `latest` is the last person, `form` one whose labelled lines may continue.
    """

    def __init__(self, lines: Sequence[Line], parser: PartParser) -> None:
        self.parser = parser
        self.people = PastedPeople()
        self.itemised = any(line.item for line in lines)
        self.columns = _Columns(
            line for line in lines if line.item or (not self.itemised and len(line.filled_parts) > 1)
        )
        self.section: str | None = None
        self.latest: dict[str, str] | None = None
        self.form: dict[str, str] | None = None

    def read_row(self, line: Line) -> dict[str, str] | None:
        """Return the fields of the person that a line names; None for a section, a line left out, or more of a form."""
        if line.labelled:
            return self.read_labelled(line)
        self.form = None
        parts = line.filled_parts
        filled = [part for part in parts.values() if part.field or not _TITLE.match(part.text)]
        if not line.item and [part.field for part in filled] == ["kelurahan"]:
            self.begin_section(line, filled[0].text)
            return None
        if not self.names_person(line):
            self.leave_out(line)
            return None
        self.latest = self.make_person(parts)
        return self.latest

    def read_labelled(self, line: Line) -> dict[str, str] | None:
        """Return the person that begins with "Nama: …"; labelled lines right below add fields to that person.

        They return None, as do a section and a line that is left out.
        """
        parts = {str(part.field): part.text for part in line.parts}
        if "kelurahan" not in parts and "address" in parts:
            parts["kelurahan"] = parts.pop("address")
        if "name" in parts:
            self.form = self.latest = parts
            return parts
        if self.form is not None and not parts.keys() & self.form.keys():
            self.form |= parts
        elif parts.keys() == {"kelurahan"}:
            self.begin_section(line, parts["kelurahan"])
        else:
            self.leave_out(line)
        return None

    def begin_section(self, line: Line, place: str) -> None:
        """Begin a section, unless the place may belong to the person right above, who has none.

        In that case the line is left out, and the section before it ends.
        """
        unclear = self.latest is not None and "kelurahan" not in self.latest
        self.section = None if unclear else place
        if unclear:
            self.leave_out(line)

    def leave_out(self, line: Line) -> None:
        """Add the line to those left out, if it isn't blank."""
        if line.text:
            self.people.left_out.append(collapse(line.text))

    def names_person(self, line: Line) -> bool:
        """Return whether a line names a person: it has a number or bullet, or is no heading, title or notice."""
        parts = list(line.filled_parts.values())
        if not parts or (len(parts) > 1 and all(is_heading(part.text) for part in parts)):
            return False
        if line.item:
            return True
        if _NOTICE.match(line.text) or (self.itemised and _TITLE.match(line.text)):
            return False
        if any(part.field for part in parts):
            return len(parts) > 1
        return not self.itemised and not _TITLE.match(line.text)

    def make_person(self, parts: Mapping[int, Part]) -> dict[str, str]:
        """Return the fields of a person: the name, each other part, and the section's kelurahan if it is blank."""
        name = self.find_name(parts)
        person = {"name": parts[name].text} if name is not None else {}
        given_fields = {part.field for at, part in parts.items() if at != name}
        for at, part in parts.items():
            if at != name:
                self.add(person, part.field or self.choose_field(at, part.text, given_fields), part.text)
        if "kelurahan" not in person and name is not None:
            before = self.parser.name_before_place(parts[name].text)
            if before is not None:
                person |= {"name": before, "kelurahan": parts[name].text}
        if self.section is not None:
            person.setdefault("kelurahan", self.section)
        return person

    def find_name(self, parts: Mapping[int, Part]) -> int | None:
        """Return the position of the name, or None.

        It is the words at the usual position, else a field there that may be a name ("Damai"), else any words.
        """
        usual = parts.get(self.columns.name)
        words = [at for at, part in parts.items() if part.field is None]
        free = [at for at in words if self.columns.usual.get(at) is None]
        others = [part.field for at, part in parts.items() if at != self.columns.name]
        if usual is not None and usual.field in _FIELDS_LIKE_NAMES and (usual.field in others or not free):
            return self.columns.name
        if usual is not None and usual.field is None:
            return self.columns.name
        return next(iter((*free, *words)), None)

    def choose_field(self, at: int, text: str, given_fields: set[str | None]) -> str:
        """Return the field of words beside the name: as in most lines, else a missing kelurahan, else a note.

        Words that name a target group are then the organization. "kelurahan" is added to `given_fields` once it is
        chosen.
        """
        usual = self.columns.usual.get(at)
        if usual in {"kelurahan", "target_group"} and usual not in given_fields:
            return usual
        if "kelurahan" not in given_fields and self.section is None:
            given_fields.add("kelurahan")
            return "kelurahan"
        return "organization" if self.parser.names_group(text) else "note"

    def add(self, person: dict[str, str], name: str, text: str) -> None:
        """Add a field to `person`. A second kelurahan or phone is kept too; other second values become notes.

        So a user chooses between the kelurahan, except that a kecamatan beside one is kept as the kecamatan.
        """
        if name == "kelurahan" and name in person and self.parser.is_kecamatan(text):
            name = "kecamatan"
        if name not in person:
            person[name] = text
        elif name in _SEPARATORS:
            person[name] += _SEPARATORS[name] + text
        else:
            self.add(person, "note", text)
