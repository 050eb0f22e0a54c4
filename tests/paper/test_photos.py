"""The generator of photos: the same photo for the same seed, and ink where a person would see a signature."""

from io import BytesIO

import numpy as np
from PIL import Image

from app.paper.layout import PAGE_WIDTH, Box
from tests.paper.handwriting import Picture
from tests.paper.photos import photograph, photograph_pair, sign
from tests.paper.sample_pages import print_list


def test_a_seed_makes_the_same_photo_again() -> None:
    page = print_list(40).page(1)
    first, second = (photograph(*page, 7, longest_side=1280) for _ in range(2))
    assert first == second
    assert photograph(*page, 8, longest_side=1280).content != first.content
    assert set(Image.open(BytesIO(first.content)).size) == {1280, 960}


def test_signed_lines_have_ink_and_written_lines_a_name() -> None:
    printed, layout = print_list(40).page(3)
    numbers = [line.number for line in layout.lines]
    blank = [line.number for line in layout.lines if not line.registration]
    chosen = {numbers[0], numbers[3], blank[1]}
    page = sign(printed, layout, np.random.default_rng(3), signed=chosen, written=blank[1:2])
    assert page.seen == {number: "signed" if number in chosen else "unsigned" for number in numbers}
    assert page.written == {blank[1]}
    for line in layout.lines:
        assert _ink(printed, page.picture, line.signature) > 20 or line.number not in chosen
        assert bool(_ink(printed, page.picture, line.cells["name"])) == (line.number == blank[1])


def test_what_glare_hides_is_unsure_and_two_pages_are_in_one_photo() -> None:
    pages = print_list(40)
    hidden = [
        number
        for seed in (1, 3)
        for number, seen in photograph(
            *pages.page(2), seed, conditions={"glare"}, longest_side=1280
        ).truth.items()
        if seen == "unsure"
    ]
    assert hidden
    pair = photograph_pair([pages.page(1), pages.page(2)], 1)
    assert {number: list(seen) for number, seen in pair.pages.items()} == {
        page.number: [line.number for line in page.lines] for page in pages.layout.pages[:2]
    }


def _ink(printed: Picture, signed: Picture, box: Box) -> int:
    """Return how many pixels of a box became darker."""
    scale = printed.shape[1] / PAGE_WIDTH
    part = (
        slice(int(box.y * scale), int((box.y + box.height) * scale)),
        slice(int(box.x * scale), int((box.x + box.width) * scale)),
    )
    return int((printed[part].sum(-1, dtype=int) - signed[part].sum(-1, dtype=int) > 90).sum())
