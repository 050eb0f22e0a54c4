"""Target groups, RT, sex and e-mail addresses."""

from datetime import date

import pytest

from app.people.values.cells import Cell
from app.people.values.emails import parse_email
from app.people.values.rt import find_rt, parse_rt
from app.people.values.sex import parse_sex_cell
from app.people.values.target_groups import GroupIndex, ParsedTargetGroup, parse_target_group
from tests.spreadsheets.examples import codes, judged, reference, session, sheet_of

GROUPS = GroupIndex(reference())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("umkm", "umkm"),
        ("Pelaku Usaha", "umkm"),
        ("Pedagang", "umkm"),
        ("UMKM kuliner", "umkm"),
        ("RT", "rt"),
        ("Ketua RT", "rt"),
        ("Ketua RT 12", "rt"),
        ("Pak RT. 05", "rt"),
        ("Pengurus RT 12 RW 02", "rt"),
        ("Toma", "tokoh"),
        ("Tokoh Adat", "tokoh"),
        ("TOKOH MASYARAKAT", "tokoh"),
        ("Kader PKK", "komunitas"),
        ("Karang Taruna", "komunitas"),
        ("Warga", "umum"),
        ("Masyarakat", "umum"),
    ],
)
def test_group(written: str, code: str) -> None:
    """A target group is its code, its label or a synonym, alone or inside other words."""
    assert parse_target_group(written, GROUPS) == ParsedTargetGroup(code)


def test_an_unclear_group_names_those_that_it_may_be() -> None:
    assert set(parse_target_group("Ketua RT / Tokoh Agama", GROUPS).candidates) == {"rt", "tokoh"}
    assert parse_target_group("Anggota", GROUPS) == ParsedTargetGroup(None)


@pytest.mark.parametrize(
    ("cell", "rt"),
    [
        ("12", "12"),
        ("012", "12"),
        ("RT.12", "12"),
        ("RT 012", "12"),
        ("12/02", "12"),
        ("RT 12 RW 02", "12"),
        ("RT/RW 12/02", "12"),
        ("RT/RW: 012/002", "12"),
        ("12 / -", "12"),
        ("R.T. 12", "12"),
        ("Rt-12", "12"),
        ("RT12", "12"),
        ("RT 12 No. 5", "12"),
        ("RT 12 RW 02, no 5a", "12"),
        (31.0, "31"),
        (date(2025, 2, 12), "12"),
        ("12-Feb", "12"),
        ("dua", None),
        ("1234", None),
        ("12 No. 5", None),
        ("- / 02", None),
        ("Kartini 12", None),
        ("12.0", "12"),
        (12.5, None),
        (True, None),
        ("RW.02/RT.11", "11"),
        ("RW 02 RT 011", "11"),
        ("RT 05, RW 02", "5"),
        ("R.T. 5 / R.W. 2", "5"),
        ("RT 21/-", "21"),
        ("RT.21/", "21"),
        ("RW 5", None),
        ("RT 5 & 6", None),
    ],
)
def test_rt(cell: Cell, rt: str | None) -> None:
    """An RT is read with or without its RW, and where Excel spoilt it to a date."""
    assert parse_rt(cell) == rt


@pytest.mark.parametrize("cell", ["-", "0", "000", 0, 0.0, None])
def test_no_rt_is_nothing_to_warn_of(cell: Cell) -> None:
    [found] = judged(sheet_of({"name": "Rina Gani", "kelurahan": "Damai", "rt": cell})).rows
    assert (found.values.rt, found.remarks) == (None, [])


def test_rt_inside_a_position_or_an_address() -> None:
    assert find_rt("Ketua RT 31") == "31"
    assert find_rt("Jl. Marsma Iswahyudi RT.012 Kel. Sepinggan") == "12"
    assert find_rt("Jl. Mawar RT/RW 012/002") == "12"
    assert find_rt("Jl. Mawar R.T. 12 No. 5") == "12"
    assert find_rt("Ketua RT-12") == "12"
    assert find_rt("Jl. Mulawarman 12") is None
    assert find_rt("Smart 12") is None


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("L", "L"),
        ("Lk", "L"),
        ("laki-laki", "L"),
        ("Pria", "L"),
        ("p", "P"),
        ("Pr.", "P"),
        ("Perempuan", "P"),
        ("WANITA", "P"),
        ("L/P", None),
        ("L: | P: v", "P"),
        ("L: v | P: v", None),
    ],
)
def test_sex(cell: Cell, sex: str | None) -> None:
    assert parse_sex_cell(cell) == sex


def test_email() -> None:
    """An e-mail address is kept in lower case."""
    assert parse_email(" Siti@Contoh.ID ") == "siti@contoh.id"
    assert parse_email("siti@contoh") is None
    assert parse_email("tidak ada") is None


def test_group_from_position_then_file_then_the_only_one() -> None:
    """A group for which the workshop is not meant is accepted with a warning; none is asked about."""
    sheet = sheet_of(
        {"name": "Rina Gani", "kelurahan": "Damai", "target_group": "-", "organization": "Ketua RT 7"},
        {"name": "Maya Anwar", "kelurahan": "Damai", "organization": "Warung Maya"},
    )
    several = judged(sheet, session(groups=("umkm", "rt")))
    assert [row.values.target_group for row in several.rows] == ["rt", None]
    assert codes(several.rows[1].remarks) == ["group-missing"]
    only = judged(sheet, session(groups=("umkm",)))
    assert [row.values.target_group for row in only.rows] == ["rt", "umkm"]
    assert codes(only.rows[0].remarks) == ["group-unexpected"]


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("PKK / UMKM", ("umkm", "komunitas")),
        ("RT/UMKM", ("umkm", "rt")),
        ("UMKM dan RT", ("umkm", "rt")),
        ("Non UMKM", ()),
        ("Bukan UMKM", ()),
        ("Istri Ketua RT 5", ()),
        ("mantan ketua RT", ()),
    ],
)
def test_of_several_groups_and_of_one_that_is_another_person_s_none_is_taken(
    written: str, candidates: tuple[str, ...]
) -> None:
    reading = parse_target_group(written, GROUPS)
    assert (reading.code, set(reading.candidates)) == (None, set(candidates))


def test_an_unknown_group_is_asked() -> None:
    sheet = sheet_of({"name": "Rina Gani", "kelurahan": "Damai", "target_group": "Anggota"})
    for groups in (("umkm",), ("umkm", "rt"), ()):
        found = judged(sheet, session(groups=groups)).rows[0]
        assert (found.kind, found.values.target_group) == ("review", None)
        [question] = found.remarks
        offered = tuple(one.value for one in question.candidates)
        assert (question.code, offered) == ("group-unclear", groups or tuple(GROUPS.label))


def test_of_several_groups_named_only_those_are_offered() -> None:
    [found] = judged(sheet_of({"name": "Rina", "kelurahan": "Damai", "target_group": "RT / Toma"})).rows
    assert {one.value for one in found.remarks[0].candidates} == {"rt", "tokoh"}
