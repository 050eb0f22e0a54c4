"""The rows of a sheet as users know them."""

from app.i18n import N_, Translator
from app.spreadsheets.detected_table import PART_SIZE, to_excel_row

_IN_FURTHER_LIST = N_("%(row)s (list %(part)s)")


def row_label(number: int, _: Translator) -> str:
    """Return Excel's number of a row, and which list of the file it is in if that is not the first: "10 (list 2)"."""
    part, row = number // PART_SIZE + 1, to_excel_row(number)
    return str(row) if part == 1 else _(_IN_FURTHER_LIST) % {"row": row, "part": part}
