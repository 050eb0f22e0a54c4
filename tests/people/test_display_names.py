"""Names with which people join online meetings: what is certain is taken apart, the rest is asked or said."""

import pytest

from app.people.parsing import PersonParser
from app.people.values.display_names import DisplayName, parse_display_name
from tests.spreadsheets.examples import DAY, reference


def parsed(text: str, *, has_account: bool = False) -> DisplayName:
    people = PersonParser(reference(), str, DAY, ("umkm",))
    return parse_display_name(text, people.places, people.groups, has_account=has_account)


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        ("Rina Kenanga_Damai", "Rina Kenanga", {"kelurahan": "Damai"}),
        ("Damai - Rina Kenanga", "Rina Kenanga", {"kelurahan": "Damai"}),
        ("Rina Kenanga#Damai", "Rina Kenanga", {"kelurahan": "Damai"}),
        ("UMKM - Rina Kenanga", "Rina Kenanga", {"target_group": "UMKM"}),
        ("Rina Kenanga (UMKM Manggar)", "Rina Kenanga", {"target_group": "UMKM", "kelurahan": "Manggar"}),
        ("Rina Kenanga (Guest)", "Rina Kenanga", {}),
        ("Rina Kenanga (Unverified)", "Rina Kenanga", {}),
        ("Rina Kenanga (Tamu)", "Rina Kenanga", {}),
        ("Rina Kenanga (she/her)", "Rina Kenanga", {}),
        ("he/him Budi Kamboja", "Budi Kamboja", {}),
        ("🌸 Rina Kenanga 🌸", "Rina Kenanga", {}),
        ("Peserta 14_Rina Kenanga", "Rina Kenanga", {}),
        ("No. 5 Rina Kenanga", "Rina Kenanga", {}),
        ("014_Rina Kenanga", "Rina Kenanga", {}),
        ("RT 12 Pak Budi", "Pak Budi", {"rt": "RT 12"}),
        ("Balikpapan_Rina Kenanga", "Rina Kenanga", {}),
        ("Nama: Rina Kenanga / Kel: Damai", "Rina Kenanga", {"kelurahan": "Kel: Damai"}),
    ],
)
def test_what_is_certain_is_taken_apart(text: str, name: str, others: dict[str, str]) -> None:
    assert parsed(text) == DisplayName(name, others=others)


@pytest.mark.parametrize("text", ["014_Rina Kenanga Damai", "Damai Rina Kenanga", "Rina Kenanga Damai 🌸"])
def test_a_kelurahan_without_a_separator_is_told(text: str) -> None:
    assert parsed(text) == DisplayName(
        "Rina Kenanga", others={"kelurahan": "Damai"}, doubt="name-taken-apart"
    )


@pytest.mark.parametrize(
    "text",
    [
        "iPhone Budi",
        "Budi's iPhone",
        "Galaxy A12",
        "OPPO A5s Siti",
        "Infinix HOT 10 Rina",
        "Peserta 14",
        "🌸🌸",
    ],
)
def test_a_device_or_a_number_is_nobody_known(text: str) -> None:
    assert parsed(text).question == "device-name"


@pytest.mark.parametrize("text", ["Moderator Rina Kenanga", "Panitia Rina Kenanga Damai"])
def test_a_role_before_a_name_is_asked_about(text: str) -> None:
    assert parsed(text).question == "name-unclear"


@pytest.mark.parametrize(
    ("text", "name", "account"),
    [
        ("Rina (Rina Kenanga)", "Rina Kenanga", ""),
        ("Rina Kenanga (Rina)", "Rina Kenanga", ""),
        ("Rina Kenanga_Damai (Galaxy A12)", "Rina Kenanga", ""),
        ("Rina Kenanga_Damai (Budi Kamboja)", "Rina Kenanga", "Budi Kamboja"),
    ],
)
def test_the_account_stands_in_brackets_in_zoom(text: str, name: str, account: str) -> None:
    cell = parsed(text, has_account=True)
    assert (cell.name, cell.account, cell.doubt) == (name, account, "meeting-account" if account else "")
    assert parsed("Rina Kenanga (Bu Tuti)").name == "Rina Kenanga (Bu Tuti)"
