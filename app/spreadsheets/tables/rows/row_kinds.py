"""Tell rows that are no person's: numbered columns, sections, totals, notes and signatures."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.people.values.cells import Cell, cell_text
from app.people.values.place_names import place_key, section_place
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import StatedTotalOf
from app.spreadsheets.formats.failures import MAX_ROWS
from app.spreadsheets.tables.columns.headings import TEXT_FIELDS
from app.spreadsheets.tables.marks.marks import heading_outcome, parse_mark

_COUNT = re.compile(r"\(?\d{1,6}[.)]{0,2}")
_TOTAL = re.compile(
    r"(?P<sub>sub\s*-?\s*)?(?:grand\s+)?(?:jumlah|jml|total)\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_PART = re.compile(r"\b(?:tidak|tdk|izin|ijin|sakit|alpa|absen|laki|pria|perempuan|wanita|pindahan)\b")
_NUMBER = re.compile(r"\d[\d.]*")
_SIGNED = re.compile(
    r"(?:mengetahui|menyetujui|mengesahkan|diketahui|disetujui|nip\b"
    r"|[a-z .]{3,30},\s*[\d.… _]+\s*[a-z.…_]*\s*\d{4}\s*$|[_.…]{8,})",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?:plt\.?\s|a\.?n\.?\s|kepala\b|lurah\b|camat\b|ketua\s+(?:panitia|pelaksana)|panitia\b|pejabat\b|sekretaris\s+(?:dinas|daerah)"
    r"|penanggung\s*jawab|koordinator\b|dibuat\s+oleh|petugas\b|narasumber\b|wali\s+kota\b|dinas\b"
    r"|pptk\b|bendahara\s+(?:pengeluaran|pembantu)|(?:kuasa\s+)?pengguna\s+anggaran|(?:setuju|lunas)\s+dibayar|pembuat\s+daftar)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:(?:catatan|keterangan|ket|nb|n\.b|note)\s*(?:[.:]|$)|\*)", re.IGNORECASE)
_RECAP = re.compile(
    r"(?:(?:jumlah|total)\s+)?(?:peserta\s+)?"
    r"(?:laki-?\s?laki|pria|perempuan|wanita|hadir|tidak hadir|izin|ijin|sakit|alpa|alpha|tanpa keterangan)"
    r"\s*[:=]?\s*\d{1,6}(?:\s*(?:orang|org|peserta))?",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\W*(?:contoh|cth|misal|misalnya|example|sample)\b(?:\s+(?:pengisian|isian|cara)\b.*)?(?:\W.*)?"
    r"|[^(]*\(\s*(?:contoh|misalnya|example)\b.*"
    r"|\W*(?:isi\s+(?:nama|di\s*sini|dengan|lengkap)\b.*|(?:tulis(?:kan)?|ketik|masukkan)\s+nama\b.*)"
    r"|\W*nama\s+(?:lengkap\s+)?(?:anda|peserta\s+di\s*sini|lengkap\s+sesuai\s+ktp)\b.*",
    re.IGNORECASE,
)
"""The name in the example row of a template: "Contoh", "contoh: Budi", "Budi (contoh)", "Nama Anda"."""
_LETTERHEAD_LINE = re.compile(
    r"(?::\s*\S.*|pemerintah\s+(?:kota|kabupaten|provinsi)\b.*|(?:daftar\s+(?:hadir|peserta|nama)|absensi|presensi|lampiran"
    r"|lanjutan|halaman|hal\.)(?:\W.*)?|(?:nama\s+)?(?:kegiatan|acara|tempat|waktu|lokasi|hari)(?:\s*/\s*\w+)?\s*:.*)",
    re.IGNORECASE,
)
"""A line of the letterhead that a further page bears, or the value behind a label: ": Aula Kantor Camat"."""
_UNTICKED = frozenset({"false", "salah", "☐", "□"})
_GROUP = re.compile(
    r"(?:\w{1,4}[.)]\s*)?(?:(?:unsur|kelompok|golongan|kategori|perwakilan)\b\s*)?(?P<group>.*)",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"(?:\w{1,4}[.)]\s*)?(?:(?:daftar|nama)\s+)?(?:peserta\s+)?(?:yang\s+)?"
    r"(?P<outcome>hadir|(?:tidak|tdk|belum) hadir|izin|ijin|sakit|alpa)\s*:?",
    re.IGNORECASE,
)
_OF_ATTENDANCE = frozenset({"attendance", "signature", "note"})
_CAPTION = re.compile(
    r"(?:(?:unsur|kelompok|golongan|kategori|perwakilan|utusan|peserta|kecamatan)\s+\S.*|kec\.\s*\S.*"
    r"|hal(?:aman|\.)\s*\d.*|.*:)",
    re.IGNORECASE,
)
_RT_SECTION = re.compile(
    r"(?:\w{1,3}[.)]\s*)?(?:(?:warga|wilayah|lingkungan)\s+)?(?P<rt>(?:r\.?\s?[tw]\b\s*[.:/]*\s*\d{1,3}\s*[/,;.-]?\s*){1,2})",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"(?:\w{1,3}[.)]\s*)?(?:daftar\s+(?:hadir\s+)?)?(?:peserta|yang|warga|hadirin|undangan|tambahan|susulan)\b.*"
    r"\b(?:susulan|tambahan|menyusul|terlambat)\b.*|(?:tambahan|susulan)(?:\s+(?:peserta|hadir))?\s*:?",
    re.IGNORECASE,
)
"""The caption of people who came late, and were added below the signatures: "Peserta susulan (pukul 10.20):"."""
_SIGNATURE_LINE_CELLS = 3
_LABEL_CELLS = 2
_MAX_LEGEND_KEY = 20
_RECAP_CELLS = 3


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A stated total of rows or of those present; `number` is None for one that isn't compared (women, money).

    `is_part`: a subtotal.
    """

    number: int | None
    of: StatedTotalOf
    is_part: bool = False


def is_example(cells: Mapping[str, Cell], ordinal: str) -> bool:
    """Return whether a row is the example of a template; `ordinal` is the text where others have their number."""
    if ordinal and not ordinal[0].isdigit() and _EXAMPLE.fullmatch(ordinal):
        return True
    texts = (cells.get("name"), cells.get("note"))
    return any(isinstance(text, str) and _EXAMPLE.fullmatch(text) for text in texts)


def is_letterhead_line(texts: Mapping[int, str]) -> bool:
    """Return whether each text of a row is a line of a letterhead, or the first a label and the others its value."""
    others = list(texts.values())[1:]
    if others and all(text.startswith(":") for text in others):
        return True
    return all(_LETTERHEAD_LINE.fullmatch(text) for text in texts.values())


def is_unticked(cell: Cell) -> bool:
    """Return whether the cell is a box that isn't ticked, as in the rows that a form has prepared."""
    return cell is False or (isinstance(cell, str) and cell.lower() in _UNTICKED)


def is_count(cell: Cell) -> bool:
    """Return whether the cell is a bare whole number of up to six digits: "12", "12.", "(12)"."""
    if isinstance(cell, str):
        return _COUNT.fullmatch(cell.strip()) is not None
    return (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and cell == cell // 1
        and 0 <= cell < 1_000_000
    )


def is_numbering(row: Sequence[Cell]) -> bool:
    """Return whether the row numbers the columns under a header, as in official forms: 1 2 3 …"""
    filled = [cell for cell in row if cell not in (None, "")]
    if len(filled) < 2 or not all(map(is_count, filled)):
        return False
    numbers = [int(re.sub(r"\D", "", cell_text(cell))) for cell in filled]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)


def section_kelurahan(
    texts: Mapping[int, str], fields: Mapping[int, str], place_keys: Collection[str], *, numbered: bool
) -> str | None:
    """Return the text of a row that names only a kelurahan, the heading of a section, or None.

    `texts` are those of the row's cells by column. A row that is `numbered` must say "Kelurahan …".
    """
    if len(texts) != 1:
        return None
    ((index, text),) = texts.items()
    if section_place(text):
        return text
    if numbered or text.isdigit():
        return None
    return text if fields.get(index) == "kelurahan" or place_key(text) in place_keys else None


def section_rt(texts: Mapping[int, str]) -> str | None:
    """Return the text of a row that names only an RT or RW, the heading of a section: "RT 03 / RW 01"; else None."""
    if len(texts) > _LABEL_CELLS:
        return None
    match = _RT_SECTION.fullmatch(" ".join(texts.values()))
    return match["rt"] if match else None


def is_caption_of_latecomers(texts: Mapping[int, str]) -> bool:
    """Return whether the row is the caption of participants who were added below: "Peserta susulan:"."""
    return len(texts) == 1 and all(map(_LATE.fullmatch, texts.values()))


def group_section(texts: Mapping[int, str], group_keys: Collection[str]) -> str | None:
    """Return the target group of a row that names only it, the heading of a section: "B. UNSUR PENGURUS RT".

    None for any other text. `texts` has exactly one entry.
    """
    (text,) = texts.values()
    match = _GROUP.fullmatch(text)
    return match["group"] if match and words(match["group"]) in group_keys else None


def attendance_section(texts: Mapping[int, str], fields: Mapping[int, str]) -> str | None:
    """Return the outcome of a row that names only it, the heading of a section: "B. YANG TIDAK HADIR"; else None.

    A mark in a row without a name is none. `texts` has exactly one entry.
    """
    ((index, text),) = texts.items()
    match = _OUTCOME.fullmatch(text)
    return match["outcome"] if match and fields.get(index) not in _OF_ATTENDANCE else None


def parse_stated_total(row: Sequence[Cell]) -> StatedTotal | None:
    """Return the total that a row states ("Jumlah" of rows, "Jumlah hadir" of those present), or None for another row.

    Its `number` is None if it cannot be compared with the whole list: subtotals, totals of a part, several numbers.
    """
    texts = [clean(cell_text(cell)) for cell in row]
    at, first = next(((index, text) for index, text in enumerate(texts) if text), (0, ""))
    match = _TOTAL.match(first)
    if match is None:
        return None
    text = words(match["rest"])
    numbers = _find_numbers([match["rest"], *texts[at + 1 :]])
    compared = not match["sub"] and not _PART.search(text)
    number = numbers[0] if compared and len(numbers) == 1 and numbers[0] <= MAX_ROWS else None
    of: StatedTotalOf = "present" if re.search(r"\b(?:hadir|kehadiran)\b", text) else "rows"
    return StatedTotal(number, of, is_part=bool(match["sub"]))


def _find_numbers(texts: Sequence[str]) -> list[int]:
    """Return the first number of each text: "68 orang" → 68."""
    matches = filter(None, map(_NUMBER.search, texts))
    return [int(number[0].replace(".", "")[:9]) for number in matches]


def begins_a_note(text: str) -> bool:
    """Return whether the text begins a note: "Ket:"."""
    return _NOTE.match(text) is not None


def is_note(texts: Mapping[int, str]) -> bool:
    """Return whether a row is a note below a table: "Catatan: …", "*) diwakili", "H = Hadir", "Laki-laki: 12 orang"."""
    if 1 <= len(texts) <= _RECAP_CELLS and _RECAP.fullmatch(" ".join(texts.values())):
        return True
    if len(texts) != 1:
        return 1 < len(texts) <= _RECAP_CELLS + 1 and all(map(_is_legend, texts.values()))
    (text,) = texts.values()
    return _NOTE.match(text) is not None or _is_legend(text)


def _is_legend(text: str) -> bool:
    """Return whether the text explains marks: "H = Hadir, I = Izin", "H: Hadir, A: Alpa"."""
    first, *meanings = map(str.strip, text.split("="))
    if meanings:
        return 0 < len(first) <= _MAX_LEGEND_KEY and all(meaning[:1].isalpha() for meaning in meanings)
    pairs = [pair.partition(":") for pair in re.split(r"[,;/|]", text)]
    return all(
        (heading_outcome(mark) or parse_mark(mark.strip())) and heading_outcome(meaning)
        for mark, _, meaning in pairs
    )


def is_caption(texts: Mapping[int, str]) -> bool:
    """Return whether a row between numbered people is a caption: "Utusan kecamatan …", "Halaman 2"."""
    return len(texts) == 1 and all(map(_CAPTION.fullmatch, texts.values()))


def names_a_kecamatan(caption: Mapping[int, str]) -> bool:
    """Return whether the caption's texts begin with "Kec": there the section of a kelurahan above ends."""
    return all(text.lower().startswith("kec") for text in caption.values())


def begins_with_nip(texts: Mapping[int, str]) -> bool:
    """Return whether the row is that of an official's number, which stands below the name: "NIP. 1975…"."""
    return any(text[:3].lower() == "nip" for text in texts.values())


def is_signature_line(texts: Mapping[int, str], fields: Mapping[int, str]) -> bool:
    """Return whether a row is part of a signature: "Mengetahui", place and date, NIP, dots to sign on, or an office."""
    if len(texts) > _SIGNATURE_LINE_CELLS:
        return False
    named = any(fields.get(index) == "name" for index in texts)
    for index, text in texts.items():
        own_cell = named and fields.get(index) in {
            "attendance",
            "birth_date",
            "signature",
            "kelurahan",
            *TEXT_FIELDS,
        }
        if _SIGNED.match(text) and not own_cell:
            return True
        if (
            _OFFICE.match(text)
            and (not named or fields.get(index) == "name")
            and len(texts) < _SIGNATURE_LINE_CELLS
        ):
            return True
    return False
