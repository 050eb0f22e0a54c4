"""A file's bytes to a list of venues (tempat): the table is found, its columns named, its rows told from the rest."""

from collections.abc import Collection

from app.people.text import words
from app.spreadsheets.document import Column, RecognisedSheet
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.formats.workbooks import grids
from app.spreadsheets.tables.columns import NamedColumns
from app.spreadsheets.tables.header import Header, find_header
from app.spreadsheets.tables.headings import is_number_heading
from app.spreadsheets.tables.participants import read_participants, with_merges_filled
from app.spreadsheets.tables.recognise import first_list

MAX_VENUES = 2_000
FIELDS = ("name", "address", "kelurahan", "kecamatan", "kind", "wifi")
# A heading names the first field of which it has a word: "Jenis Lokasi" is a kind, "Lokasi WiFi" a name.
_TELLING = {
    "kelurahan": {"kelurahan", "kel", "desa"},
    "kecamatan": {"kecamatan", "kec"},
    "address": {"alamat", "jalan", "address"},
    "kind": {"jenis", "kategori", "tipe", "type", "kind"},
    "name": {"nama", "lokasi", "tempat", "titik", "gedung", "name", "place", "venue", "location"},
    "wifi": {"wifi", "hotspot", "internet"},
}
_BESIDE = {
    "publik",
    "umum",
    "gratis",
    "public",
    "free",
    "ada",
    "tersedia",
    "akses",
    "status",
    "lengkap",
    "dan",
}
_KNOWN = _BESIDE.union(*_TELLING.values())


def recognise_venues(content: bytes, *, place_keys: Collection[str], trim: bool) -> RecognisedSheet:
    """The first visible sheet with a header that names venues."""

    def read(grid: Grid) -> RecognisedSheet | None:
        header = find_header(grid, None, venue_field)
        return _list_below(grid, header, place_keys) if header else None

    return first_list(grids(content, None, trim=trim), read, no_header="no-venue-header", no_rows="no-venues")


def venue_field(heading: str) -> str | None:
    """The field of a heading, or None: titles above the table have words that no heading has."""
    said = set(words(heading).replace("wi fi", "wifi").split())
    if not said <= _KNOWN:
        return None
    return next((field for field, telling in _TELLING.items() if said & telling), None)


def _list_below(grid: Grid, header: Header, place_keys: Collection[str]) -> RecognisedSheet:
    fields: dict[int, str] = {}
    for heading in header.headings:
        field = venue_field(heading.text)
        if field and field not in fields.values():
            fields[heading.index] = field
    number = next((one.index for one in header.headings if is_number_heading(one.text)), None)
    name = next((index for index, field in fields.items() if field == "name"), None)
    rows = with_merges_filled(grid.rows, header.below, grid.merges or (), name)
    texts = {heading.index: heading.text for heading in header.headings}
    named = NamedColumns(fields, number, parts={}, remarks=None, remarks_field=None, warnings=())
    found = read_participants(rows, header.below, named, texts, place_keys).rows
    if len(found) > MAX_VENUES:
        raise SheetFailure("too-many-venues", limit=MAX_VENUES)
    return RecognisedSheet(
        format=grid.format,
        sheet=grid.sheet,
        sheets=grid.sheets,
        header_row=header.top + 1,
        columns=tuple(Column(index, text, fields.get(index)) for index, text in texts.items()),
        rows=tuple(found),
        stated_total=None,
        stated_total_of=None,
        stated_date=None,
        stated_until=None,
        title_kelurahan=None,
        preview=(),
        warnings=(),
    )
