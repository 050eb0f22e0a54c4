"""Draw an uploaded SVG as a picture, in a child process: `python -m app.reports.formats.svg_picture`.

A few bytes of SVG can ask for filters that take hours.
"""

import sys

import orjson

from app.child_process import limit_process, run_child

MAX_MEMORY_BYTES = 2 * 1024**3
MAX_SECONDS = 15


def draw_svg(svg: bytes) -> bytes:
    """Return an SVG as PNG. Raises `ValueError` if it can't be drawn, and `TimeoutError` if it takes too long."""
    limits = {"memory": MAX_MEMORY_BYTES, "seconds": MAX_SECONDS}
    png = run_child("app.reports.formats.svg_picture", limits, svg, seconds=MAX_SECONDS)
    if not png:
        raise ValueError("this SVG can't be drawn")
    return png


def main() -> None:
    """Write the PNG of the SVG on standard input, nothing if it can't be drawn."""
    import typst

    from app.reports.formats.typesetting import TEMPLATES

    request = orjson.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    try:
        png = typst.compile(
            TEMPLATES / "coat_of_arms.typ",
            format="png",
            ppi=72.0,  # a pixel for each point
            ignore_system_fonts=True,
            sys_inputs={"svg": sys.stdin.buffer.read().decode("utf-8-sig")},
        )
    except (UnicodeDecodeError, typst.TypstError):
        return
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
