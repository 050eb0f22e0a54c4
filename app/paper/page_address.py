"""The address in the QR code of a printed page: `https://…/F/{print code}/{page}`."""

import re

_ADDRESS = re.compile(r"/F/([0-9A-Z]{4,12})/([1-9][0-9]{0,3})/?", re.IGNORECASE)


def page_address(base_url: str, print_code: str, page: int) -> str:
    """Return the address of a printed page, in capitals, which make a QR code smaller. `base_url` has no path."""
    return f"{base_url.rstrip('/')}/F/{print_code}/{page}".upper()


def parse_page_address(text: str) -> tuple[str, int] | None:
    """Return print code and page from the text of a QR code, or None if it is not that of a printed page.

    The address before them is not looked at: a service may have moved since a list was printed.
    """
    found = _ADDRESS.search(text.strip())
    if found is None or found.end() != len(text.strip()):
        return None
    return found[1].upper(), int(found[2])
