"""Names: shown as people write them, compared without what people leave out or abbreviate."""

import pytest

from app.people.values.names import CLEARLY_DIFFERENT, SAME, display_name, name_key, similarity
from app.spreadsheets.tables.rows.row_cells import split_number_from_name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("DEDI PRATAMA MAULANA", "Dedi Pratama Maulana"),
        ("  Siti   Daulay\u00a0Saputra ", "Siti Daulay Saputra"),
        ("HJ. NUR'AINI, S.PD., M.SI", "Hj. Nur'aini, S.Pd., M.Si"),
        ("RAHMAT NUGROHO, SH", "Rahmat Nugroho, SH"),
        ("AL-FATIH", "Al-Fatih"),
        ("Drs. H. Anwar bin Gani, M.M.", "Drs. H. Anwar bin Gani, M.M."),
        ("Wu\u200blan", "Wulan"),
    ],
)
def test_shown(written: str, shown: str) -> None:
    """A name keeps its titles; in capitals throughout it is shown in title case."""
    assert display_name(written) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RAHMAT NUGROHO ANWAR", "Rahmat Nugroho Anwar, S.E."),
        ("Drs. H. Anwar Gani", "anwar gani"),
        ("Dr. Hj. Siti Aminah, M.Kes", "St. Aminah"),
        ("M. Yusuf", "Muhammad Yusuf"),
        ("Moh. Yusuf", "Muh Yusuf"),
        ("H.M.Yusuf", "Mochammad Yusuf"),
        ("Abd. Rahman", "Abdul Rahman"),
        ("Budi Santoso SE", "Santoso, Budi"),
        ("Nur'aini", "Nur\u2019aini"),
        ("José Gani", "Jose Gani"),
        ("Ketut A. Putra", "Putra Ketut A"),
    ],
)
def test_of_one_person(one: str, other: str) -> None:
    """Names are compared without case, punctuation and titles, abbreviations spelled out, words in any order."""
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Sri Maulana", "Siti Maulana"), ("Hadi", "Hj. Hadijah"), ("Stefanus", "Siti Efanus")]
)
def test_of_two_people(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_similarity_tells_typo_from_stranger() -> None:
    yusuf = name_key("Yusuf Effendi Pratama")
    assert similarity(yusuf, name_key("Yusup Efendi Pratama")) >= SAME
    assert similarity(yusuf, name_key("Dewi Kartika")) < CLEARLY_DIFFERENT


@pytest.mark.parametrize(
    ("text", "name", "field", "number"),
    [
        ("Rina Gani / 6471054508800001", "Rina Gani", "nik", "6471054508800001"),
        ("Rina Gani NIK. 6471054508800001", "Rina Gani", "nik", "6471054508800001"),
        ("Budi (0812-5512-3415)", "Budi", "phone", "0812-5512-3415"),
        ("Budi No. HP: +62 812 5512 3415", "Budi", "phone", "+62 812 5512 3415"),
        ("Ny. Hino 081255123415", "Ny. Hino", "phone", "081255123415"),
        ("Rina Gani 19800505 200501 2 001", "Rina Gani", None, ""),
        ("Rina Gani / NIP. 198005052005012001", "Rina Gani", None, ""),
        ("NIP. 19800505 200501 2 001", "", None, ""),
        ("3. Rina Gani", "Rina Gani", None, ""),
        ("3) Rina Gani (0812-5512-3415)", "Rina Gani", "phone", "0812-5512-3415"),
        ("(3) Rina", "Rina", None, ""),
        ("12.Rina", "Rina", None, ""),
        ("3 Saudara", "3 Saudara", None, ""),
        ("Sri 2", "Sri 2", None, ""),
        ("Budi (diwakili)", "Budi (diwakili)", None, ""),
        ("081255123415", "081255123415", None, ""),
        ("1 " * 20_000 + "1", "1 " * 20_000 + "1", None, ""),
    ],
)
def test_a_number_beside_a_name(text: str, name: str, field: str | None, number: str) -> None:
    """A NIK or telephone number is read as such; the row's number and a NIP are dropped."""
    assert split_number_from_name(text) == (name, field, number)
