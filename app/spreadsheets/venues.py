"""Lists of venues (tempat) as a strict table: write the template, and check the rows of an uploaded table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from app.excel import set_up_print, workbook_bytes
from app.i18n import LANGUAGES, N_, Translator, translator
from app.people.values.cells import CellError, cell_text
from app.people.values.kelurahan import PlaceIndex, parse_kelurahan
from app.people.values.nik import mask_niks
from app.people.values.outside_places import OUTSIDE
from app.people.values.text import clean, collapse, is_placeholder, words
from app.spreadsheets.detected_table import SheetRow
from app.spreadsheets.exports.excel_cells import TEXT_FORMAT, ChoiceLists, write_heading
from app.spreadsheets.plain_tables import MAX_VENUES

MAX_NAME_LENGTH = 200
OTHER = "lainnya"
KINDS: Mapping[str, str] = {
    "aula": N_("Hall"),
    "kantor": N_("Office"),
    "sekolah": N_("School"),
    "kampus": N_("Campus"),
    "ruang-publik": N_("Public space"),
    OTHER: N_("Other"),
}
WIFI: Mapping[bool, str] = {True: N_("Yes"), False: N_("No")}
HEADINGS: Mapping[str, tuple[str, int]] = {
    "name": (N_("Name"), 40),
    "kelurahan": (N_("Kelurahan"), 24),
    "kind": (N_("Kind"), 18),
    "wifi": (N_("Free public Wi-Fi"), 20),
}
"""The columns of the template: heading and width in characters."""
_TWICE = N_(
    "Row %(row)s has the same name. Delete one of the two rows, or give one of the venues another name."
)
_NOT_YOURS = N_(
    "“%(name)s” belongs to %(owner)s, and only they change it. Delete the row; you may use the venue all the same."
)
_NOBODYS = N_(
    "“%(name)s” belongs to no organization, and only an administrator changes it. Delete the row; "
    "you may use the venue all the same."
)
_UNCLEAR_KELURAHAN = N_("“%(found)s” is not clearly one kelurahan (%(names)s). Choose one.")


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """A venue's details. `kelurahan` is a code; `public_wifi` is None if it isn't known.

    `is_locked` tells that the list may not change it, because it belongs to another organization, `owner`, or to none.
    """

    name: str
    kind: str = OTHER
    kelurahan: str | None = None
    public_wifi: bool | None = None
    owner: str = field(default="", compare=False)
    is_locked: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class CheckedVenue:
    """A row without errors: `known` is the existing venue of that name or None, `facts` its new details."""

    known: VenueFacts | None
    facts: VenueFacts


@dataclass(frozen=True, slots=True)
class RowError:
    """An error in a row (Excel's number), with the sentence that says what to do."""

    row: int
    sentence: str
    params: Mapping[str, str | int]

    def text(self, _: Translator) -> str:
        """Return the sentence in the language of `_`."""
        return _(self.sentence) % dict(self.params)


def venue_template(kelurahan: Iterable[str], _: Translator) -> bytes:
    """Return an empty .xlsx table in the language of `_`, with drop-downs for everything but the name.

    `kelurahan` are the names to choose from.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _("Venues")
    lists = ChoiceLists(book, _("Choices"))
    choices = {
        "kelurahan": kelurahan,
        "kind": [_(label) for label in KINDS.values()],
        "wifi": [_(label) for label in WIFI.values()],
    }
    for column, (name, (heading, width)) in enumerate(HEADINGS.items(), 1):
        letter = get_column_letter(column)
        write_heading(sheet, 1, column, _(heading))
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
        if name in choices:
            drop_down = lists.drop_down(choices[name], refusal=_("Choose one of the list."))
            drop_down.add(f"{letter}2:{letter}{MAX_VENUES + 1}")
            sheet.add_data_validation(drop_down)
    sheet.freeze_panes = "A2"
    set_up_print(sheet, 1, 1)
    return workbook_bytes(book)


def check_venues(
    rows: Sequence[SheetRow], known: Iterable[VenueFacts], places: PlaceIndex
) -> tuple[list[CheckedVenue], list[RowError]]:
    """Return the venues of the rows without errors, and the errors of the other rows.

    A known venue is found by its name, regardless of case and punctuation. An empty kind or Wi-Fi leaves what is known;
    the kelurahan is needed in every row. Errors are, too: a name that an earlier row has, a change of a locked venue.
    """
    known_by_name = _by_name(known)
    first_row: dict[str, int] = {}
    venues: list[CheckedVenue] = []
    errors: list[RowError] = []
    for row in rows:
        texts = _texts(row)
        name = texts.get("name", "")
        before = known_by_name.get(name) or known_by_name.get(name_key(name))
        facts, wrong = _check_row(row.number, texts, before or VenueFacts(name), places)
        if name and (earlier := first_row.setdefault(name_key(name), row.number)) != row.number:
            wrong.append(RowError(row.number, _TWICE, {"row": earlier}))
        if before and before.is_locked and not wrong and facts != before:
            sentence = _NOT_YOURS if before.owner else _NOBODYS
            wrong.append(RowError(row.number, sentence, {"name": before.name, "owner": before.owner}))
        errors += wrong
        if not wrong:
            venues.append(CheckedVenue(before, facts))
    return venues, errors


def clean_name(text: str) -> str:
    """Return a name as it is stored and compared: trimmed, with single spaces, and with NIKs masked."""
    return mask_niks(collapse(clean(text)))


def name_key(name: str) -> str:
    """Return the key by which names are compared: their folded words, or the name itself if it has none."""
    return words(name) or name


def _by_name(known: Iterable[VenueFacts]) -> dict[str, VenueFacts]:
    """Return known venues by key and by exact name, which takes precedence. Of several with one key it is the first."""
    venues = list(known)
    by_key = {name_key(venue.name): venue for venue in reversed(venues)}
    return by_key | {venue.name: venue for venue in venues}


def _texts(row: SheetRow) -> dict[str, str]:
    """Return the texts of a row by field, without placeholders and without a name that is an error (#N/A)."""
    texts = {
        column: clean_name(cell_text(cell))
        for column, cell in row.cells.items()
        if not (column == "name" and isinstance(cell, CellError))
    }
    return {column: text for column, text in texts.items() if not is_placeholder(text)}


def _check_row(
    row: int, texts: Mapping[str, str], before: VenueFacts, places: PlaceIndex
) -> tuple[VenueFacts, list[RowError]]:
    """Return the venue's new details, and the row's errors, with which the details are not to be used.

    `texts` are the row's. `before` has the name, and the kind and Wi-Fi that stay if their cells are empty.
    """
    errors: list[RowError] = []

    def add_error(sentence: str, **params: str | int) -> None:
        errors.append(RowError(row, sentence, params))

    if not before.name:
        add_error(N_("The name is missing. Type it, or delete the row."))
    elif len(before.name) > MAX_NAME_LENGTH:
        add_error(N_("The name has more than %(limit)s characters. Shorten it."), limit=MAX_NAME_LENGTH)
    place = parse_kelurahan(texts.get("kelurahan", ""), places)
    if place.problem == "kelurahan-missing":
        add_error(N_("The kelurahan is missing. Choose it."))
    elif place.candidates:
        names = ", ".join(places.name[code] for code in place.candidates)
        add_error(_UNCLEAR_KELURAHAN, found=texts["kelurahan"], names=names)
    elif place.code in (None, OUTSIDE):
        add_error(N_("“%(found)s” is not a kelurahan of the city. Choose one."), found=texts["kelurahan"])
    kind, wifi = texts.get("kind", ""), texts.get("wifi", "")
    kinds, answers = _kinds_by_label(), _wifi_by_label()
    if kind and words(kind) not in kinds:
        add_error(N_("“%(found)s” is not a kind of venue. Choose one, or leave the cell empty."), found=kind)
    if wifi and words(wifi) not in answers:
        add_error(N_("“%(found)s” is neither yes nor no. Choose one, or leave the cell empty."), found=wifi)
    facts = VenueFacts(
        before.name,
        kinds.get(words(kind), before.kind),
        place.code,
        answers.get(words(wifi), before.public_wifi),
    )
    return facts, errors


@cache
def _kinds_by_label() -> dict[str, str]:
    """Return the key in `KINDS` by folded label, in every language."""
    return {words(label): kind for kind, msgid in KINDS.items() for label in _in_all_languages(msgid)}


@cache
def _wifi_by_label() -> dict[str, bool]:
    """Return the key in `WIFI` by folded label, in every language."""
    return {words(label): wifi for wifi, msgid in WIFI.items() for label in _in_all_languages(msgid)}


def _in_all_languages(msgid: str) -> list[str]:
    return [translator(language)(msgid) for language in LANGUAGES]
