"""QR codes as images that stand in the page itself."""

import segno


def qr_image(text: str) -> str:
    """The code of `text` as the address of an image (`data:`), with the quiet zone that readers need."""
    return segno.make(text, error="m").svg_data_uri(scale=8, border=4)
