"""Tell what the eye sees in a list: colours, struck-out rows, pictures, hidden rows, comments."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from colorsys import rgb_to_hls
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TypeAlias

from app.people.remarks import Level, Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean, fold
from app.spreadsheets.detected_table import DetectedTable, SheetRow
from app.spreadsheets.formats.grid import Grid, Look
from app.spreadsheets.tables.columns.headings import is_correction_heading, is_number_heading
from app.spreadsheets.tables.marks.marks import heading_outcome

_Profile: TypeAlias = frozenset[tuple[int, str]]
"""The coloured cells of a row, as column and colour."""

_SIGNED_IN = frozenset({"attendance", "signature"})
_GROUPING_FIELDS = ("kelurahan", "kecamatan", "rt", "target_group", "organization", "sex")
_MIN_ROWS_OF_A_GROUP = 2
_MAX_NUMBERS_NAMED = 40
_COLOUR_WORDS = {
    "hijau": "green",
    "merah muda": "pink",
    "pink": "pink",
    "merah": "red",
    "kuning": "yellow",
    "biru": "blue",
    "ungu": "purple",
    "oranye": "orange",
    "orange": "orange",
    "jingga": "orange",
    "abu abu": "grey",
    "abu-abu": "grey",
}
_LEGEND = re.compile(
    rf"(?P<colour>{'|'.join(_COLOUR_WORDS)})\s*(?:[=:–-]|artinya|berarti|untuk)\s*(?P<meaning>[^,;.()\n]+)"
)
_HUES = (
    (15, "red"),
    (45, "orange"),
    (70, "yellow"),
    (170, "green"),
    (255, "blue"),
    (290, "purple"),
    (340, "pink"),
)
_PALE = 0.93
_GREYISH = 0.12
_BLACK = 0.2
_COMMENT = re.compile(
    r"\b(?:batal|mundur|mengundurkan|diganti\w*|ganti|diwakil\w*|wakil|meninggal|tidak|tdk|belum|izin|ijin|sakit"
    r"|absen|coret|dicoret|hapus|dihapus|dobel|ganda|duplikat|salah|pindah)\b"
)


def add_look(table: DetectedTable, grid: Grid, chosen: Collection[int] = ()) -> DetectedTable:
    """Return the table with what the eye sees in the sheet that it was detected in. `chosen` are columns of a user's.

    Where a legend says what the colours of rows mean, rows without a mark of their own have that as their attendance.
    """
    look = grid.look()
    if look == Look():
        return table
    numbers = {row.number for row in table.rows}
    table = _without_hidden_marks(table, look, chosen)
    table = _with_colours(table, grid, look)
    table = _with_struck_rows(table, look)
    warnings = [
        *_picture_warning(table, look),
        *_rows_warning("rows-hidden", numbers & {row + 1 for row in look.hidden_rows}),
        *_comment_warning(look, numbers),
    ]
    return replace(table, warnings=(*table.warnings, *warnings)) if warnings else table


def name_rows(numbers: Iterable[int]) -> str:
    """Return row numbers as a text: "11, 14–16"; after many, "…"."""
    ordered = sorted(numbers)
    spans = [
        [number for _, number in span]
        for _, span in groupby(enumerate(ordered[:_MAX_NUMBERS_NAMED]), lambda pair: pair[1] - pair[0])
    ]
    texts = [str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans]
    return ", ".join(texts) + (" …" if len(ordered) > _MAX_NUMBERS_NAMED else "")


def _rows_warning(code: str, numbers: Iterable[int], **params: str) -> list[Remark]:
    named = list(numbers)
    if not named:
        return []
    return [Remark("warning", None, code, {"rows": name_rows(named), "count": len(named), **params})]


# --- colours ---


def _with_colours(table: DetectedTable, grid: Grid, look: Look) -> DetectedTable:
    if not look.fills or any(is_correction_heading(column.header) for column in table.columns):
        return table
    if max(look.fills)[0] < table.header_row:  # Only the header is coloured, as in most lists.
        return table
    table = replace(table, rows=tuple(row for row in table.rows if not _is_sample(row)))
    colours = _row_colours(table, look)
    if not colours:
        return table
    legend = _find_legend(table, grid, look)
    unmarked = [row for row in table.rows if "attendance" not in row.cells]
    params: dict[str, str | int] = {"legend": _legend_text(grid, table)}
    for colour, _ in Counter(colours.values()).most_common():
        named = [number for number, other in colours.items() if other == colour]
        params[colour] = name_rows(named)
        params[f"{colour}_count"] = len(named)
    remark = Remark("review" if unmarked else "warning", None, "colours", params)
    rows = tuple(_with_meaning(row, legend.get(colours.get(row.number, ""))) for row in table.rows)
    return replace(table, rows=rows, warnings=(*table.warnings, remark))


def _is_sample(row: SheetRow) -> bool:
    """Return whether a row below the list is a sample of a colour with its meaning: a green cell, and "Hadir"."""
    return row.cells.keys() == {"name"} and heading_outcome(str(row.cells["name"])) is not None


def _with_meaning(row: SheetRow, meaning: str | None) -> SheetRow:
    """Return a row without a mark of its own with the mark that its colour means."""
    if meaning is None or "attendance" in row.cells:
        return row
    return replace(row, cells={**row.cells, "attendance": meaning})


def _row_colours(table: DetectedTable, look: Look) -> dict[int, str]:
    """Return the colour of each coloured row, or nothing if the rows don't differ or their colours say nothing.

    Colours say nothing where the rows alternate, or where each kelurahan, group or mark has its own.
    """
    profiles = _profiles(table, look)
    if (
        len(set(profiles.values())) < 2
        or _alternate(table.rows, profiles)
        or _is_grouped(table.rows, profiles)
    ):
        return {}
    colours = {}
    for number, profile in profiles.items():
        if profile:
            colours[number] = Counter(colour for _, colour in profile).most_common(1)[0][0]
    return colours


def _profiles(table: DetectedTable, look: Look) -> dict[int, _Profile]:
    """Return the coloured cells of each row, without columns that have the same colour in all rows.

    A row whose name, number and marks are plain and of which less than half is coloured is about those cells alone.
    """
    numbers = {row.number for row in table.rows}
    width = max((column.index for column in table.columns), default=0)
    names = {fill: colour_name(fill) for fill in set(look.fills.values())}
    cells = [
        (row + 1, column, name)
        for (row, column), fill in look.fills.items()
        if row + 1 in numbers and column <= width and (name := names[fill])
    ]
    everywhere = {
        place
        for place, count in Counter((column, name) for _, column, name in cells).items()
        if count == len(numbers)
    }
    profiles: dict[int, set[tuple[int, str]]] = {number: set() for number in numbers}
    for number, column, name in cells:
        if (column, name) not in everywhere:
            profiles[number].add((column, name))
    telling = {
        column.index
        for column in table.columns
        if column.field in {"name", *_SIGNED_IN} or is_number_heading(column.header)
    }
    return {
        number: frozenset(profile)
        if 2 * len(profile) > width or any(column in telling for column, _ in profile)
        else frozenset()
        for number, profile in sorted(profiles.items())
    }


def _alternate(rows: Sequence[SheetRow], profiles: Mapping[int, _Profile]) -> bool:
    """Return whether every second row has the one look and the others the other."""
    if len(set(profiles.values())) != 2:
        return False
    by_order = all(profiles[above.number] != profiles[below.number] for above, below in pairwise(rows))
    by_number = len({(row.number % 2, profiles[row.number]) for row in rows}) == 2
    return by_order or by_number


def _is_grouped(rows: Sequence[SheetRow], profiles: Mapping[int, _Profile]) -> bool:
    """Return whether the look follows from another cell: each kelurahan has its colour, or each mark."""
    for field in _GROUPING_FIELDS:
        values = {cell_text(row.cells.get(field)) for row in rows}
        if (
            len(values) > 1
            and len(values) * _MIN_ROWS_OF_A_GROUP <= len(rows)
            and _follows(rows, profiles, field)
        ):
            return True
    return all("attendance" in row.cells for row in rows) and _follows(rows, profiles, "attendance")


def _follows(rows: Sequence[SheetRow], profiles: Mapping[int, _Profile], field: str) -> bool:
    pairs = {(cell_text(row.cells.get(field)), profiles[row.number]) for row in rows}
    return len(pairs) == len({value for value, _ in pairs})


def colour_name(rgb: str) -> str | None:
    """Return the name of a colour given as RRGGBB, or None for white and for greys that are hardly seen."""
    red, green, blue = (int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    if saturation < _GREYISH or max(red, green, blue) - min(red, green, blue) < 1 - _PALE:
        return None if lightness > _PALE else "black" if lightness < _BLACK else "grey"
    return next((name for limit, name in _HUES if hue * 360 < limit), "red")


def _find_legend(table: DetectedTable, grid: Grid, look: Look) -> dict[str, str]:
    """Return the mark that each colour means, as far as a legend says so: "hijau = hadir", or a coloured sample."""
    legend: dict[str, str] = {}
    numbers = {row.number for row in table.rows}
    for number, row in enumerate(grid.rows, 1):
        if number in numbers:
            continue
        texts = [fold(clean(cell_text(cell))) for cell in row]
        for text in texts:
            for match in _LEGEND.finditer(text):
                _add_meaning(legend, _COLOUR_WORDS[match["colour"]], match["meaning"])
        if number > table.header_row:
            for column, text in enumerate([*texts, ""]):
                fill = look.fills.get((number - 1, column))
                meaning = text or (texts[column + 1] if column + 1 < len(texts) else "")
                if fill and (name := colour_name(fill)):
                    _add_meaning(legend, name, meaning.lstrip("=: "))
    return legend


def _add_meaning(legend: dict[str, str], colour: str, meaning: str) -> None:
    if heading_outcome(meaning.strip()):
        legend.setdefault(colour, meaning.strip())


def _legend_text(grid: Grid, table: DetectedTable) -> str:
    """Return the line that explains the colours, or ""."""
    numbers = {row.number for row in table.rows}
    for number, row in enumerate(grid.rows, 1):
        for cell in row if number not in numbers else ():
            if isinstance(cell, str) and _LEGEND.search(fold(clean(cell))):
                return clean(cell)[:200]
    return ""


# --- strikes, pictures, comments ---


def _with_struck_rows(table: DetectedTable, look: Look) -> DetectedTable:
    name = next((column.index for column in table.columns if column.field == "name"), None)
    struck = {row + 1 for row, column in look.struck if column == name}
    if struck.isdisjoint(row.number for row in table.rows):
        return table
    remark = Remark("review", None, "row-struck-out", {})
    rows = tuple(
        replace(row, remarks=(*row.remarks, remark)) if row.number in struck else row for row in table.rows
    )
    return replace(table, rows=rows)


def _picture_warning(table: DetectedTable, look: Look) -> list[Remark]:
    """Return what to say of pictures in the column of signatures: a question if only some of the rows have one."""
    columns = {column.index for column in table.columns if column.field in _SIGNED_IN}
    pictured = {row + 1 for row, column in look.pictures if column in columns}
    pictured &= {row.number for row in table.rows}
    level: Level = "review" if len(pictured) < len(table.rows) else "warning"
    return [replace(warning, level=level) for warning in _rows_warning("pictures", pictured)]


def _without_hidden_marks(table: DetectedTable, look: Look, chosen: Collection[int]) -> DetectedTable:
    """Return the table without marks in hidden columns, with a question: a copied list may hide those of another day.

    Columns that a user chose are read all the same.
    """
    hidden = {
        column.index
        for column in table.columns
        if column.field == "attendance" and column.index in look.hidden_columns and column.index not in chosen
    }
    if not hidden or not any("attendance" in row.cells for row in table.rows):
        return table
    columns = [replace(one, field=None) if one.index in hidden else one for one in table.columns]
    names = ", ".join(column.header or "–" for column in columns if column.index in hidden)
    return replace(
        table,
        columns=tuple(columns),
        rows=tuple(replace(row, cells=_without_mark(row.cells)) for row in table.rows),
        blank_means="present",
        warnings=(*table.warnings, Remark("review", "attendance", "columns-hidden", {"columns": names[:80]})),
    )


def _without_mark(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    return {field: cell for field, cell in cells.items() if field != "attendance"}


def _comment_warning(look: Look, numbers: set[int]) -> list[Remark]:
    comments = {
        row + 1: text
        for row, text in look.comments.items()
        if row + 1 in numbers and _COMMENT.search(fold(text))
    }
    if not comments:
        return []
    return _rows_warning("cell-comments", comments, found=clean(next(iter(comments.values())))[:120])
