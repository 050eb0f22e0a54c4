"""Pictures and PDFs to attach, plain and hostile ones."""

from functools import cache
from io import BytesIO

import typst
from PIL import Image
from PIL.ExifTags import IFD, Base
from sqlmodel import col, select

from app.database import reading, writing
from app.models import Attachment
from app.services.evidence.attachments import attach_files
from tests.city import City

BALIKPAPAN = {1: "S", 2: (1.0, 16.0, 0.0), 3: "E", 4: (116.0, 49.0, 0.0)}
CAMERA = "Ponsel Contoh 9"


def photo(number: int = 0, size: tuple[int, int] = (400, 300)) -> bytes:
    """Return a JPEG as a phone makes it: with the place, the camera, and turned by its orientation."""
    picture = Image.new("RGB", size, (number * 50 % 256, 90, 120))
    picture.paste((250, 250, 250), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Model] = CAMERA
    exif.get_ifd(IFD.GPSInfo).update(BALIKPAPAN)
    return save(picture, "JPEG", exif=exif)


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@cache
def pdf(text: str = "SK Kegiatan") -> bytes:
    return typst.compile(text.encode(), format="pdf")


def attach(
    city: City,
    session_code: str,
    *contents: bytes,
    kind: str = "photo",
    caption: str = "",
    name: str = "lampiran",
    by: str = "sari",
) -> list[int]:
    """Attach files to a session, and return the ids of those that it did not have before."""
    with reading(city.engine) as db:
        known = set(db.exec(select(Attachment.id)))
    files = [(f"{name}-{number}", content) for number, content in enumerate(contents)]
    with reading(city.engine) as read_db, writing(city.engine) as db:
        attach_files(read_db, db, city.vault, city.actor(by), session_code, files, kind, caption)
    with reading(city.engine) as db:
        return [
            id_ for id_ in db.exec(select(Attachment.id).order_by(col(Attachment.id))) if id_ not in known
        ]
