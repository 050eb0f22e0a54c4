"""Damaged copies of a file, each made from its seed, and the process that reads many of them in turn.

`python -m tests.spreadsheets.mutations SAMPLE FIRST COUNT` prints each seed before it reads its copy: if the process
dies, the last seed printed is to blame. An exception other than `SheetFailure` ends it too, with its traceback.
"""

import sys
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from app.child_process import limit_process
from app.spreadsheets.formats.child import answer
from app.spreadsheets.reading import MAX_MEMORY_BYTES, MAX_SECONDS

SAMPLES = Path(__file__).parents[1] / "samples"
MAX_FLIPS = 12
PLAIN: dict[str, Any] = {
    "list": "participants",
    "sheet": None,
    "sheets": [],
    "session": None,
    "header_row": None,
    "columns": [],
    "place_keys": [],
    "group_keys": [],
    "trim": False,
}


def mutated(content: bytes, seed: int) -> bytes:
    """The file, damaged. Of a zip every other seed damages what is inside, for it seldom survives from outside."""
    rng = Random(seed)  # noqa: S311 (the same copy every time, no secret)
    if content.startswith(b"PK") and seed % 2:
        return _damaged_inside(content, rng)
    return _damaged(content, rng)


def _damaged_inside(content: bytes, rng: Random) -> bytes:
    with ZipFile(BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    victim = rng.choice(sorted(parts))
    parts[victim] = _damaged(parts[victim], rng)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return packed.getvalue()


def _damaged(content: bytes, rng: Random) -> bytes:
    """Bits flipped, the end cut off, or a piece gone."""
    start = rng.randrange(len(content))
    match rng.randrange(4):
        case 0:
            return content[:start]
        case 1:
            return content[:start] + content[start + rng.randrange(1, 200) :]
        case _:
            damaged = bytearray(content)
            for _ in range(rng.randint(1, MAX_FLIPS)):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            return bytes(damaged)


def main(sample: str, first: int, count: int) -> None:
    limit_process(MAX_MEMORY_BYTES, MAX_SECONDS)
    content = (SAMPLES / sample).read_bytes()
    for seed in range(first, first + count):
        sys.stdout.write(f"{seed}\n")
        sys.stdout.flush()
        answer(mutated(content, seed), PLAIN)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
