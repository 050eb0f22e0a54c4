"""Read an uploaded file in a child process with limits on memory and time, and turn failures into problems."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import orjson

from app.child_process import RunChild, open_children, run_child
from app.errors import Problem, TooLarge, UnreadableFile
from app.i18n import N_
from app.people.values.place_names import place_key
from app.people.values.reference import TargetGroup
from app.people.values.text import words
from app.spreadsheets.detected_table import DetectedTable, SheetSession, session_to_json, table_from_json
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.stated_session import StatedSession, stated_session_from_json

MAX_MEMORY_BYTES = 1536 * 1024**2
MAX_SECONDS = 60
_CHILD = "app.spreadsheets.formats.child"

ParseFile: TypeAlias = Callable[[bytes, Mapping[str, object]], dict[str, Any] | None]

SENTENCES: Mapping[str, str] = {
    "too-large": N_(
        "The file is larger than %(megabytes)s MB. Delete pictures and unused sheets, or split it, and try again."
    ),
    "too-large-unpacked": N_(
        "Unpacked, the file is larger than %(megabytes)s MB. Copy the list alone into a new file and upload that."
    ),
    "too-many-rows": N_("The list has more than %(limit)s participants. Split it into several files."),
    "too-many-columns": N_(
        "The header has more than %(limit)s columns. Delete the columns that do not belong to the list."
    ),
    "too-slow": N_("Reading the file took too long. Copy the list alone into a new file and upload that."),
    "unreadable-file": N_(
        "The file is damaged or can't be read. Open it in a spreadsheet program, save it again as .xlsx and retry."
    ),
    "not-a-spreadsheet": N_(
        "This is not a spreadsheet. Upload the list as .xlsx, .xls, .xlsb, .ods, .csv, .docx or .pdf."
    ),
    "password-protected": N_(
        "The file is protected by a password. Save it without a password and upload it again."
    ),
    "photo": N_(
        "This is a photo or picture. If it shows the attendance list that was printed here, with a square in each "
        "corner, upload it at “Photos of the signed list” of the session. Of another list, upload the file from which "
        "it was printed, or type it into the template."
    ),
    "scanned-pdf": N_(
        "This PDF holds scanned pictures and no text. If it is the attendance list that was printed here, with a "
        "square in each corner, upload it at “Photos of the signed list” of the session. Of another list, upload the "
        "file from which it was printed, or type it into the template."
    ),
    "pdf-without-table": N_(
        "This PDF has text, but no table with ruled lines. Upload the file from which it was made, or copy the list "
        "into a spreadsheet and upload that."
    ),
    "too-many-pages": N_(
        "The PDF has more than %(limit)s pages. Upload the pages with the list alone, or the file it was made from."
    ),
    "document-without-table": N_(
        "The document has no table. Put the list into a table with headings, among them “Nama”, or copy it into a "
        "spreadsheet."
    ),
    "page-without-table": N_(
        "This is a web page without a table, perhaps one that asks to sign in. Download the list again as .xlsx and "
        "upload that."
    ),
    "too-many-tables": N_(
        "The document has more than %(limit)s tables. Copy the list alone into a new file and upload that."
    ),
    "zip-of-lists": N_(
        "This is a zip file that holds %(count)s lists. Upload it under “Upload many lists”, or one of its lists here."
    ),
    "archive": N_("This is a packed archive. Unpack it and upload the lists in it one by one."),
    "shortcut": N_(
        "This is only a shortcut to a file on the internet, such as Google Sheets. Open it, choose File – Download – "
        "Microsoft Excel (.xlsx), and upload the downloaded file."
    ),
    "program": N_("This is a program, not a list. Don't open it, and check where it came from."),
    "rich-text": N_(
        "This is a rich text document (.rtf). Open it in Word, save it as .docx and upload that."
    ),
    "word-97": N_("This is an old Word document (.doc). Open it in Word, save it as .docx and upload that."),
    "other-document": N_("This is a text document (.odt). Open it, save it as .docx and upload that."),
    "presentation": N_("This is a presentation. Copy the list into a spreadsheet and upload that."),
    "numbers-file": N_(
        "This is a file of Apple Numbers. In Numbers choose File – Export To – Excel, and upload the .xlsx file."
    ),
    "error-cells": N_(
        "Some cells show an error such as #N/A, which can't be told from an empty cell in a .%(format)s file. Save "
        "it as .xlsx and upload that."
    ),
    "empty-file": N_("The file is empty. Check whether it is the right one and whether it was saved."),
    "no-header": N_(
        "No header was found. Write headings above the list, among them “Nama” (within the first 40 rows), or choose "
        "which column holds the names."
    ),
    "lines-of-text": N_(
        "This is a text with a line for each person, perhaps from WhatsApp, without columns. Paste it under “Register "
        "a list” on the session's page, or put it into a spreadsheet with headings, among them “Nama” and “Kelurahan”."
    ),
    "no-people": N_(
        "The list names institutions or businesses, but no people. Add a column “Nama” with those who came, a row for "
        "each person."
    ),
    "empty-list": N_(
        "The list has headings but no participants. Check whether it is the right file and whether it was saved."
    ),
    "no-venue-header": N_(
        "No header was found. The list needs a row with headings, among them “Nama” and “Kelurahan”. Use the "
        "template."
    ),
    "no-venues": N_(
        "The list has headings but no venues. Check whether it is the right file and whether it was saved."
    ),
    "too-many-venues": N_("The list has more than %(limit)s venues. Split it into several files."),
    "no-target-header": N_(
        "No header was found. The table needs a row with headings, among them “Kelurahan”."
    ),
    "no-targets": N_(
        "The table has headings but no targets. Check whether it is the right one and whether it was saved."
    ),
    "no-target-columns": N_(
        "No column with targets was found. Name them “Seluruhnya” or like the target groups."
    ),
    "too-many-targets": N_("The table has more than %(limit)s rows. Leave those of the kelurahan alone."),
    "no-such-sheet": N_(
        "The file has no visible sheet named “%(sheet)s”. Choose one of the sheets that it has."
    ),
}
_TOO_LARGE = frozenset(
    {
        "too-large",
        "too-large-unpacked",
        "too-many-rows",
        "too-many-columns",
        "too-many-venues",
        "too-many-targets",
    }
)


def read_sheet(
    content: bytes,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    columns: Mapping[int, str | None] | None = None,
    places: Collection[str] = (),
    groups: Collection[str] = (),
    session: SheetSession | None = None,
    sheets: Collection[str] | Literal["all"] = (),
) -> DetectedTable:
    """Return the list of participants in one sheet: the named one, or the one that is most likely the session's list.

    That is the one with the code or the day of the `session`, then the one with the most people. With `sheets` the
    lists in the sheets of these names are one; "all" are all that list people.
    `header_row` is Excel's number of the header's first row, 0 for a list without one; `columns` (index from 0 → field
    or None) overrides what is detected. Names of kelurahan (`places`) identify columns without a heading and headings
    of sections; names of target `groups` identify headings of sections and of columns with boxes to tick.
    Raises `UnreadableFile` or `TooLarge` with one of the codes of `SENTENCES`.
    """
    options = {
        "sheet": sheet,
        "sheets": sheets if sheets == "all" else list(sheets),
        "header_row": header_row,
        "columns": list((columns or {}).items()),
        "session": session_to_json(session),
    }
    group_keys = sorted({words(group) for group in groups})
    return _read(content, places, {"list": "participants", "group_keys": group_keys, **options})


@dataclass(frozen=True, slots=True)
class ListInFile:
    """The list of one sheet of a file: how many people it names, and what it says of its session."""

    sheet: str
    people: int
    stated: StatedSession


def read_lists(
    content: bytes, file_name: str, *, places: Collection[str] = (), groups: Collection[TargetGroup] = ()
) -> tuple[ListInFile, ...]:
    """Return the list of each visible sheet that lists people; none for a file that only counts them.

    `file_name` may have folders before it. Names of kelurahan are `places`, as for `read_sheet`. Raises what
    `read_sheet` raises.
    """
    request = {
        "list": "all",
        "file_name": file_name,
        "place_keys": _place_keys(places),
        "groups": [[group.code, group.label, group.labels, group.synonyms] for group in groups],
    }
    return tuple(
        ListInFile(found["sheet"], found["people"], stated_session_from_json(found["stated"]))
        for found in _parse(_current_parser(), content, request)["lists"]
    )


def read_venue_list(content: bytes) -> DetectedTable:
    """Return the first list of venues with rows in a visible sheet; its fields are those of `venues.HEADINGS`.

    Raises what `read_sheet` raises.
    """
    return _read(content, (), {"list": "venues"})


def read_target_sheet(content: bytes) -> DetectedTable:
    """Return the first table with rows and a column "Kelurahan" in a visible sheet, for `parse_target_table`.

    Raises what `read_sheet` raises.
    """
    return _read(content, (), {"list": "targets"})


def _read(content: bytes, places: Collection[str], options: Mapping[str, object]) -> DetectedTable:
    """Return the table that the child process finds; `options` say which list to look for.

    Raises `UnreadableFile` or `TooLarge`.
    """
    answer = _parse(_current_parser(), content, {"place_keys": _place_keys(places), **options})
    return table_from_json(answer["sheet"])


def _place_keys(places: Collection[str]) -> list[str]:
    return sorted({place_key(place) for place in places})


def _parse(parse: ParseFile, content: bytes, options: Mapping[str, object]) -> dict[str, Any]:
    """Return the child's answer. Raises `UnreadableFile` or `TooLarge` for its failures, and if it dies twice."""
    if len(content) > MAX_BYTES:
        raise build_problem("too-large", {"megabytes": MAX_BYTES // 1024**2})
    request = {"memory": MAX_MEMORY_BYTES, "seconds": MAX_SECONDS, **options}
    # The child dies if cells far outside the table need too much memory: the file is read again without them.
    answer = parse(content, {**request, "trim": False}) or parse(content, {**request, "trim": True})
    if answer is None:
        raise build_problem("unreadable-file", {})
    if "failure" in answer:
        raise build_problem(answer["failure"], answer["params"])
    return answer


def build_problem(code: str, params: Mapping[str, str | int]) -> Problem:
    """Return the `TooLarge` or `UnreadableFile` to raise for a code of `SENTENCES`. `params` fill the sentence."""
    kind = TooLarge if code in _TOO_LARGE else UnreadableFile
    return kind(SENTENCES[code], code=code, **params)


def _parse_in_child(content: bytes, request: Mapping[str, object]) -> dict[str, Any] | None:
    """Run the child process and return its answer, or None if it died.

    Raises `UnreadableFile` ("too-slow") if it takes longer than `MAX_SECONDS`.
    """
    return _parse_with(partial(run_child, _CHILD), content, request)


def _parse_with(run: RunChild, content: bytes, request: Mapping[str, object]) -> dict[str, Any] | None:
    try:
        output = run(request, content, seconds=MAX_SECONDS)
    except TimeoutError as error:
        raise build_problem("too-slow", {}) from error
    answer: dict[str, Any] | None = orjson.loads(output) if output is not None else None
    return answer


_parser: ContextVar[ParseFile | None] = ContextVar("parser", default=None)


@contextmanager
def use_parser(parse: ParseFile) -> Iterator[None]:
    """Let this thread read all files of the block with a parser of `open_parser`, which saves the start of a child."""
    token = _parser.set(parse)
    try:
        yield
    finally:
        _parser.reset(token)


def _current_parser() -> ParseFile:
    return _parser.get() or parse_file


@contextmanager
def _open_parser() -> Iterator[ParseFile]:
    with open_children(_CHILD) as run:
        yield partial(_parse_with, run)


parse_file: ParseFile = _parse_in_child
"""The function that parses a file and returns the answer, or None if the parser died. The service uses a child process.

A program that reads only files that it trusts can assign one that calls `child.answer` itself, and so saves the tenth
of a second that a child takes to start.
"""

open_parser: Callable[[], AbstractContextManager[ParseFile]] = _open_parser
"""The function that opens a parser of many files, which does for each what `parse_file` does."""
