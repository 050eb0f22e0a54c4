"""QR codes, for pages and for print."""

from io import BytesIO

import segno


def qr_data_uri(text: str) -> str:
    """Return the QR code of `text` as an SVG image in a `data:` URI, with the white margin that readers need."""
    return segno.make(text, error="m").svg_data_uri(scale=8, border=4)


def qr_svg(text: str) -> str:
    """Return the QR code of `text` as an SVG document for print; it can be read with a quarter of it damaged."""
    svg = BytesIO()
    segno.make(text, error="q", micro=False).save(svg, kind="svg", border=2)
    return svg.getvalue().decode()


def dense_qr_svg(text: str) -> str:
    """Return the QR code of `text` as an SVG document without a margin, which the page around it must leave white.

    It can be read with a seventh of it damaged.
    """
    svg = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(svg, kind="svg", border=0)
    return svg.getvalue().decode()
