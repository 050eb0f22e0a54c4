"""Words that say something about attendance in free text: a note, a remark behind a name, a text in a mark's cell."""

import re

from app.people.values.text import words

_SOMEBODY_ELSE = (
    r"diganti|digantikan|pengganti|ganti orang|di ?wakil(?:i|kan|in)|wakilnya|mewakili|atas nama"
    r"|wakil (?:dari|bpk|bapak|pak|ibu|bu|suami|istri)|(?:utusan|perwakilan) (?:dari|bpk|bapak|pak|ibu|bu)"
    r"|titip (?:absen|presensi|ttd|tanda tangan|paraf)|(?:absen|ttd|tanda tangan|paraf) (?:di)?titip(?:kan)?"
    r"|(?:yang|yg) (?:ttd|tanda tangan|paraf|hadir|datang)|(?:ttd|tanda tangan|ditandatangani|paraf|diparaf) oleh"
    r"|replaced|represented|substitut(?:e|es|ed)|on behalf|by proxy|bukan peserta|salah (?:orang|undangan)"
)
_WITHDREW = (
    r"batal|dibatalkan|membatalkan|mundur|mengundurkan|undur diri|urung|gugur|drop out|mutasi|resign"
    r"|(?:tidak|tdk|tak|ga|gak|nggak) jadi|di ?coret|coret|dobel|double|ganda"
    r"|(?:di)?pindah (?:ke )?(?:sesi|hari|jadwal|kelas)|pindah domisili|(?:tidak|tdk) (?:dikenal|ditemukan)"
    r"|cadangan|waiting list|daftar tunggu"
    r"|cancel(?:l?ed|s)?|withdrawn?|withdrew|meninggal|wafat|alm|almarhum|almarhumah|deceased|passed away|died"
)
_OTHERWISE = (
    r"(?:hadir|ikut|secara|via|lewat) (?:secara |lewat |via )?(?:online|daring|zoom|virtual)"
    r"|(?:tidak|tdk|belum|blm|tanpa) (?:ttd|tanda tangan|paraf)"
    r"|(?:hanya|cuma) (?:hari|sesi)|(?:hari|sesi) (?:ke )?\w{1,7} saja"
)
_DOUBTS = re.compile(
    rf"\b(?:{_SOMEBODY_ELSE}|{_WITHDREW}|{_OTHERWISE})\b|^(?:hari|sesi|pertemuan) (?:ke )?(?:\d|i+)$"
)
"""What casts doubt on whether this very person came, wherever it is written."""
_DOUBTFUL_ALONE = frozenset(
    {"online", "daring", "zoom", "virtual", "via zoom", "lewat zoom", "wakil", "utusan", "perwakilan"}
    | {"anaknya", "istrinya", "isterinya", "suaminya", "adiknya", "kakaknya", "ibunya", "bapaknya"}
    | {"panitia", "narasumber", "nara sumber", "moderator", "mc", "pemateri", "pembicara", "instruktur"}
    | {"fasilitator", "trainer", "kosong", "do", "belum", "hapus", "dihapus"}
)
"""What casts doubt as the whole text, and may be about something else within a longer one ("promosi online")."""
_OF_ANOTHER_TIME = re.compile(
    r"\b(?:sebelumnya|kemarin|kmrn|(?:yang |yg )?lalu|dulu|terdahulu|(?:tahun|thn|th) (?:20)?\d\d|(?<!\d )20\d\d"
    r"|previous(?:ly)?|last (?:year|month|week|time))\b"
)
_COMING = re.compile(
    r"\b(?:hadir|hdr|datang|dtg|attend(?:ed)?|terlambat|telat|izin|ijin|(?<!rumah )sakit|sick)\b"
)
_ABSENCE = re.compile(
    r"\b(?:absen|alpa|alpha|alfa|absent|berhalangan|cuti|dinas luar|tugas luar|menyusul|nyusul|mangkir|bolos|no show)\b"
    r"|\b(?:tidak|tdk|tak|gak|nggak|ga|ndak|belum|kada|ora) (?:\w+ )?(?:ikut|masuk|muncul|teko|rawuh)\b"
    r"|^(?:tidak|tdk|tak|gak|nggak|ga|ndak|kada|ora) (?:bisa|dapat|sempat)$|\b(?:kadada|kada ada)$"
    r"|\b(?:tanpa (?:kabar|berita|keterangan)|ada halangan|ada acara|acara keluarga|bentrok|ketiduran)\b"
    r"|\b(?:opname|dirawat|rawat inap|masuk rs|melahirkan|kecelakaan|berduka|kedukaan|takziah)\b"
    r"|\b(?:(?:di |ke)?luar kota|mudik|umrah|umroh|naik haji)\b"
    r"|^(?:dinas|rapat|lupa|kerja|haji|rs)$"
)
_PERMIT = re.compile(
    r"\b(?:izin|ijin) (?:usaha|edar|dagang|pirt|p irt|halal|nib|bpom|operasional|toko|produk|merek|lokasi"
    r"|praktek|praktik|tempat)\b"
    r"|\b(?:izin|ijin) (?:(?:sudah|belum|masih|dalam|lagi) )?"
    r"(?:ada|lengkap|proses|pengurusan|diurus|terbit|keluar|jadi|habis|mati)\b"
    r"(?! (?:acara|urusan|keperluan|kegiatan|keluarga|tugas))"
    r"|\b(?:ada|punya|urus|mengurus|pengurusan|proses|memiliki|surat|soal|terkait) (?:\w+ )?(?:izin|ijin)\b"
)
"""A permit of a business, "izin usaha lengkap", "izin belum ada"; not a leave of absence, "izin ada acara"."""


def casts_doubt(text: str) -> bool:
    """Return whether the text says that somebody else came or that the person withdrew: "diwakili", "batal"."""
    key = words(text)
    return key in _DOUBTFUL_ALONE or _DOUBTS.search(key) is not None


def is_of_another_time(text: str) -> bool:
    """Return whether the text is about another event than this one: "tahun lalu tidak hadir"."""
    return _OF_ANOTHER_TIME.search(words(text)) is not None


def is_about_attendance(text: str) -> bool:
    """Return whether the text is about coming or staying away, whichever: "berhalangan", "yang hadir"."""
    key = words(text)
    return (_COMING.search(key) or _ABSENCE.search(key)) is not None and _PERMIT.search(key) is None


def gives_reason_for_absence(text: str) -> bool:
    """Return whether the text says why somebody stays away: "cuti", "dirawat"; not "sakit", which may be a child."""
    return _ABSENCE.search(words(text)) is not None


def is_about_permit(text: str) -> bool:
    """Return whether the text is about the permit of a business."""
    return _PERMIT.search(words(text)) is not None
