"""Tell the field of a column from its heading. The known headings are listed in `data/column-headings.csv`."""

import csv
import re
from collections.abc import Collection
from pathlib import Path

from rapidfuzz import fuzz, process

from app.people.values.text import collapse, words
from app.spreadsheets.tables.marks.marks import heading_outcome, is_day_heading, is_part_of_day

_DATA = Path(__file__).parents[3] / "data" / "column-headings.csv"
_NUMBER, _NONE, _ARRIVAL = "number", "none", "arrival"
_NO_FIELDS = frozenset({_NUMBER, _NONE, _ARRIVAL})
_MIN_SIMILARITY = 84
_INTENTION = "intention"
_LATER = frozenset({"next", "again", "berikutnya", "selanjutnya", "lanjutan", "lagi", "mendatang"})
"""Words of a question about another session than this one: "Bersedia ikut lagi?"."""
_MEASURES = frozenset(
    {
        "persen",
        "persentase",
        "prosentase",
        "percentage",
        "percent",
        "rate",
        "durasi",
        "duration",
        "lama",
        "menit",
    }
    | {"minutes", "jumlah", "jml", "total", "rekap", "rekapitulasi"}
)
_MIN_MISSPELT_LENGTH = 4
_MAX_HEADING_LENGTH = 80
_SEVERAL = re.compile(r"\s*[/&+,;(]\s*|\s+(?:dan|and|-|–)\s+", re.IGNORECASE)
_QUESTION_IN_GROUP = re.compile(r"(?P<group>[a-z0-9_]+(?:[/-][a-z0-9_]+)*)[/-](?P<question>[a-z0-9_]+)")
"""Kobo names a question in a group "lokasi/rt" (ODK "data-lokasi-rt"), and an option of a question "unsur/umkm"."""
_PARTS_OF_A_NAME = frozenset(
    {"nama depan", "nama awal", "nama tengah", "nama belakang", "nama akhir", "nama keluarga"}
    | {"first name", "given name", "middle name", "last name", "surname", "family name"}
)
TEXT_FIELDS = frozenset({"address", "organization", "occupation"})
"""The same as `people.fields.TEXT_FIELDS`; the child process doesn't load that module."""
_BESIDE_A_NAME = TEXT_FIELDS | {"kelurahan", "target_group", "phone", "email"}
_CORRECTION_HEADINGS = frozenset({"yang perlu diperbaiki", "what to correct"})
_BEGIN_OF_A_NAME = frozenset({"Nama", "NAMA", "nama", "Name", "NAME", "name"})
_BUSINESS = frozenset({"usaha", "umkm", "toko"})
_PARTICIPANTS = frozenset({"peserta", "participant", "participants", "responden", "respondent", "attendee"})
_RELATIVES = frozenset(
    {
        "keluarga",
        "kk",
        "ibu",
        "ayah",
        "bapak",
        "suami",
        "istri",
        "ortu",
        "tua",
        "wali",
        "anak",
        "balita",
        "bayi",
    }
    | {"pasangan", "saudara", "darurat", "emergency", "kandung", "panggilan", "nickname", "waris", "penjamin"}
    | {"father", "mother", "parent", "spouse", "child", "guardian"}
)
"""Words of headings about somebody in the family, who may be the participant where no other heading is."""
_ORGANIZERS = frozenset(
    {
        "petugas",
        "pencatat",
        "enumerator",
        "surveyor",
        "pewawancara",
        "interviewer",
        "pendata",
        "operator",
        "admin",
    }
    | {
        "pengirim",
        "sender",
        "pengundang",
        "atasan",
        "pimpinan",
        "mentor",
        "narasumber",
        "pemateri",
        "fasilitator",
    }
    | {
        "instruktur",
        "trainer",
        "host",
        "panitia",
        "pembeli",
        "buyer",
        "pemesan",
        "purchaser",
        "akun",
        "account",
    }
    | {
        "pic",
        "pj",
        "penanggung",
        "pendamping",
        "pembimbing",
        "marketing",
        "sales",
        "agen",
        "saksi",
        "referensi",
        "verifikator",
    }
    | {"collector", "submitter", "penginput", "penyelenggara", "moderator", "supervisor"}
)
_THINGS = frozenset(
    {"produk", "barang", "bank", "sekolah", "madrasah", "masjid", "mesjid", "musholla", "mushola", "gereja"}
    | {
        "kampus",
        "universitas",
        "fakultas",
        "kantor",
        "acara",
        "kegiatan",
        "event",
        "ticket",
        "tiket",
        "kelas",
    }
    | {
        "jalan",
        "perumahan",
        "gedung",
        "venue",
        "lokasi",
        "pelaksanaan",
        "sesi",
        "session",
        "workshop",
        "pelatihan",
    }
    | {
        "file",
        "source",
        "merk",
        "merek",
        "brand",
        "faskes",
        "posyandu",
        "dasawisma",
        "toko",
        "warung",
        "usaha",
        "cabang",
        "paket",
        "kursus",
        "course",
    }
    | {"instagram", "facebook", "medsos", "aplikasi", "device", "perangkat", "form", "survey", "pasar"}
    | {"instansi", "dinas", "opd", "business", "company", "office", "store", "shop", "school"}
)
"""Words of headings about what is no person, or not where somebody lives."""
_OF_PERSONS = _PARTICIPANTS | {
    *(
        "pelaku",
        "pemilik",
        "owner",
        "ketua",
        "kepala",
        "anggota",
        "pengurus",
        "guru",
        "siswa",
        "mahasiswa",
        "pegawai",
    ),
    *(
        "karyawan",
        "staf",
        "warga",
        "nasabah",
        "jamaah",
        "jemaah",
        "pengguna",
        "pelanggan",
        "penerima",
        "utusan",
    ),
    *(
        "perwakilan",
        "kader",
        "pedagang",
        "person",
        "pengelola",
        "pengunjung",
        "tamu",
        "lengkap",
        "full",
        "anda",
    ),
}
"""Words of headings that are about a person, though they name a thing too: "Nama Pemilik Toko"."""
_AT_HOME = frozenset(
    {"domisili", "tinggal", "rumah", "home", "sekarang", "pribadi", "personal", "live", "residence"}
    | _PARTICIPANTS
)
_BEST, NAMES_THE_FIELD, IS_A_SUBSTITUTE, _LAST, NOT_THE_PARTICIPANT = range(5)


def _load_headings() -> tuple[dict[str, str], dict[str, str]]:
    """Return field by folded heading: headings that count anywhere in a longer one, and headings that count alone."""
    anywhere: dict[str, str] = {}
    alone: dict[str, str] = {}
    with _DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            anywhere |= dict.fromkeys(filter(None, row["anywhere"].split("|")), row["field"])
            alone |= dict.fromkeys(filter(None, row["alone"].split("|")), row["field"])
    return anywhere, alone


_ANYWHERE, _ALONE = _load_headings()
_LONGEST_FIRST = sorted(_ANYWHERE, key=len, reverse=True)
_INTENTIONS = tuple(heading for heading, field in _ANYWHERE.items() if field == _INTENTION)
_SQUASHED = {
    heading.replace(" ", ""): field
    for heading, field in (_ANYWHERE | _ALONE).items()
    if len(heading) >= _MIN_MISSPELT_LENGTH and field not in _NO_FIELDS
}


def heading_field(heading: str) -> str | None:
    """Return the field of a heading in any case, with usual synonyms, abbreviations and typos, or None.

    "Asal", "Alamat" and "Domisili" are "address"; in lists without another kelurahan column they become that.
    """
    key = words(heading)
    if not key:
        return None
    if _asks_for_an_intention(key):
        return None if not _LATER.isdisjoint(key.split()) else _INTENTION
    if len(key) > _MAX_HEADING_LENGTH:
        return None
    if _is_name_and_more(heading):
        return "name"
    exact = _exact_field(key)
    if exact:
        return None if exact in _NO_FIELDS else exact
    if heading_outcome(heading) is not None:
        return "attendance"
    in_group = _QUESTION_IN_GROUP.fullmatch(heading)
    if in_group and _exact_field(words(in_group["group"])) is None:
        return heading_field(in_group["question"])
    inside = _find_inside(key)
    return None if inside in _NO_FIELDS else inside or _find_misspelt(key)


def split_option(heading: str) -> tuple[str, str]:
    """Return question and option of "unsur/umkm", the column of an option in Kobo's exports; else "" and all."""
    option = _QUESTION_IN_GROUP.fullmatch(heading)
    return (option["group"], option["question"]) if option else ("", heading)


def _asks_for_an_intention(key: str) -> bool:
    """Return whether a heading or a form's question is about what people intend ("bersedia hadir"), or an approval."""
    if _ALONE.get(key) == _INTENTION:
        return True
    padded = f" {key} "
    return not key.startswith("nama ") and any(f" {known} " in padded for known in _INTENTIONS)


def is_measure_heading(heading: str) -> bool:
    """Return whether a heading of attendance is about how much of it: "Persentase Kehadiran", "Jumlah Hadir"."""
    return "%" in heading or not _MEASURES.isdisjoint(words(heading).split())


def is_absence_heading(heading: str) -> bool:
    """Return whether a heading asks why somebody did not come: "Alasan Tidak Hadir"."""
    key = words(heading)
    return "tidak hadir" in key or "ketidakhadiran" in key


def _is_name_and_more(heading: str) -> bool:
    """Return whether a heading names the name and another field: "Nama / Jabatan".

    "Nama & Jenis Usaha" and "Nama Instansi / Jabatan" are about a business.
    """
    parts = _split_parts(heading)
    if len(parts) < 2 or _exact_field(parts[0]) != "name" or not all(map(_exact_field, parts)):
        return False
    last = parts[-1].split()
    return last[-1] not in _BUSINESS or last[0] == "nama"


def _split_parts(heading: str) -> list[str]:
    """Return the folded parts of a heading, "Nama / Jabatan", without the row's number ("No / Nama")."""
    return [
        part for text in _SEVERAL.split(heading) if (part := words(text)) and _exact_field(part) != _NUMBER
    ]


def field_beside_name(heading: str) -> str | None:
    """Return the field that a heading such as "Nama / Jabatan" names beside the name, or None."""
    if not _is_name_and_more(heading):
        return None
    fields = (_exact_field(part) for part in _split_parts(heading)[1:])
    return next((field for field in fields if field in _BESIDE_A_NAME), None)


def _exact_field(part: str) -> str | None:
    """Return the field of a folded text that is a known heading, or one of `_NO_FIELDS`; None if it isn't known."""
    return _ALONE.get(part) or _ANYWHERE.get(part)


def _find_inside(key: str) -> str | None:
    """Return the field of the longest known heading inside: "nama usaha" is no name, "alamat email" no address."""
    padded = f" {key} "
    longest = next((known for known in _LONGEST_FIRST if f" {known} " in padded), None)
    return _ANYWHERE[longest] if longest else None


def _find_misspelt(key: str) -> str | None:
    """Return the field of the known heading that is spelled almost alike, spaces aside, or None."""
    squashed = key.replace(" ", "")
    if len(squashed) < _MIN_MISSPELT_LENGTH:
        return None
    match = process.extractOne(squashed, _SQUASHED.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return _SQUASHED[match[0]] if match else None


def is_exact_heading(field: str, heading: str) -> bool:
    """Return whether the heading is one of the field's own ("Nama Lengkap"), not a substitute ("Nama Panggilan")."""
    return _ANYWHERE.get(words(heading)) == field


def find_qualifiers(heading: str) -> frozenset[str]:
    """Return the words of a heading that say about whom or what it is: {"ibu"} of "Paraf Ibu"."""
    key = frozenset(words(heading).split())
    if {"bapak", "ibu"} <= key:  # "Nama Bapak/Ibu" addresses the participant.
        key -= {"bapak", "ibu"}
    return key & (_RELATIVES | _ORGANIZERS | _THINGS)


def rank_heading(field: str, heading: str, own: Collection[str] = ()) -> int:
    """Return how certainly a heading of this field is about the participant: 0 is best, `NOT_THE_PARTICIPANT` worst.

    "Nama Lengkap Peserta" comes before "Nama", that before "Nama Anggota" and "Nama Ibu", and "Nama Petugas" last; a
    home ("Kelurahan Domisili") comes before the place of a business. `own` are qualifiers that mean the participant:
    beside "Paraf Ibu" that is "Nama Ibu", and then "NIK Ibu" too.
    """
    key = frozenset(words(heading).split())
    qualifiers = find_qualifiers(heading)
    about = qualifiers - set(own)
    if field == "name":
        if qualifiers and not about:
            return _BEST
        if about & _RELATIVES:
            return _LAST
        if about & _ORGANIZERS or (about and not key & _OF_PERSONS):
            return NOT_THE_PARTICIPANT
        if key & _PARTICIPANTS or not key.isdisjoint({"lengkap", "full"}):
            return _BEST
        return NAMES_THE_FIELD if is_exact_heading(field, heading) else IS_A_SUBSTITUTE
    if about and not key & _AT_HOME:
        return NOT_THE_PARTICIPANT if not is_exact_heading(field, heading) else NAMES_THE_FIELD
    if key & _AT_HOME:
        return _BEST
    return NAMES_THE_FIELD if is_exact_heading(field, heading) else IS_A_SUBSTITUTE


def is_about_other_people(heading: str, own: Collection[str] = ()) -> bool:
    """Return whether a heading is about a relative or an organizer: "Telp. Ortu", "Email Petugas"."""
    return not (find_qualifiers(heading) - set(own)).isdisjoint(_RELATIVES | _ORGANIZERS)


def may_name_people(cell: object) -> bool:
    """Return whether the cell begins as the heading of a column of names does; a quick test of many cells."""
    return isinstance(cell, str) and cell[:4] in _BEGIN_OF_A_NAME


def is_role_heading(heading: str) -> bool:
    """Return whether the heading is that of roles in an online meeting."""
    return words(heading) in {"role", "peran"}


def is_display_name(heading: str) -> bool:
    """Return whether the heading is that of the name with which somebody takes part in an online meeting."""
    return words(heading) in {"display name", "name original name", "user name original name"}


def is_part_of_a_name(heading: str) -> bool:
    """Return whether the heading is a part of a name, as in exports of forms: "Nama Depan", "Attendee Last Name"."""
    key = words(heading)
    return key in _PARTS_OF_A_NAME or any(key.endswith(f" {part}") for part in _PARTS_OF_A_NAME)


def is_number_heading(heading: str) -> bool:
    """Return whether the heading is that of a column that numbers the rows."""
    return _ALONE.get(words(heading)) == _NUMBER or collapse(heading) == "#"


def is_ignored_heading(heading: str) -> bool:
    """Return whether the heading is known as that of a column without a field, or of hours of arrival."""
    key = words(heading)
    return _ALONE.get(key) in {_NONE, _ARRIVAL} or (key not in _ALONE and _find_inside(key) == _NONE)


def is_correction_heading(heading: str) -> bool:
    """Return whether the heading is that of our own sheets of rows to correct, which colour the faulty cells."""
    return words(heading) in _CORRECTION_HEADINGS


def is_status_heading(heading: str) -> bool:
    """Return whether the heading is "Status", which may be the attendance, or whether people are members or married."""
    return words(heading) == "status"


def is_arrival_heading(heading: str) -> bool:
    """Return whether the heading is that of hours of arrival ("Jam Datang")."""
    return _ALONE.get(words(heading)) == _ARRIVAL


def is_attendance_part(heading: str) -> bool:
    """Return whether the heading is one of several attendance columns: an outcome, a day or a time of day."""
    return heading_outcome(heading) is not None or is_day_heading(heading) or is_part_of_day(heading)
