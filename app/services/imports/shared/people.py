"""The people of a shared upload: a row of the same number and name in the same sheet is one person in every session."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.models import AttendanceImport, AttendanceImportRow, ImportStatus, RowKind
from app.queries.imports.people import ABOUT_PEOPLE
from app.queries.imports.rows import list_import_rows
from app.queries.imports.shared_uploads import UNCOMMITTED, list_sibling_rows, list_siblings
from app.queries.in_values import in_values
from app.services.locks import GONE


def lock_shared_imports(db: Db, attendance_import: AttendanceImport) -> list[AttendanceImport]:
    """Return all imports of the same file as they are in the database now, locked until this transaction ends.

    They are locked in the order of their ids, so that two transactions never wait for each other: answers and saved
    people go from each import to the others. Raises `NotFound` if this one has been deleted.
    """
    db.flush()
    imports = db.scalars(
        select(AttendanceImport)
        .where(col(AttendanceImport.uploaded_file_id) == attendance_import.uploaded_file_id)
        .order_by(col(AttendanceImport.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if attendance_import not in imports:
        raise NotFound(GONE)
    return list(imports)


def lock_imports_of_files(db: Db, import_ids: Collection[int]) -> None:
    """Lock imports, with all imports of the same files, in the order of their ids until this transaction ends."""
    db.flush()
    import_id = col(AttendanceImport.id)
    files = select(col(AttendanceImport.uploaded_file_id)).where(in_values(db, import_id, import_ids))
    db.scalars(
        select(AttendanceImport)
        .where(col(AttendanceImport.uploaded_file_id).in_(files))
        .order_by(import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def lock_shared_import(db: Db, import_id: int) -> AttendanceImport:
    """Return an import, locked with all imports of the same file. Raises `NotFound` if it has been deleted."""
    attendance_import = db.get(AttendanceImport, import_id)
    if attendance_import is None:
        raise NotFound(GONE)
    lock_shared_imports(db, attendance_import)
    return attendance_import


def pass_on_people(db: Db, attendance_import: AttendanceImport) -> None:
    """Decide in the other sessions' uncommitted imports that their rows are the people of this committed import's rows.

    So people that the commit has created are recognised in the same rows (`list_sibling_rows`), and not created again.
    A person whom staff chose in the other session stays. The imports are judged again before they are committed.
    """
    if not list_siblings(db, attendance_import, UNCOMMITTED):
        return
    rows = [
        row
        for row in list_import_rows(db, attendance_import.id, kinds=ABOUT_PEOPLE)
        if row.participant_id is not None
    ]
    people = {row.number: row.participant_id for row in rows}
    for _sibling, same_rows in list_sibling_rows(db, attendance_import, rows, UNCOMMITTED):
        for row in same_rows:
            if not isinstance((row.decision or {}).get("person"), int):
                row.decision = {**(row.decision or {}), "person": people[row.number]}
    db.flush()


def forget_people(db: Db, attendance_import: AttendanceImport, people: Collection[int]) -> None:
    """Drop the decisions for these people, whom an undo has deleted, in the other sessions' imports in review."""
    if not people:
        return
    deleted = set(people)
    for sibling in list_siblings(db, attendance_import):
        for row in list_import_rows(db, sibling.id):
            person = (row.decision or {}).get("person")
            if isinstance(person, int) and person in deleted:
                rest = {key: value for key, value in (row.decision or {}).items() if key != "person"}
                row.decision = rest or None
    db.flush()


def list_people_created_by_undone(db: Db, attendance_import: AttendanceImport) -> set[int]:
    """Return the people of this import's rows whom another import of the same file created that is undone by now.

    That undo kept them because this import uses them.
    """
    row = AttendanceImportRow
    own_people = select(col(row.participant_id)).where(
        col(row.attendance_import_id) == attendance_import.id, col(row.participant_id).is_not(None)
    )
    created = (
        select(col(row.participant_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(row.attendance_import_id))
        .where(
            col(AttendanceImport.uploaded_file_id) == attendance_import.uploaded_file_id,
            col(AttendanceImport.id) != attendance_import.id,
            col(AttendanceImport.status) == ImportStatus.UNDONE,
            col(row.kind) == RowKind.CREATE,
            # A row that created its person has no state of them from before.
            col(row.before)["person"].as_string().is_(None),
            col(row.participant_id).in_(own_people),
        )
    )
    return {person_id for person_id in db.scalars(created) if person_id is not None}
