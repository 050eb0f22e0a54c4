"""Limits of files, and the exception for a file that can't be read."""

from collections.abc import Mapping
from typing import Final

MAX_BYTES: Final = 10 * 1024**2
MAX_UNPACKED_BYTES: Final = 200 * 1024**2
MAX_ROWS: Final = 120_000
MAX_HEADER_COLUMNS: Final = 100


class SheetFailure(Exception):
    """Raised for a file that can't be read. `code` is a key of `reading.SENTENCES`, which has the sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str | int] = params
