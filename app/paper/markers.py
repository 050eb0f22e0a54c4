"""The markers in the corners of a printed page: squares of OpenCV's ArUco dictionary DICT_4X4_50."""

from app.paper.layout import MARKED_PAGES

MARKER_MODULES = 6
"""Of a marker's side: four with bits, and a black one on each side."""

# The bits of each id, row by row from the top left one, which is the highest; 1 is white. They stand here because lists
# are printed where OpenCV is not installed, too.
MARKER_BITS = (
    0xB532, 0x0F9A, 0x332D, 0x9946, 0x549E, 0x79CD, 0x9E2E, 0xC4F2,
    0xFEDA, 0xCF56, 0xF991, 0x11A7, 0x0EB7, 0x2A0F, 0x24B1, 0x263E,
    0x4665, 0x6600, 0x6C5E, 0x76AF, 0x868B, 0xB02B, 0xCCD5, 0xDD82,
    0xFE47, 0x9471, 0xACE4, 0xA554, 0x2123, 0x346F, 0x4415, 0x57B2,
    0x9ECF, 0xF0CB, 0x08AE, 0x0929, 0x1875, 0x04FF, 0x0DF6, 0x1C5A,
    0x1718, 0x2A28, 0x328C, 0x38B2, 0x24E8, 0x2EEB, 0x2D3F, 0x4B64,
)  # fmt: skip


def marker_ids(page: int) -> tuple[int, int, int, int]:
    """Return the ids of a page's markers: top left, top right, bottom right, bottom left. Pages count from 1."""
    first = 4 * ((page - 1) % MARKED_PAGES)
    return first, first + 1, first + 2, first + 3
