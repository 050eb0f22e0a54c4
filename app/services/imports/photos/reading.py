"""Store what was seen on photos of signed pages as the rows of an import, and their pictures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.models import (
    AttendanceImport,
    PhotoPageState,
    RosterPhoto,
    RosterPrint,
    SignaturePicture,
    UploadedFile,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.paper.layout import layout_from_json
from app.paper.page_reading import PageReading
from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.people.values.nik import mask_niks
from app.queries.imports.rows import apply_corrections, load_corrections
from app.queries.in_values import in_values
from app.queries.registrations.roster_prints import (
    RegisteredPerson,
    find_prints,
    load_registered_people,
)
from app.services.bulk import insert_rows
from app.services.imports.judging import judge_sheet
from app.services.imports.photos.files import name_photos, name_picture, pack_photos, unpack_photos
from app.services.imports.photos.lines import (
    SeenLine,
    SeenPage,
    choose_lines,
    merge_pages,
)
from app.services.imports.photos.page_questions import CODE_UNREAD, ReadPages, list_photos, list_warnings
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import SheetReading, store_reading
from app.spreadsheets.detected_table import DetectedTable, SheetRow, row_number, row_remarks_from_json
from app.spreadsheets.progress import Progress, ignore_progress

PRESENT = "Hadir"
UNSURE = "signature-unsure"
HANDWRITTEN = "handwritten-line"
NO_SIGNATURE = "no-signature"
"""The reason for "unsure" of a walk-in's line that has writing but no signature."""
UNKNOWN_PRINT = "unknown-print"
"""The problem of a page whose code is not that of a print of this installation."""


def store_photos(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    names: Sequence[str],
    readings: Sequence[PageReading],
    progress: Progress = ignore_progress,
) -> None:
    """Store the readings of photos with these `names`, beside those that the import has; it is then in review.

    Rows keep their corrections and answers. The photos that were uploaded are replaced by the pictures of the
    readings, in which nothing is left of the place where a photo was taken. The caller has locked the import.
    """
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    photos = _add_photos(db, vault, attendance_import, names, readings)
    seen = _load_pages(db, attendance_import, photos, readings)
    merged = merge_pages(seen.pages, seen.kept)
    for photo in list_photos(db, attendance_import.id):
        if photo.state is PhotoPageState.READ and photo.position in merged.repeated:
            photo.state = PhotoPageState.REPEATED
    corrections = load_corrections(db, vault, attendance_import.id)
    lines = choose_lines(merged.lines, corrections)
    codes = {line.registration for line in lines if line.registration}
    people = load_registered_people(db, workshop_session.id, codes)
    lines = [line for line in lines if line.registration is None or line.registration in people]
    erased = len(codes - people.keys())
    sheet = DetectedTable(
        format="photo",
        sheet="",
        sheets=(),
        header_row=1,
        columns=(),
        rows=tuple(_to_row(line, people) for line in lines),
        warnings=tuple(list_warnings(db, attendance_import, seen, lines, erased)),
        blank_means="absent",
    )
    sheet = apply_corrections(sheet, corrections)
    choices = SheetChoices.from_json(attendance_import.choices)
    dated = judge_sheet(
        db,
        vault,
        workshop_session,
        sheet,
        choices,
        {number: correction.decision for number, correction in corrections.items() if correction.decision},
        progress,
        uploaded_at=attendance_import.uploaded_at,
    )
    store_reading(db, vault, attendance_import, SheetReading(sheet, choices, dated, corrections), progress)
    _store_pictures(db, vault, attendance_import, lines)
    _replace_photos(db, vault, attendance_import, photos, readings)


def _add_photos(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    names: Sequence[str],
    readings: Sequence[PageReading],
) -> list[RosterPhoto]:
    """Store a photo for each reading, which follow those that the import has; return them in the same order."""
    first = len(list_photos(db, attendance_import.id))
    prints = find_prints(db, {reading.print_code for reading in readings if reading.print_code})
    photos = []
    for position, reading in enumerate(readings, first):
        roster_print = prints.get(reading.print_code or "")
        state, problem = _judge_page(attendance_import, reading, roster_print)
        # The people of another session are none of this import's: their page is said, not kept.
        picture = reading.picture if state is not PhotoPageState.OTHER_SESSION else b""
        photos.append(
            RosterPhoto(
                attendance_import_id=attendance_import.id,
                position=position,
                name=mask_niks(names[reading.photo])[-200:],
                state=state,
                roster_print_id=roster_print.id if roster_print else None,
                page=reading.page,
                problem=problem,
                picture_encrypted=vault.encrypt_bytes(picture) if picture else b"",
            )
        )
    db.add_all(photos)
    db.flush()
    return photos


def _judge_page(
    attendance_import: AttendanceImport, reading: PageReading, roster_print: RosterPrint | None
) -> tuple[PhotoPageState, str]:
    """Return the state of a page, and the code of what is wrong with it or hard to see."""
    if reading.print_code and roster_print is None:
        return PhotoPageState.UNREADABLE, UNKNOWN_PRINT
    if roster_print and roster_print.workshop_session_id != attendance_import.workshop_session_id:
        return PhotoPageState.OTHER_SESSION, ""
    if reading.problem or roster_print is None or reading.page is None:
        return PhotoPageState.UNREADABLE, reading.problem or "no-code"
    if CODE_UNREAD in reading.warnings:
        return PhotoPageState.READ, CODE_UNREAD
    return PhotoPageState.READ, reading.warnings[0] if reading.warnings else ""


def _load_pages(
    db: Db,
    attendance_import: AttendanceImport,
    new_photos: Sequence[RosterPhoto],
    readings: Sequence[PageReading],
) -> ReadPages:
    """Return the pages of all photos of an import: new ones by their readings, others as they are stored."""
    photos = list_photos(db, attendance_import.id)
    read = [photo for photo in photos if photo.state in (PhotoPageState.READ, PhotoPageState.REPEATED)]
    ids = list(dict.fromkeys(photo.roster_print_id for photo in read if photo.roster_print_id is not None))
    by_id = {
        roster_print.id: roster_print
        for roster_print in db.exec(select(RosterPrint).where(in_values(db, col(RosterPrint.id), ids)))
    }
    prints = {by_id[id_].code: by_id[id_] for id_ in ids}
    layouts = {code: layout_from_json(roster_print.layout) for code, roster_print in prints.items()}
    new_positions = {photo.position for photo in new_photos}
    registrations = {
        row_number(part, line.number): line.registration
        for part, code in enumerate(prints)
        for page in layouts[code].pages
        for line in page.lines
    }
    pages = [
        _to_seen_page(reading, photo.position, list(prints).index(reading.print_code or ""), registrations)
        for photo, reading in zip(new_photos, readings, strict=True)
        if photo.state is PhotoPageState.READ
    ]
    pages += _load_stored_pages(db, attendance_import, photos, new_positions, by_id, registrations)
    kept = {
        photo.position
        for photo in photos
        if photo.state is PhotoPageState.READ and photo.position not in new_positions
    }
    return ReadPages(prints, layouts, pages, frozenset(kept))


def _to_seen_page(
    reading: PageReading, position: int, part: int, registrations: Mapping[int, str | None]
) -> SeenPage:
    lines = []
    for line in reading.lines:
        number = row_number(part, line.number)
        lines.append(
            SeenLine(
                number,
                registrations.get(number),
                line.mark,
                line.ink,
                line.why,
                line.has_writing,
                position,
                line.picture,
            )
        )
    return SeenPage(
        reading.print_code or "", reading.page or 0, position, len(reading.warnings), tuple(lines)
    )


def _load_stored_pages(
    db: Db,
    attendance_import: AttendanceImport,
    photos: Sequence[RosterPhoto],
    new_positions: Collection[int],
    prints: Mapping[int, RosterPrint],
    registrations: Mapping[int, str | None],
) -> list[SeenPage]:
    """Return the pages that an import has, as the photo that counts for each, with all lines that are stored of it."""
    by_id = {photo.id: photo for photo in photos}
    remarks = row_remarks_from_json(attendance_import.reading.get("row_remarks", {}))
    why = {
        number: str(remark.params.get("why", ""))
        for number, of_row in remarks.items()
        for remark in of_row
        if remark.code == UNSURE
    }
    of_import = col(SignaturePicture.attendance_import_id) == attendance_import.id
    columns: Any = select(
        col(SignaturePicture.number),
        col(SignaturePicture.roster_photo_id),
        col(SignaturePicture.mark),
        col(SignaturePicture.ink),
    ).where(of_import)
    lines: dict[tuple[int | None, int | None], list[SeenLine]] = {}
    for number, photo_id, mark, ink in db.execute(columns):
        photo, registration = by_id[photo_id], registrations.get(number)
        line = SeenLine(
            number, registration, mark, ink, why.get(number, ""), registration is None, photo.position, None
        )
        lines.setdefault((photo.roster_print_id, photo.page), []).append(line)
    return [
        SeenPage(
            prints[photo.roster_print_id or 0].code,
            photo.page or 0,
            photo.position,
            0,
            tuple(lines.get((photo.roster_print_id, photo.page), ())),
        )
        for photo in photos
        if photo.state is PhotoPageState.READ and photo.position not in new_positions
    ]


def _to_row(line: SeenLine, people: Mapping[str, RegisteredPerson]) -> SheetRow:
    """Return a line as a row of a sheet. An unsigned cell is blank: it changes nothing that is recorded already."""
    cells: dict[str, Cell] = {"attendance": PRESENT} if line.mark == "signed" else {}
    remarks: list[Remark] = []
    why = line.why if line.mark == "unsure" else ""
    if line.registration is None:
        remarks.append(Remark("review", "name", HANDWRITTEN, {}))
        why = NO_SIGNATURE if line.mark == "unsigned" else why
    else:
        cells |= _cells_of(people[line.registration], line.registration)
    if line.mark == "unsure" or (line.registration is None and line.mark == "unsigned"):
        remarks.append(Remark("review", "attendance", UNSURE, {"why": why}))
    return SheetRow(line.number, cells, tuple(remarks))


def _cells_of(person: RegisteredPerson, registration: str) -> dict[str, Cell]:
    """Return the cells of the line that was printed for this registration.

    Somebody who was moved to another session since then has no registration here: they are matched by name and
    kelurahan, as in a sheet.
    """
    if not person.elsewhere:
        return {"registration": registration, "name": person.name}
    cells: dict[str, Cell] = {
        "name": person.name,
        "kelurahan": person.place,
        "target_group": person.target_group,
    }
    return {**cells, "sex": person.sex} if person.sex else cells


def _store_pictures(
    db: Db, vault: NikVault, attendance_import: AttendanceImport, lines: Sequence[SeenLine]
) -> None:
    """Store the pictures of the lines that are rows, and delete those of other lines; stored ones stay."""
    photos = {photo.position: photo.id for photo in list_photos(db, attendance_import.id)}
    of_import = col(SignaturePicture.attendance_import_id) == attendance_import.id
    stays = [line.number for line in lines if line.picture is None]
    stale = of_import & ~in_values(db, col(SignaturePicture.number), stays)
    db.exec(delete(SignaturePicture).where(stale))
    pictures = (
        {
            "number": line.number,
            "roster_photo_id": photos[line.photo],
            "mark": line.mark,
            "ink": line.ink,
            "picture_encrypted": vault.encrypt_bytes(line.picture) if line.picture else b"",
        }
        for line in lines
        if line.picture is not None
    )
    insert_rows(db, SignaturePicture, pictures, {"attendance_import_id": attendance_import.id})
    _update_marks(db, attendance_import, [line for line in lines if line.picture is None])


def _update_marks(db: Db, attendance_import: AttendanceImport, lines: Sequence[SeenLine]) -> None:
    """Store of lines whose pictures stay what is seen now; most of them are as they were."""
    stored: Any = db.execute(
        select(col(SignaturePicture.number), col(SignaturePicture.mark), col(SignaturePicture.ink)).where(
            col(SignaturePicture.attendance_import_id) == attendance_import.id
        )
    )
    known = {number: (mark, ink) for number, mark, ink in stored}
    for line in lines:
        if known[line.number] != (line.mark, line.ink):
            picture = db.get_one(SignaturePicture, (attendance_import.id, line.number))
            picture.mark, picture.ink = line.mark, line.ink


def _replace_photos(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    photos: Sequence[RosterPhoto],
    readings: Sequence[PageReading],
) -> None:
    """Keep the pictures of the readings instead of the photos from which they were read, and count them in the name."""
    uploaded_file = db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    pictures, _unread = unpack_photos(vault.decrypt_bytes(uploaded_file.content))
    for photo, reading in zip(photos, readings, strict=True):
        if reading.picture and photo.state is not PhotoPageState.OTHER_SESSION:
            pictures[name_picture(photo.position, photo.name)] = reading.picture
    uploaded_file.name = name_photos(len(list_photos(db, attendance_import.id)))
    content = pack_photos(pictures)
    uploaded_file.content, uploaded_file.size = vault.encrypt_bytes(content), len(content)
    db.flush()
