"""The coat of arms: which pictures are taken, and what is kept of them."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from app.database import writing
from app.errors import Forbidden, Invalid
from app.queries.installation.letterhead import get_letterhead
from app.reports.formats import svg_picture
from app.services.installation.coat_of_arms import MAX_BYTES, read_coat_of_arms
from app.services.installation.letterhead import save_letterhead, set_coat_of_arms
from tests.city import City

SHIELD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300">
<path d="M50 50h100v120l-50 60l-50 -60z" fill="#0f6659" stroke="#e0b020" stroke-width="8"/></svg>"""


def picture(kind: str, size: tuple[int, int] = (900, 600)) -> bytes:
    file = BytesIO()
    drawn = Image.new("RGB", size, "#0f6659")
    if kind == "PNG":
        note = PngImagePlugin.PngInfo()
        note.add_text("Author", "Rina Melati")
        drawn.save(file, "PNG", pnginfo=note)
    else:
        exif = Image.Exif()
        exif[0x013B] = "Rina Melati"
        drawn.save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_shrunk_and_its_metadata_removed(kind: str) -> None:
    content = picture(kind)
    assert b"Rina Melati" in content

    png = read_coat_of_arms(content)

    kept = Image.open(BytesIO(png))
    assert (kept.format, kept.size, kept.info) == ("PNG", (480, 320), {})
    assert b"Rina Melati" not in png


def test_an_svg_is_drawn_without_its_margins() -> None:
    kept = Image.open(BytesIO(read_coat_of_arms(SHIELD.encode())))

    assert kept.format == "PNG"
    assert kept.height > kept.width > 100
    assert kept.getpixel((0, kept.height - 1)) == (0, 0, 0, 0), "the corner beside the shield is transparent"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + bytes(100),
        picture("PNG")[:200],
        b"<svg",
        b'<svg xmlns="http://www.w3.org/2000/svg"><path d="',
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        bytes(MAX_BYTES + 1),
        picture("PNG", (6000, 5000)),
    ],
    ids=["empty", "pdf", "page", "gif", "half", "tag", "svg", "noise", "large", "many-pixels"],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_coat_of_arms(content)
    assert list(caught.value.fields) == ["coat_of_arms"]


@pytest.mark.parametrize("address", ["/etc/hostname", "pyproject.toml", "http://127.0.0.1:9/lambang.png"])
def test_an_svg_can_not_show_other_files(address: str) -> None:
    with pytest.raises(Invalid):
        read_coat_of_arms(SHIELD.replace("</svg>", f'<image href="{address}"/></svg>').encode())


def test_an_svg_whose_entities_grow_without_end_is_refused() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    svg = f'<!DOCTYPE svg [<!ENTITY a0 "grow">{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&a11;</text></svg>'
    with pytest.raises(Invalid):
        read_coat_of_arms(svg.encode())


def test_an_svg_that_takes_hours_to_draw_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_picture, "MAX_SECONDS", 1)
    filters = '<filter id="f"><feTurbulence numOctaves="1000000000"/></filter><path d="M0 0h9v9z" filter="url(#f)"/>'
    with pytest.raises(Invalid) as caught:
        read_coat_of_arms(SHIELD.replace("</svg>", f"{filters}</svg>").encode())
    assert "too long" in caught.value.fields["coat_of_arms"]


def test_a_picture_of_nothing_is_refused() -> None:
    with pytest.raises(Invalid):
        read_coat_of_arms(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>')


def test_it_stays_when_the_names_change_until_it_is_removed(city: City) -> None:
    admin = city.actor("made")
    with writing(city.engine) as db:
        set_coat_of_arms(db, admin, SHIELD.encode())
        saved = get_letterhead(db)
        save_letterhead(db, admin, saved)
        assert get_letterhead(db).coat_of_arms == saved.coat_of_arms != ""
        with pytest.raises(Forbidden):
            set_coat_of_arms(db, city.actor("sari"), None)
        set_coat_of_arms(db, admin, None)
        assert get_letterhead(db).coat_of_arms == ""
