"""Tell from its heading that a list is not of people who came: of invited, absent or awarded people."""

import re
from collections.abc import Iterable

from app.people.remarks import Remark
from app.people.values.text import clean, words

_ATTENDANCE = re.compile(
    r"\b(?:(?<!tidak )(?<!tdk )(?<!belum )hadir|(?<!ketidak)kehadiran|absen|absensi|presensi|attendance)\b"
)
_LIST = r"(?:daftar|rekap\w*|data|list|nominatif|lampiran|nama(?: nama)?)(?: \w+){0,3}? "
_ABSENT = re.compile(
    rf"\b{_LIST}(?:of )?(?:(?:yang )?(?:tidak|tdk|belum) hadir|ketidakhadiran|absentees?|izin dan sakit|batal"
    r"|pengunduran diri)\b|^(?:(?:yang )?(?:tidak|tdk|belum) hadir|absentees?|batal)$"
)
_BEFOREHAND = re.compile(
    rf"\b{_LIST}(?:undangan|diundang|pendaftar|pendaftaran|(?:peserta )?(?:yang )?terdaftar|calon peserta"
    r"|tunggu|cadangan|invite[ed]s?|registrants?)\b"
    r"|^usulan(?: nama)? peserta\b|^(?:undangan|pendaftar|calon peserta|waiting list|waitlist)$"
)
_AFTERWARDS = re.compile(
    rf"\b{_LIST}(?:penerima (?:e )?(?:sertifikat|piagam|hadiah|doorprize|transport|uang|honor|konsumsi)|sertifikat"
    r"|pemenang|juara|(?:dinyatakan )?lulus|winners?|certificates?)\b"
)
_MAX_TITLE_LENGTH = 120
_MAX_HEADING_LENGTH = 80


def question_title(texts: Iterable[str], *, is_signed: bool) -> Remark | None:
    """Return the question about a list whose heading (one of `texts`) says that it is of other people, or None.

    Where it has a column to sign or to mark in (`is_signed`), only a list of absent people is asked about.
    """
    titles = [text for text in map(clean, texts) if text and len(text) <= _MAX_TITLE_LENGTH]
    if any(_ATTENDANCE.search(words(title)) for title in titles):
        return None
    for title in titles:
        key = words(title)
        if _ABSENT.search(key) or (not is_signed and _AFTERWARDS.search(key)):
            return Remark("review", "attendance", "not-a-list-of-attendance", {"title": title})
        if not is_signed and _BEFOREHAND.search(key):
            return looks_like_registration(title)
    return None


def looks_like_registration(heading: str) -> Remark:
    """Return the question about a list of people who registered or were invited, by its column or title."""
    return Remark(
        "review", "attendance", "looks-like-registration", {"column": heading[:_MAX_HEADING_LENGTH]}
    )
