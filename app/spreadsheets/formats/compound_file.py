"""A stream out of an OLE compound file ([MS-CFB]), in which an .xls keeps its workbook."""

from collections.abc import Iterator, Sequence
from itertools import islice
from struct import iter_unpack

_NO_SECTOR = 0xFFFFFFFA
"""From here on a number names no sector."""
_ENTRY = 128
_FIRST_TABLE_SECTORS = slice(76, 512)


def compound_stream(content: bytes, *names: str) -> bytes:
    """The stream with one of the names; b"" where there is none. A damaged file gives what can be found."""
    file = _whole_file(content)
    directory = file.chained(_number(content, 48))
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    found = next((entry for entry in entries if _name(entry) in names), None)
    if found is None:
        return b""
    size = _number(found, 120)
    kept_in = file if size >= _number(content, 56) else _small_streams(content, file, entries[0])
    return kept_in.chained(_start(found))[:size]


class _Sectors:
    """Data in sectors of one size; `following` tells for each which comes next."""

    def __init__(self, data: bytes, size: int, following: Sequence[int]) -> None:
        self.data = data
        self.size = size
        self.following = following

    def sector(self, number: int) -> bytes:
        return self.data[number * self.size : (number + 1) * self.size]

    def chained(self, first: int) -> bytes:
        """All sectors from `first` on; of a chain that goes round in circles no more than there are sectors."""
        return b"".join(map(self.sector, islice(self._chain(first), _count(self.data, self.size))))

    def _chain(self, number: int) -> Iterator[int]:
        while number < len(self.following):
            yield number
            number = self.following[number]


def _whole_file(content: bytes) -> _Sectors:
    """The sectors behind the header. It names the first ones that hold their table; these name further ones."""
    size = _size(content, 30)
    sectors = _Sectors(content[size:], size, ())
    table = _numbers(content[_FIRST_TABLE_SECTORS])
    more = _number(content, 68)
    for _ in range(_count(content, size)):
        if more >= _NO_SECTOR:
            break
        *further, more = _numbers(sectors.sector(more)) or [_NO_SECTOR]
        table += further
    held = (number for number in table if number < _NO_SECTOR)
    sectors.following = _numbers(b"".join(map(sectors.sector, islice(held, _count(content, size)))))
    return sectors


def _small_streams(content: bytes, file: _Sectors, root: bytes) -> _Sectors:
    """Small streams share one, in small sectors with a table of their own."""
    return _Sectors(
        file.chained(_start(root)), _size(content, 32), _numbers(file.chained(_number(content, 60)))
    )


def _size(content: bytes, at: int) -> int:
    """A size of sectors, which is noted as a power of 2."""
    return 1 << max(6, min(_number(content, at, 2), 16))


def _count(data: bytes, size: int) -> int:
    return len(data) // size + 1


def _name(entry: bytes) -> str:
    return entry[: max(_number(entry, 64, 2) - 2, 0)].decode("utf-16-le", "replace")


def _start(entry: bytes) -> int:
    return _number(entry, 116)


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _numbers(data: bytes) -> list[int]:
    return [number for (number,) in iter_unpack("<I", data[: len(data) // 4 * 4])]
