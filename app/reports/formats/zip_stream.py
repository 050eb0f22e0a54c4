"""A zip file that is written piece by piece, so that a large one is never in memory or on a disk as a whole."""

from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

BEST, NONE = 9, 0
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the same content gives the same bytes."""


class ZipStream:
    """Collects the bytes of a zip file until they are taken.

    A file's size and checksum follow its content, as nobody can go back and write them before it. Some programs can't
    read a file that is stored plainly in such a zip; so pictures, which can't be made smaller, are deflated at level 0,
    which takes no time.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._zip = ZipFile(self, "w")  # type: ignore[call-overload]

    def add(self, path: str, content: bytes, *, compress: bool) -> None:
        """Add a file. Its path has slashes between folders."""
        info = ZipInfo(path, FIXED_TIME)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, content, compresslevel=BEST if compress else NONE)

    def take(self) -> bytes:
        """Return the bytes that were written since the last call."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken

    def finish(self) -> bytes:
        """Write the list of files, which ends the zip, and return the bytes since the last call of `take`."""
        self._zip.close()
        return self.take()

    def write(self, content: bytes) -> int:
        """Collect bytes; called by `ZipFile`, which finds no `seek` and so never goes back."""
        self._bytes += content
        return len(content)

    def flush(self) -> None:
        """Do nothing; called by `ZipFile`."""
