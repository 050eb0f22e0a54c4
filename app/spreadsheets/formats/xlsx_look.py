"""Read from the XML of an .xlsx file what the eye sees: fill colours, strikes, pictures, hidden rows, comments.

openpyxl would tell these too, but it builds every cell anew: a list of 20,000 rows with a coloured header would take
seconds instead of a tenth of one, and most lists have a coloured header.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.spreadsheets.formats.grid import MAX_COLUMNS, Look
from app.spreadsheets.formats.xlsx_parts import XlsxBook, cell_position

_MAIN = "{*}"
_STYLES, _THEME = "xl/styles.xml", "xl/theme/theme1.xml"
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_PICTURE_IN_CELL = re.compile(rb"<(?:\w+:)?c\b(?P<attributes>[^>]*\bvm=\"\d+\"[^>]*)>")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b(?=[^>]*\bhidden=\"(?:1|true)\")[^>]*\br=\"(?P<row>\d{1,7})\"")
_COLUMNS = re.compile(rb"<(?:\w+:)?col\b(?P<attributes>[^>]*)>")
_HIDDEN = re.compile(rb"\bhidden=\"(?:1|true)\"|\bwidth=\"0(?:\.0+)?\"")
_FIRST_TO_LAST = (re.compile(rb"\bmin=\"(\d{1,5})\""), re.compile(rb"\bmax=\"(\d{1,5})\""))
_NO_FILLS = frozenset({None, "none", "gray125"})
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)))
_INDEXED = (
    "000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF"
    "800000008000000080808000800080008080C0C0C0808080"
    "9999FF993366FFFFCCCCFFFF660066FF80800066CCCCCCFF"
    "000080FF00FFFFFF0000FFFF8000808000000080800000FF"
    "00CCFFCCFFFFCCFFCCFFFF9999CCFFFF99CCCC99FFFFCC99"
    "3366FF33CCCC99CC00FFCC00FF9900FF6600666699969696"
    "003366339966003300333300993300993366333399333333"
)
_FIRST_INDEXED = 8
"""The palette of Excel 97, as RRGGBB one after the other; its first colour has the number 8."""
_MAX_SEEN_CELLS = 500_000


@dataclass(frozen=True, slots=True)
class _Style:
    fill: str | None
    struck: bool


def read_look(book: XlsxBook, sheet: str) -> Look:
    """Return the look of one sheet. Parts that are missing or damaged show nothing."""
    look = Look()
    xml = book.sheet_xml(sheet)
    if not xml:
        return look
    if b'hidden="' in xml:
        look.hidden_rows = {int(match["row"]) - 1 for match in _HIDDEN_ROW.finditer(xml)}
    look.hidden_columns = set(_hidden_columns(xml[: max(xml.find(b"<sheetData"), 0)]))
    if b' vm="' in xml:
        look.pictures |= {
            place for match in _PICTURE_IN_CELL.finditer(xml) if (place := cell_position(match["attributes"]))
        }
    try:
        _add_styles(look, xml, _read_styles(book))
        for part in book.parts_of_sheet(sheet):
            if "/drawings/drawing" in part:
                look.pictures |= set(_pictures(ET.fromstring(book.read(part))))  # noqa: S314 (in the limited child; expat refuses entity bombs)
            elif "comment" in part and part.endswith(".xml") and "threaded" not in part.lower():
                look.comments |= _comments(ET.fromstring(book.read(part)))  # noqa: S314 (as above)
    except (ET.ParseError, KeyError, ValueError, IndexError):
        return look
    return look


def _hidden_columns(head: bytes) -> Iterator[int]:
    """Yield the columns that are hidden or have no width, from the XML before the cells."""
    for columns in _COLUMNS.finditer(head):
        first, last = (number.search(columns["attributes"]) for number in _FIRST_TO_LAST)
        if first and last and _HIDDEN.search(columns["attributes"]):
            yield from range(int(first[1]) - 1, min(int(last[1]), MAX_COLUMNS))


def _add_styles(look: Look, xml: bytes, styles: Mapping[bytes, _Style]) -> None:
    if not styles:
        return
    # Cells of other styles, which are most, are skipped by searching for the few numbers alone.
    for match in re.finditer(rb' s="(%s)"' % b"|".join(styles), xml):
        begin, end = xml.rfind(b"<", 0, match.start()), xml.find(b">", match.end())
        place = cell_position(xml[begin:end]) if _CELL.match(xml, begin) else None
        if place is None:
            continue
        style = styles[match[1]]
        if style.fill:
            look.fills[place] = style.fill
        if style.struck:
            look.struck.add(place)
        if len(look.fills) > _MAX_SEEN_CELLS:
            return


def _read_styles(book: XlsxBook) -> dict[bytes, _Style]:
    """Return the styles with a fill or a strike, by their number as cells name it."""
    if _STYLES not in book.names:
        return {}
    source = book.read(_STYLES)
    if b"<strike" not in source and source.count(b"patternFill ") <= 2 and b":patternFill" not in source:
        return {}
    root = ET.fromstring(source)  # noqa: S314 (in the limited child; expat refuses entity bombs)
    theme = _read_theme(book) if b"theme=" in source else ()
    fills = [_fill(fill, theme) for fill in root.iterfind(f"{_MAIN}fills/{_MAIN}fill")]
    strikes = [_is_struck(font) for font in root.iterfind(f"{_MAIN}fonts/{_MAIN}font")]
    styles = {}
    for number, xf in enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        style = _Style(fills[int(xf.get("fillId", "0"))], strikes[int(xf.get("fontId", "0"))])
        if style.fill or style.struck:
            styles[b"%d" % number] = style
    return styles


def _is_struck(font: ET.Element) -> bool:
    strike = font.find(f"{_MAIN}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false")


def _fill(fill: ET.Element, theme: tuple[str, ...]) -> str | None:
    """Return the colour of a fill as RRGGBB, or None for none and for white."""
    pattern = fill.find(f"{_MAIN}patternFill")
    if pattern is None or pattern.get("patternType") in _NO_FILLS:
        return None
    element = pattern.find(f"{_MAIN}fgColor")
    colour = None if element is None else _colour(element, theme)
    return None if colour in (None, "FFFFFF") else colour


def _colour(element: ET.Element, theme: tuple[str, ...]) -> str | None:
    if rgb := element.get("rgb"):
        colour = rgb[-6:].upper()
    elif indexed := element.get("indexed"):
        at = (int(indexed) - _FIRST_INDEXED) * 6
        colour = _INDEXED[at : at + 6] if at >= 0 else ""
    else:
        number = int(element.get("theme", "-1"))
        colour = theme[number] if 0 <= number < len(theme) else ""
    if len(colour) != 6:
        return None
    return _tinted(colour, float(element.get("tint", "0")))


def _tinted(colour: str, tint: float) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    changed = (part + (255 - part) * tint if tint > 0 else part * (1 + tint) for part in parts)
    return "".join(f"{min(255, max(0, round(part))):02X}" for part in changed)


def _read_theme(book: XlsxBook) -> tuple[str, ...]:
    if _THEME not in book.names:
        return ()
    root = ET.fromstring(book.read(_THEME))  # noqa: S314 (in the limited child; expat refuses entity bombs)
    colours: list[str] = []
    for name in _THEME_ORDER:
        element = root.find(f".//{_MAIN}clrScheme/{_MAIN}{name}")
        colour = element[0] if element is not None and len(element) else None
        colours.append("" if colour is None else colour.get("lastClr") or colour.get("val") or "")
    return tuple(colours)


def _pictures(root: ET.Element) -> Iterator[tuple[int, int]]:
    """Yield row and column in which the middle of each picture lies."""
    for anchor in root:
        corners = [corner for name in ("from", "to") if (corner := anchor.find(_MAIN + name)) is not None]
        if corners and anchor.find(f".//{_MAIN}pic") is not None:
            row, column = (
                sum(int(corner.findtext(_MAIN + name) or 0) for corner in corners) // len(corners)
                for name in ("row", "col")
            )
            yield row, column


def _comments(root: ET.Element) -> dict[int, str]:
    comments: dict[int, str] = {}
    for comment in root.iter():
        if comment.tag.endswith("}comment"):
            place = cell_position(f' r="{comment.get("ref", "")}"'.encode())
            if place:
                text = "".join(part.text or "" for part in comment.iter() if part.tag.endswith("}t"))
                comments[place[0]] = f"{comments.get(place[0], '')} {text}".strip()
    return comments
