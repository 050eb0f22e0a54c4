"""Readings of photographed pages made by hand, and the uploads whose photos they stand for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.database import Db, reading, writing
from app.i18n import translator
from app.models import AttendanceImport, RosterPrint
from app.paper.layout import PageLayout, PrintLayout, layout_from_json
from app.paper.page_reading import LineReading, Mark, PageReading
from app.services.imports.photos.files import PhotoFile
from app.services.imports.photos.reading import store_photos
from app.services.imports.photos.upload import add_photos, upload_photos
from app.services.registrations.rosters import download_roster
from tests.city import City

JPEG = b"\xff\xd8\xff\xe0 a photo that says where it was taken"


def print_list(city: City, session_code: str) -> RosterPrint:
    """Print a session's attendance list, and return the newest print."""
    print_pdf(city, session_code)
    return city.all(RosterPrint)[-1]


def print_pdf(city: City, session_code: str) -> bytes:
    """Print a session's attendance list, and return the PDF."""
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return download_roster(
            read_db,
            db,
            city.actor("sari"),
            session_code,
            "pdf",
            "https://jangkau.contoh.id",
            translator("id"),
            "id",
        ).content


def layout_of(roster_print: RosterPrint) -> PrintLayout:
    return layout_from_json(roster_print.layout)


def read_page(
    roster_print: RosterPrint,
    page: int = 1,
    *,
    signed: Collection[int] = (),
    unsure: Collection[int] = (),
    written: Collection[int] = (),
    photo: int = 0,
    problem: str = "",
    warnings: Sequence[str] = (),
) -> PageReading:
    """Return the reading of a page on which the lines of these numbers are signed, unsure or written in."""
    layout = layout_of(roster_print).pages[page - 1]
    lines = [] if problem else _read_lines(layout, signed, unsure, written)
    return PageReading(
        photo,
        roster_print.code,
        page,
        problem,
        tuple(warnings),
        tuple(lines),
        f"page {page} {photo}".encode(),
    )


def _read_lines(
    layout: PageLayout, signed: Collection[int], unsure: Collection[int], written: Collection[int]
) -> list[LineReading]:
    marks: Mapping[int, Mark] = dict.fromkeys(signed, "signed") | dict.fromkeys(unsure, "unsure")  # type: ignore[assignment]
    return [
        LineReading(
            number=line.number,
            mark=marks.get(line.number, "unsigned"),
            ink=0.2 if line.number in signed else 0.01,
            why="faint" if line.number in unsure else "",
            has_writing=line.number in written,
            picture=f"line {line.number}".encode(),
        )
        for line in layout.lines
    ]


def upload_readings(
    city: City, session_code: str, *readings: PageReading, by: str = "sari"
) -> AttendanceImport:
    """Upload photos of which this is seen."""
    files = [PhotoFile(f"IMG_{number}.jpg", JPEG) for number in range(1, len(readings) + 1)]
    with reading(city.engine) as read_db, writing(city.engine) as db:
        attendance_import = upload_photos(
            read_db, db, city.vault, city.actor(by), session_code, files, at_once=False
        )
        _store(city, db, attendance_import, files, readings)
    return attendance_import


def add_readings(city: City, import_id: int, *readings: PageReading, by: str = "sari") -> AttendanceImport:
    """Add photos of which this is seen to an upload."""
    files = [PhotoFile(f"IMG_2{number}.jpg", JPEG) for number in range(1, len(readings) + 1)]
    with reading(city.engine) as read_db, writing(city.engine) as db:
        attendance_import = add_photos(
            read_db, db, city.vault, city.actor(by), import_id, files, at_once=False
        )
        _store(city, db, attendance_import, files, readings)
    return attendance_import


def _store(
    city: City,
    db: Db,
    attendance_import: AttendanceImport,
    files: Sequence[PhotoFile],
    readings: Sequence[PageReading],
) -> None:
    numbered = [replace(seen, photo=number) for number, seen in enumerate(readings)]
    store_photos(db, city.vault, attendance_import, [file.name for file in files], numbered)
