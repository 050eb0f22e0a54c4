"""A NIK or telephone number that stands behind the name in its cell: "Rina Gani / 6471…", "Budi (0812…)"."""

import re

from app.spreadsheets.nik import LENGTH

_LONGEST = 50
_BEHIND = re.compile(
    r"(?<![\w+])(?:(?:no|nik|ktp|hp|wa|telp|tlp)\b[.:\s]*)*(\+?\d(?:[ .-]?\d){8,15})\)?$", re.IGNORECASE
)
_BETWEEN = " (/,;:|–-"


def name_and_number(text: str) -> tuple[str, str | None, str]:
    """The name, the field of the number behind it ("nik", "phone"; None where there is none), and the number."""
    found = (
        _BEHIND.search(text, max(0, len(text) - _LONGEST))
        if text[-1:].isdigit() or text[-1:] == ")"
        else None
    )
    name = text[: found.start()].rstrip(_BETWEEN) if found else ""
    if found is None or not any(map(str.isalpha, name)):
        return text, None, ""
    digits = sum(map(str.isdigit, found[1]))
    return name, "nik" if digits == LENGTH else "phone", found[1]
