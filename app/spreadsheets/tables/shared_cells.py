"""Cells that hold more than one thing: "3. Rina Gani / 6471…", "Budi (0812…)", "Sri / Ketua RT"."""

import re

from app.people.nik import LENGTH

_LONGEST = 50
_BEFORE = re.compile(r"\(?\d{1,4}\s?[.)]+\s*(?=[^\W\d_])")
"""The row's own number, where the list has no column for it."""
_NIP = re.compile(
    r"(?<!\w)(?:nip\b[.:\s]*)?(?:19|20)\d\d[01]\d[0-3]\d\s?(?:19|20)\d\d[01]\d\s?[12]\s?\d{3}$", re.IGNORECASE
)
"""An official's number: date of birth, month of appointment, sex, and which of them."""
_BEHIND = re.compile(
    r"(?<![\w+])(?:(?:no|nik|ktp|hp|wa|telp|tlp)\b[.:\s]*)*(\+?\d(?:[ .-]?\d){8,15})\)?$", re.IGNORECASE
)
_BETWEEN = " (/,;:|–-"
_ONE_FROM_ANOTHER = re.compile(r"\s*[\r\n]+\s*|\s*[/|(]\s*|\s+[-–—]\s+")


def name_and_number(text: str) -> tuple[str, str | None, str]:
    """The name, the field of the number behind it ("nik", "phone"; None where there is none), and the number.

    The row's number before the name is dropped, and so is the NIP of an official: of that alone the name is "".
    """
    text = _BEFORE.sub("", text, count=1) if text[:1].isdigit() or text[:1] == "(" else text
    if not text[-1:].isdigit() and text[-1:] != ")":
        return text, None, ""
    end = max(0, len(text) - _LONGEST)
    if nip := _NIP.search(text, end):
        return text[: nip.start()].rstrip(_BETWEEN), None, ""
    found = _BEHIND.search(text, end)
    name = text[: found.start()].rstrip(_BETWEEN) if found else ""
    if found is None or not any(map(str.isalpha, name)):
        return text, None, ""
    digits = sum(map(str.isdigit, found[1]))
    return name, "nik" if digits == LENGTH else "phone", found[1]


def name_and_more(text: str) -> tuple[str, str]:
    """The name and the rest of a cell under "Nama / Jabatan": on lines of their own, behind a slash or in brackets."""
    name, *more = _ONE_FROM_ANOTHER.split(text)
    if not name:
        return text, ""
    return name, " / ".join(part.strip(" )") for part in more if part and not _NIP.fullmatch(part.strip()))


def phone_and_email(text: str) -> tuple[str, str]:
    """The numbers and the address of a cell under "No. HP / E-mail"."""
    said = text.replace("/", " / ").split()
    return " ".join(word for word in said if "@" not in word).strip(" /"), next(
        (word for word in said if "@" in word), ""
    )
