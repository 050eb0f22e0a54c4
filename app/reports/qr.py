"""QR codes, for pages and for print."""

from io import BytesIO

import segno


def qr_data_uri(text: str) -> str:
    """Return the QR code of `text` as a `data:` URI for an image, with the quiet zone that readers need."""
    return segno.make(text, error="m").svg_data_uri(scale=8, border=4)


def qr_svg(text: str) -> str:
    """Return the QR code of `text` as SVG for print; it stays readable with a quarter of it stained or folded."""
    svg = BytesIO()
    segno.make(text, error="q", micro=False).save(svg, kind="svg", border=2)
    return svg.getvalue().decode()
