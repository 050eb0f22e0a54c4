"""What is said or asked about the photographed pages of an import as a whole, before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.i18n import date_text, wita
from app.models import (
    AttendanceImport,
    ImportStatus,
    PhotoPageState,
    Registration,
    RegistrationStatus,
    RosterPhoto,
    RosterPrint,
)
from app.paper.layout import PrintLayout
from app.people.remarks import Remark
from app.queries.in_values import in_values
from app.services.imports.photos.lines import SeenLine, SeenPage, list_missing_pages

CODE_UNREAD = "code-unread"
"""The warning on a page that was found by its corners alone: another session's page would have the same."""


@dataclass(frozen=True)
class ReadPages:
    """All pages of an import that were read, with those that are stored already.

    `prints` are the prints that were read by code, in the order in which they were first read: rows of the second one
    are numbered apart from those of the first. `kept` are the positions of the photos that count so far.
    """

    prints: dict[str, RosterPrint]
    layouts: dict[str, PrintLayout]
    pages: list[SeenPage]
    kept: frozenset[int]


def list_warnings(
    db: Db, attendance_import: AttendanceImport, seen: ReadPages, lines: Sequence[SeenLine], erased: int
) -> list[Remark]:
    """Return what is to be said or asked about all pages."""
    photos = list_photos(db, attendance_import.id)
    warnings = _list_photo_warnings(photos)
    read = {(page.print_code, page.page) for page in seen.pages}
    committed = _list_pages_saved_before(db, attendance_import, seen.prints)
    missing = list_missing_pages(
        {
            code: {page.number: [line.registration for line in page.lines] for page in layout.pages}
            for code, layout in seen.layouts.items()
        },
        read | committed,
    )
    for code in dict.fromkeys(code for code, _page in missing):
        pages = ", ".join(str(page) for of_print, page in missing if of_print == code)
        day = date_text(wita(seen.prints[code].printed_at).date())
        params: dict[str, str | int] = {"pages": pages, "of": seen.prints[code].pages, "printed": day}
        warnings.append(Remark("review", None, "pages-missing", params))
    if lines and not any(line.mark == "signed" for line in lines):
        warnings.append(Remark("review", "attendance", "no-signatures", {"rows": len(lines)}))
    if later := _count_registered_later(db, attendance_import, seen):
        newest = max(seen.prints.values(), key=lambda roster_print: roster_print.id)
        day = date_text(wita(newest.printed_at).date())
        warnings.append(Remark("warning", None, "older-print", {"count": later, "printed": day}))
    if erased:
        warnings.append(Remark("warning", None, "lines-without-person", {"count": erased}))
    return warnings


def _list_photo_warnings(photos: Sequence[RosterPhoto]) -> list[Remark]:
    """Return the questions about photos that were left out. One of a page that another photo shows needs none."""
    read = {(photo.roster_print_id, photo.page) for photo in photos if photo.state is PhotoPageState.READ}
    unreadable = [
        photo
        for photo in photos
        if photo.state is PhotoPageState.UNREADABLE and (photo.roster_print_id, photo.page) not in read
    ]
    others = [photo for photo in photos if photo.state is PhotoPageState.OTHER_SESSION]
    unsure = [
        photo for photo in photos if photo.state is PhotoPageState.READ and photo.problem == CODE_UNREAD
    ]
    return [
        Remark("review", None, code, {"count": len(left_out), "photos": ", ".join(p.name for p in left_out)})
        for code, left_out in (
            ("pages-unreadable", unreadable),
            ("pages-of-other-session", others),
            ("page-code-unread", unsure),
        )
        if left_out
    ]


def _list_pages_saved_before(
    db: Db, attendance_import: AttendanceImport, prints: Mapping[str, RosterPrint]
) -> set[tuple[str, int]]:
    """Return print and page of the pages that other imports of the session have recorded."""
    codes = {roster_print.id: code for code, roster_print in prints.items()}
    pages: Any = (
        select(col(RosterPhoto.roster_print_id), col(RosterPhoto.page))
        .join(AttendanceImport, col(AttendanceImport.id) == col(RosterPhoto.attendance_import_id))
        .where(
            in_values(db, col(RosterPhoto.roster_print_id), codes),
            col(RosterPhoto.state) == PhotoPageState.READ,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.id) != attendance_import.id,
        )
    )
    return {(codes[print_id], page) for print_id, page in db.execute(pages)}


def _count_registered_later(db: Db, attendance_import: AttendanceImport, seen: ReadPages) -> int:
    """Return how many people registered for the session are on none of the prints that were photographed."""
    printed = {
        line.registration
        for layout in seen.layouts.values()
        for page in layout.pages
        for line in page.lines
        if line.registration
    }
    if not printed:
        return 0
    registered = db.exec(
        select(Registration.code).where(
            Registration.workshop_session_id == attendance_import.workshop_session_id,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
    )
    return len(set(registered) - printed)


def list_photos(db: Db, import_id: int) -> Sequence[RosterPhoto]:
    """Return the photos of an import in their order."""
    return db.exec(
        select(RosterPhoto)
        .where(RosterPhoto.attendance_import_id == import_id)
        .order_by(col(RosterPhoto.position))
    ).all()
