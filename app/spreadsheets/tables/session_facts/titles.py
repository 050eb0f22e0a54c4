"""Tell the title of an event from the other lines above a list: offices, addresses, "DAFTAR HADIR", dates."""

import re
from collections.abc import Iterable
from datetime import date

from app.people.values.dates import parse_date_span
from app.people.values.text import collapse, fold, words


def _set_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LIST_BEGINS = _set_of(
    "daftar absen absensi presensi kehadiran lembar formulir form buku rekap rekapitulasi notulen notula attendance"
    " participants participant list nama data blangko blanko bukti tanda"
)
_LIST_WORDS = _LIST_BEGINS | _set_of(
    "hadir peserta tamu undangan terima tangan penerima penerimaan uang transport transportasi saku konsumsi snack"
    " sertifikat kegiatan acara pelaksanaan dan of s the sheet dalam rangka pada untuk hasil manual"
)
_EVENTS = _set_of(
    "workshop lokakarya pelatihan bimtek bimbingan teknis sosialisasi seminar webinar penyuluhan diskusi fgd rapat"
    " kelas kursus forum rakor sarasehan talkshow pembinaan pendampingan edukasi literasi diklat training temu"
    " pertemuan roadshow gathering expo"
)
"""Words that name an event, as titles have."""
_SAYS_NOTHING = (_EVENTS - {"literasi", "temu"}) | _set_of(
    "kegiatan acara peserta hari tahun daring luring online offline dan ke warga umum masyarakat angkatan undangan"
    " event list total"
)
_OFFICE = re.compile(
    r"(?:pemerintah(?:an)?|pemkot|dinas|diskominfo\w*|badan|sekretariat|bagian|bidang|kecamatan|kec\.|kelurahan|kel\.|kantor"
    r"|kementerian|provinsi|kota|kabupaten|inspektorat|satpol|uptd?|rsud|puskesmas|tp\.? pkk|pkk|tim penggerak|lpm"
    r"|pt|cv|universitas|yayasan|perumda|lembaga|asosiasi|komunitas|kelompok informasi|karang taruna|panitia)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:jalan|jln?|telp|telepon|tlp|fax|faks(?:imile)?|email|e-mail|website|laman|kode pos|https?|www)\b|@",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:halaman|hal|lembar|page|nomor|no)\b\W*\d.*|(?:lampiran|narasumber|pemateri|moderator)\b.*",
    re.IGNORECASE,
)
_PLACES_OF_ADDRESSES = _set_of("kota balikpapan kalimantan timur kaltim indonesia")
_YEAR = re.compile(
    r"\W*\b(?:tahun(?:\s+anggaran)?|t\.?\s?a\.?|th\.?n?)\W*(?P<year>20\d\d)\W*$", re.IGNORECASE
)
_VENUE = re.compile(
    r"(?:(?:ber)?tempat(?:\s+di)?\s+|di\s+|lokasi\s+)?(?P<place>(?:aula|gedung|kantor|balai|ruang\w*|hotel|lapangan|pendopo|hall|rumah)\b.*)",
    re.IGNORECASE,
)
_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jum['’`]?at", "sabtu", "minggu|ahad")
_WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})"
_MONTHS = r"(?:jan|feb|peb|mar|apr|mei|may|jun|jul|agu|agt|ags|agst|aug|sep|okt|oct|nov|nop|des|dec)[a-z]*"
_WEEKDAYS_TO = rf"{_WEEKDAY}(?:\W*(?:s\.?/?d\.?|sampai(?:\s+dengan)?|hingga|dan)\W*{_WEEKDAY})?"
_DATE = re.compile(
    rf"\W*(?:\b(?:hari|tanggal|tgl|pada|{_WEEKDAYS_TO})\b\W*)*"
    rf"(?:(?<!\d)\d{{1,2}}\s*(?:(?:[-–&,]|dan|s\.?/?d\.?)\s*\d{{1,2}}\s*)*[-\s.]*{_MONTHS}\.?\W*\d{{4}}"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)\W*",
    re.IGNORECASE,
)
_IN_VENUE = re.compile(
    r"\s(?:bertempat\s+)?di\s+(?P<place>(?:aula|gedung|kantor|balai|ruang\w*|hotel|lapangan|pendopo|hall)\b.*)$",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(?<!\d)\d{1,2}[.:]\d{2}(?!\d)")
_DATE_WORDS = frozenset(
    {"balikpapan", "wita", "pukul", "pkl", "jam", "selesai", "s", "d", "sd", "sampai", "dengan", "pada"}
)
_ITEM = re.compile(
    r"(?:[ivx]{1,4}|\d{1,2}|[a-h])[.)]\s|(?:pertemuan|hari|sesi|day)\s+(?:ke\W*)?(?:\d|[ivx]+\b|pertama|kedua|ketiga)",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(r"\b(?:bagi|untuk|kepada|peserta|oleh)\s+(?P<audience>.+)$", re.IGNORECASE)


def without_heading(line: str) -> tuple[str, bool]:
    """Return a line without "DAFTAR HADIR PESERTA" and the like at its beginning, and whether it had that."""
    parts = line.split()
    keys = [words(part) for part in parts]
    if not keys or not set(keys[0].split()) & _LIST_BEGINS:
        return line, False
    at = 0
    while at < len(keys) and all(word in _LIST_WORDS for word in keys[at].split()):
        at += 1
    return " ".join(parts[at:]).strip(" -–:()|"), True


def without_date(line: str) -> str:
    """Return a line without the dates in it and without "Tahun 2025" at its end."""
    return collapse(_YEAR.sub("", _DATE.sub(" ", line)).strip(" -–,:;|/"))


def days_in(line: str) -> tuple[date, date] | None:
    """Return the first and the last day of a line that has a date with its year, or None."""
    return parse_date_span(line) if _DATE.search(line) else None


def is_date_or_hours(line: str) -> bool:
    """Return whether a line is a date or hours and nothing else: "Balikpapan, 5 Agustus 2025", "Pukul 09.00 WITA"."""
    has_one = (_DATE.search(line) or _HOURS.search(line)) is not None
    return has_one and set(words(without_date_and_hours(line)).split()) <= _DATE_WORDS


def begins_with_date(line: str) -> bool:
    """Return whether a line begins with a date, and no event follows: "Selasa, 7 April 2026 di Aula …" is no title."""
    return _DATE.match(line) is not None and not names_event(without_date_and_hours(line))


def without_date_and_hours(line: str) -> str:
    """Return a line without the dates, the hours and their words in it: of "Hari/Tanggal/Tempat" the place."""
    rest = _HOURS.sub(" ", _DATE.sub(" ", line))
    return collapse(
        re.sub(r"\b(?:pukul|pkl|jam|wita|selesai|s\.?/?d\.?)(?!\w)", " ", rest, flags=re.IGNORECASE)
    ).strip(" -–,:;|/.")


def weekday_in(line: str) -> int | None:
    """Return the number of the only day of the week (0 for Monday) that a line names, or None."""
    found = [at for at, name in enumerate(_WEEKDAYS) if re.search(rf"\b(?:{name})\b", line, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def year_in(line: str) -> int | None:
    """Return the year of a line that ends with "Tahun 2025", or None."""
    match = _YEAR.search(line)
    return int(match["year"]) if match else None


def is_office(line: str) -> bool:
    """Return whether a line of a letterhead begins with the name of an office: "DINAS …", "KECAMATAN …"."""
    return _OFFICE.match(line) is not None and not names_event(line)


def is_address(line: str) -> bool:
    """Return whether a line is an office's address, telephone or e-mail, or a part of an address."""
    if _ADDRESS.search(line):
        return True
    return all(word in _PLACES_OF_ADDRESSES or word.isdigit() for word in words(line).split())


def is_page_or_number(line: str) -> bool:
    """Return whether a line is the number of a page, a letter or a meeting, an item of an agenda, or a speaker."""
    return _PAGE.fullmatch(line) is not None or _ITEM.match(line) is not None


def venue_in(line: str) -> str:
    """Return the place that a line without a label names: "di Aula Kecamatan", "Bertempat di Hotel …", or ""."""
    match = _VENUE.fullmatch(line)
    return match["place"] if match and not names_event(line) else ""


def split_venue(title: str) -> tuple[str, str]:
    """Return a title without the place at its end, and the place: of "WORKSHOP X DI AULA Y" "AULA Y"."""
    match = _IN_VENUE.search(title)
    return (title[: match.start()], match["place"]) if match else (title, "")


def audience_in(title: str) -> str:
    """Return for whom an event is, as its title says: "bagi Pelaku UMKM" gives "Pelaku UMKM", or ""."""
    match = _AUDIENCE.search(title)
    return match["audience"] if match else ""


def says_something(title: str) -> bool:
    """Return whether a title says more than that it is an event: "Workshop" alone doesn't."""
    return any(word not in _SAYS_NOTHING and not word.isdigit() for word in words(title).split())


def names_event(text: str) -> bool:
    """Return whether a text has one of the words that titles have, such as "Workshop"."""
    return not _EVENTS.isdisjoint(words(text).split())


def choose_organizer(offices: Iterable[str]) -> str:
    """Return the office that holds the event, of the lines of a letterhead from top to bottom, or "".

    "PEMERINTAH KOTA …" is it only if no other stands below, and a division (BIDANG, UPT) belongs to its office.
    """
    joined: list[str] = []
    for office in offices:
        if joined and fold(office).startswith(("dan ", "serta ")):
            joined[-1] += f" {office}"
        else:
            joined.append(office)
    named = [line for line in joined if not fold(line).startswith(("bidang", "upt", "seksi"))]
    below = [
        line
        for line in named
        if not fold(line).startswith(("pemerint", "pemkot", "kota ", "provinsi", "kabupaten"))
    ]
    return next(iter([*reversed(below), *named, *joined]), "")
