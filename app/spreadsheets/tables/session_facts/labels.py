"""Find the labelled facts of a letterhead: "Tempat : Aula", a value in the next cell, several in one cell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from app.people.values.text import words

Fact: TypeAlias = Literal[
    "title", "topic", "day", "hours", "venue", "organizer", "audience", "code", "ends", "other"
]

_DAY = r"(?:waktu (?:dan )?)?(?:hari|tanggal|tgl|bulan|date|day)"
_OF_EVENT = r"(?:kegiatan|acara|pelatihan|workshop|bimtek|sosialisasi|seminar|webinar|rapat|pertemuan)"
_LABELS: Mapping[Fact, str] = {
    "day": rf"{_DAY}(?: (?:hari|tanggal|tgl|date|dan|waktu|jam|pukul|tempat|pelaksanaan|{_OF_EVENT}))*"
    r"|waktu (?:dan )?tempat",
    "title": rf"(?:(?:nama|judul|jenis) )?{_OF_EVENT}(?: (?:dan )?{_OF_EVENT})*|judul|dalam rangka|keperluan|event"
    r"|(?:daftar hadir|absensi|presensi)(?: peserta| kegiatan)*",
    "topic": rf"(?:materi|tema|topik|agenda|perihal)(?: {_OF_EVENT})?",
    "hours": rf"(?:waktu|pukul|pkl|jam|time)(?: (?:waktu|pukul|jam|mulai|wita|pelaksanaan|{_OF_EVENT}))*"
    r"|mulai(?: pukul)?",
    "ends": r"(?:jam |waktu )?selesai(?: pukul)?",
    "venue": rf"(?:bertempat|tempat|lokasi|ruang|ruangan|venue|place|location)"
    rf"(?: (?:dan |di )?(?:tempat|lokasi|ruang|ruangan|pelaksanaan|{_OF_EVENT}|di))*",
    "organizer": rf"(?:(?:instansi|opd|bidang) )?(?:penyelenggara|pelaksana)(?: {_OF_EVENT})?"
    r"|(?:nama )?(?:opd|instansi)|perangkat daerah|skpd|unit kerja|dinas|diselenggarakan oleh|held by|organizer",
    "audience": rf"(?:(?:sasaran|target|kelompok|unsur|kategori|jenis) )*(?:peserta|sasaran|unsur|undangan|audience)"
    rf"(?: (?:sasaran|{_OF_EVENT}))?",
    "code": r"kode (?:sesi|kegiatan)|session code",
    "other": r"narasumber|pemateri|moderator|pimpinan(?: rapat)?|kecamatan|kelurahan|nomor|halaman|hal|lampiran"
    r"|angkatan|jumlah(?: peserta)?|keterangan|ket|kode rekening|sumber dana|anggaran"
    r"|pic|narahubung|tahun|catatan|notulis",
}
"""The labels of each fact, folded; "day" has those with hours and place too ("Hari/Tgl/Jam", "Waktu dan Tempat")."""
_FOLDED: Mapping[Fact, re.Pattern[str]] = {fact: re.compile(labels) for fact, labels in _LABELS.items()}
_LABEL = re.compile(
    r"(?:^|(?<=[\s,;(]))(?:\w{1,2}[.)]\s*)?(?P<label>"
    + "|".join(_LABELS.values()).replace(" ", r"\W{1,4}")
    + r")[\s)]*:",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[^\W\d][^:]{0,40}?\s*:(?!\s*//)")
_LABEL_ALONE = re.compile(r"(?:\w{1,2}[.)]\s*)?(?P<label>.*?)\s*:?", re.DOTALL)
_PAIR = 2
MAX_LENGTH = 300
"""Longer texts are no facts."""


def labelled_facts(texts: Sequence[str]) -> Iterator[tuple[Fact, str]]:
    """Yield the facts that the cleaned texts of a row label, as (fact, text); "other" for any other label."""
    used: set[int] = set()
    for at, text in enumerate(texts):
        if not text or at in used or len(text) > MAX_LENGTH:
            continue
        found = list(_split_labels(text))
        if found and (found[-1][1] or at + 1 == len(texts)):
            yield from found
            continue
        yield from found[:-1]
        label = words(_LABEL_ALONE.fullmatch(text)["label"]) if not found else ""  # type: ignore[index]
        fact = found[-1][0] if found else _find_fact(label)
        following = next((i for i in range(at + 1, len(texts)) if texts[i].strip(": ")), None)
        if following is not None and _LABEL.match(texts[following]):
            following = None
        has_colon = bool(found) or text.endswith(":") or _has_colon(texts, at)
        if (
            fact is not None
            and following is not None
            and (has_colon or len(list(filter(None, texts))) == _PAIR)
        ):
            used.add(following)
            yield fact, _first_value(texts[following].strip(" ,;:"))
        elif has_colon or _OTHER_LABEL.match(text):
            yield "other", text


def _has_colon(texts: Sequence[str], at: int) -> bool:
    """Return whether the next text begins with a colon, as the value of a label does."""
    following = next((text for text in texts[at + 1 :] if text), "")
    return following.startswith(":")


def _split_labels(text: str) -> Iterator[tuple[Fact, str]]:
    """Yield (fact, value) for each label with a colon in a text that begins with one."""
    matches = list(_LABEL.finditer(text))
    if not matches or matches[0].start() > 0:
        return
    ends = [*(match.start() for match in matches[1:]), len(text)]
    for match, end in zip(matches, ends, strict=True):
        yield _find_fact(words(match["label"])) or "other", text[match.end() : end].strip(" ,;:")


def _first_value(text: str) -> str:
    """Return a value without a further label behind it in the same cell."""
    match = _LABEL.search(text)
    return text[: match.start()].strip(" ,;:") if match else text


@lru_cache(maxsize=200)
def _find_fact(label: str) -> Fact | None:
    """Return which fact a folded label is of, or None."""
    return next((fact for fact, labels in _FOLDED.items() if labels.fullmatch(label)), None)
