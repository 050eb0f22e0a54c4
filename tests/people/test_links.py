"""Links in names are found however they are written, and no title, degree or name is taken for one."""

from itertools import product

import pytest
from openpyxl import load_workbook

from app.people.values.links import contains_link


@pytest.mark.parametrize(
    "name",
    [
        *("Menang di http://judi.example", "https://judi.example/x", "hxxp judi", "Klik www.judi.example"),
        *("WWW judi", "Situs judi88.com", "SITUS JUDI.COM", "judi.co.id", "judi.my.id daftar", "gacor.id"),
        *("t.me/judi", "wa.me/62812", "Chat WA.ME", "bit.ly/abc", "s.id/abc", "Budi judi.xyz", "a1.id"),
        *("judi[.]com", "judi (.) com", "judi{dot}com", "judi dot com", "judi (titik) com", "judi titik com"),
        *("judi . com", "judi .com", "judi. com", "judi\u3002com", "judi\uff0ecom", "ju\u200bdi.c\u200bom"),
        *(
            "\uff4a\uff55\uff44\uff49.\uff43\uff4f\uff4d",
            "budi@judi.example",
            "203.0.113.7",
            "xn--judi-abc",
            "situs.site/daftar",
        ),
        *("mm.com/x", "judi.online", "Siti Contoh judi.vip Aminah", "x.com/judi", "judi.me?x"),
    ],
)
def test_links(name: str) -> None:
    assert contains_link(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Budi Santoso, S.Kom.",
            "Siti Aminah, S.Kom., M.Si.",
            "H.M. Yusuf",
            "Dr. Ir. H. Ahmad, M.Sc., Ph.D",
        ),
        *(
            "Prof.Dr.Ir.Sri Wahyuni,M.Si",
            "Drs.H.Anwar,MM",
            "Hj.St.Aminah",
            "Muh.Ali",
            "Moh. Id",
            "M.Com",
            "B.Com.",
        ),
        *(
            "dr.Siti,Sp.A",
            "drg. Dewi",
            "Ns. Rina, S.Kep.",
            "Andi, A.Md.Kom",
            "Lc.MA",
            "S.Ag/M.Ag",
            "S.Pd/Guru",
        ),
        *(
            "Titik Puspita",
            "Siti Titik",
            "Sri Titik Idawati",
            "Dotty Sinaga",
            "Wawan",
            "Erwin",
            "Moh. Top Contoh",
        ),
        *(
            "Yohanes (Jhon)",
            "A. A. Gde Agung",
            "I G.N. Putra",
            "Aminah @ Minah",
            "St.Id",
            "Lie.Co",
            "S.Sos.,M.A.P.",
        ),
        *(
            "Nur'aini, S.Tr.Keb., Bdn.",
            "Tuti (Bu RT 12)",
            "R.M. Hadi, S.Bio., S.Med.",
            "Siti.Aminah",
            "Ny. In",
        ),
    ],
)
def test_names(name: str) -> None:
    assert not contains_link(name)


def test_degrees_in_every_combination() -> None:
    """Degrees and titles as offices write them, with and without spaces and points at the end."""
    degrees = [
        *("S.Kom", "S.Pd", "S.E", "S.H", "S.T", "S.Si", "S.Sos", "S.Ag", "S.IP", "S.Psi", "S.Kep"),
        *("S.Farm", "S.Hut", "S.Pt", "S.TP", "S.Pi", "S.Gz", "S.Ked", "S.Sn", "S.Th", "S.I.Kom", "S.Tr.Kom"),
        *("S.KM", "S.ST", "S.STP", "A.Md", "A.Ma", "A.Md.Keb", "M.Si", "M.M", "M.Pd", "M.Kom", "M.T"),
        *("M.H", "M.Kes", "M.Sc", "M.A", "M.AP", "M.Ag", "M.Hum", "M.Ikom", "M.Ec.Dev", "M.Th", "M.Eng"),
        *("M.Tr.AP", "M.Psi", "M.Farm", "M.Com", "B.Sc", "B.A", "B.Com", "Ph.D", "Lc.MA", "Sp.A", "Sp.OG"),
        *("Sp.PD", "Ak", "CA", "CPA"),
    ]
    for (one, other), join in product(product(degrees, repeat=2), (", ", ",", " ", "., ", ".,", "/")):
        name = f"Drs.H.Anwar Contoh{join}{one}{join}{other}"
        assert not contains_link(name), name


def test_no_name_of_a_workshop_s_list_is_a_link() -> None:
    cells = [cell for row in load_workbook("tests/samples/spbe.xlsx").worksheets[0].values for cell in row]
    texts = [cell for cell in cells if isinstance(cell, str)]

    assert len(texts) > 300
    assert [text for text in texts if contains_link(text)] == []
