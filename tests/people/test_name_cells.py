"""What else stands in the cell of a name, and which cells are no single person's name."""

import pytest

from app.people.values.kelurahan import place_index
from app.people.values.name_cells import NameCell, NameQuestion, may_contain_more, parse_name_cell
from app.people.values.target_groups import group_index
from tests.spreadsheets.examples import reference


def parsed(text: str) -> NameCell:
    if not may_contain_more(text):
        return NameCell(text)
    return parse_name_cell(text, place_index(reference()), group_index(reference()))


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        ("Siti Aminah (Manggar Baru)", "Siti Aminah", {"kelurahan": "Manggar Baru"}),
        ("Budi Santoso (Kel. Lamaru RT 5)", "Budi Santoso", {"kelurahan": "Kel. Lamaru", "rt": "RT 5"}),
        ("Rina Gani_Klandasan Ilir", "Rina Gani", {"kelurahan": "Klandasan Ilir"}),
        ("Gunung Bahagia_Rina Gani", "Rina Gani", {"kelurahan": "Gunung Bahagia"}),
        ("Margo Mulyo - Rina Gani (Galaxy A12)", "Rina Gani", {"kelurahan": "Margo Mulyo"}),
        (
            "Rina Gani | Kel. Karang Rejo | RT 33",
            "Rina Gani",
            {"kelurahan": "Kel. Karang Rejo", "rt": "RT 33"},
        ),
        ("Manggar-Rina Gani", "Rina Gani", {"kelurahan": "Manggar"}),
        ("Rina Gani, Manggar", "Rina Gani", {"kelurahan": "Manggar"}),
        ("Rina Gani Kel. Manggar", "Rina Gani", {"kelurahan": "Kel. Manggar"}),
        ("Rina Gani RT 5 Manggar", "Rina Gani", {"rt": "RT 5", "kelurahan": "Manggar"}),
        ("Rina Gani (Samarinda)", "Rina Gani", {"kelurahan": "Samarinda"}),
        ("Rina Gani (Mangar)", "Rina Gani", {"kelurahan": "Mangar"}),
        ("Lestari (Damai)", "Lestari", {"kelurahan": "Damai"}),
        ("UMKM - Rina Gani", "Rina Gani", {"target_group": "UMKM"}),
        ("H. Ahmad / Ketua RT 5", "H. Ahmad", {"target_group": "Ketua RT 5"}),
        ("Ketua RT 5 - H. Ahmad, S.E.", "H. Ahmad, S.E.", {"target_group": "Ketua RT 5"}),
        ("Rina Gani / Warung Bu Siti", "Rina Gani", {"organization": "Warung Bu Siti"}),
        ("Rina Gani (Toko Budi & Siti)", "Rina Gani", {"organization": "Toko Budi & Siti"}),
        ("Rina Gani (Unverified)", "Rina Gani", {}),
        ("Rina Gani (Guest)", "Rina Gani", {}),
    ],
)
def test_a_place_a_group_or_a_device_beside_the_name_is_taken_out(
    text: str, name: str, others: dict[str, str]
) -> None:
    """A typo in the place is taken out too, and asked about as a place."""
    assert parsed(text) == NameCell(name, others)


@pytest.mark.parametrize(
    "name",
    [
        "Rina Gani, S.Pd., M.Si.",
        "Sri Wahyuni,SE,MM",
        "Sri Wahyuni, AMKG",
        "Santoso, Budi",
        "K.H. Ahmad Dahlan, Lc., M.A.",
        "Siti Aminah (Ani)",
        "Siti Aminah (Almh)",
        "Muhammad Dani",
        "Wan Dahlan",
        "Dan Brown",
        "Nur-Aini",
        "Al-Amin Syah",
        "H/Hj. Siti",
        "Damai Lestari",
        "Siti Damai",
        "Budi (2)",
        "Budi CS",
        "Honorata Galaxy Putri",
    ],
)
def test_a_name_with_a_degree_a_nickname_or_a_hyphen_stays_as_it_is(name: str) -> None:
    assert parsed(name) == NameCell(name)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Budi & Siti", "two-people"),
        ("Budi dan Siti", "two-people"),
        ("Joko dan istri", "two-people"),
        ("Andi / Rudi", "two-people"),
        ("Rina Gani; Maya", "two-people"),
        ("Ny. Rina/Tn. Budi", "two-people"),
        ("Budi Santoso, Siti Aminah", "two-people"),
        ("1. Agus 2. Dewi", "two-people"),
        ("Hj. Siti Aminah beserta suami", "two-people"),
        ("21 orang", "group-without-names"),
        ("rombongan 5 orang", "group-without-names"),
        ("Budi dkk.", "group-without-names"),
        ("Budi Santoso Cs", "group-without-names"),
        ("Budi + 3", "group-without-names"),
        ("Dua orang kader", "group-without-names"),
        ("Ibu-ibu PKK RT 5", "group-without-names"),
        ("iPhone", "device-name"),
        ("iPhone (2)", "device-name"),
        ("Budi's iPhone", "device-name"),
        ("Galaxy A12", "device-name"),
        ("OPPO A57", "device-name"),
        ("Redmi Note 9 Pro", "device-name"),
        ("vivo 1904", "device-name"),
        ("SM-A125F", "device-name"),
        ("User 1", "device-name"),
        ("Zoom user", "device-name"),
        ("Ketua RT 12", "name-unclear"),
        ("Kelurahan Manggar", "name-unclear"),
        ("Rina_Maya", "name-unclear"),
        ("Bunga - Melati", "name-unclear"),
    ],
)
def test_a_cell_that_is_no_single_name_is_asked_about_whole(text: str, question: NameQuestion) -> None:
    assert parsed(text) == NameCell(text, question=question)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Rina Gani (Host)", "host"),
        ("Rina Gani (Host, me)", "host"),
        ("Rina Gani (Co-host)", "host"),
        ("Rina Gani (Panelist)", "panelist"),
    ],
)
def test_who_holds_a_meeting_is_told_beside_the_name(text: str, question: NameQuestion) -> None:
    assert parsed(text) == NameCell("Rina Gani", question=question)
