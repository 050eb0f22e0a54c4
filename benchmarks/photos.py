"""Photographed pages, read as the service does: how fast, how many lines are decided wrongly, how many are unsure.

`python -m benchmarks.photos [--pages 100] [--condition stamp]` makes photos by the seeded generator of the tests.
"""

import argparse
import resource
from collections import Counter

from app.paper.reading import read_photos
from tests.paper.photos import photograph
from tests.paper.sample_pages import PRINT_CODE, print_list

FIRST_SEED = 1000


def main() -> None:
    """Print a line with the figures of so many pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--condition", action="append", default=[])
    arguments = parser.parse_args()
    printed = print_list(45)
    counts: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.pages):
        picture, layout = printed.page(seed % len(printed.pictures) + 1)
        photo = photograph(picture, layout, seed, conditions=arguments.condition)
        for page in read_photos([("photo.jpg", photo.content)], {PRINT_CODE: printed.layout}):
            counts["unread"] += bool(page.problem)
            for line in page.lines:
                seen = photo.truth[line.number]
                counts["lines"] += 1
                counts["unsure"] += line.mark == "unsure"
                counts["wrong"] += line.mark not in {"unsure", seen}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(  # noqa: T201
        f"{arguments.pages} pages, {counts['unread']} unread, {counts['lines']} lines, {counts['wrong']} wrong, "
        f"{100 * counts['unsure'] / max(counts['lines'], 1):.1f} % unsure, "
        f"{(used.ru_utime + used.ru_stime) / arguments.pages:.2f} s a page"
    )


if __name__ == "__main__":
    main()
