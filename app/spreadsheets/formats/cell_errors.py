"""The errors that cells of binary Excel files hold as a number."""

from app.people.cells import CellError

_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def cell_error(code: int) -> CellError:
    """The error of [MS-XLS] 2.5.10, as Excel shows it."""
    return CellError(_TEXTS.get(code, ""))
