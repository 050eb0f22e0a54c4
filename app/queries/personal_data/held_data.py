"""Everything that is held about one person, as it is handed out to them (UU 27/2022, articles 7 and 32)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlmodel import SQLModel, col

from app.database import Db
from app.models import (
    Area,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceMark,
    DataRequest,
    GroupMembership,
    Message,
    Organization,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
    SignaturePicture,
    UploadedFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.fields import PERSON_FIELDS
from app.people.values.cells import cell_text
from app.people.values.nik import mask_nik, mask_niks
from app.queries.activities import list_activities_of
from app.queries.imports.rows import row_cells
from app.queries.imports.stored_files import is_kept
from app.queries.personal_data.traces import Traces, find_traces
from app.spreadsheets.detected_table import to_excel_row

MAX_LOG_LINES = 1000

Record = dict[str, Any]

# Columns that the database needs and that say nothing to the person.
_TECHNICAL = ("id", "participant_id", "registration_id", "request_key", "delegation_link_id", "nonce")
_UNREADABLE = frozenset({"nik_key", "nik_encrypted", "name_key"})
_PEOPLE = ("participant", "registration")
# Tables that have a section of their own.
_HANDLED = frozenset(
    {
        *("attendance", "attendance_import_row", "attendance_mark", "data_access", "data_request"),
        *("group_membership", "message", "possible_duplicate", "registration"),
    }
)


@dataclass(frozen=True)
class HeldData:
    """Everything held about one person; each list has one mapping of names to JSON values for each record.

    `lists` are the rows of uploaded lists that name them, and `files` the names of the files that are kept. `log` has
    the lines about them, in which staff are named by their organization: article 33 keeps others' data out.
    `further` are the records of other tables that refer to them, by table.
    """

    person: Record
    memberships: list[Record]
    registrations: list[Record]
    lists: list[Record]
    files: list[str]
    possible_duplicates: list[Record]
    merges: list[Record]
    requests: list[Record]
    log: list[Record]
    further: dict[str, list[Record]] = field(default_factory=dict)


def load_held_data(db: Db, vault: NikVault, participant_id: int, *, with_niks: bool) -> HeldData:
    """Return everything held about a person, with NIKs in full only for the person themselves (`with_niks`).

    Not limited by any scope: the caller has checked that it may be handed out. Reads all kept files to find the person.
    """
    person = db.get_one(Participant, participant_id)
    show_text: Callable[[str], str] = str if with_niks else mask_niks
    registrations = db.scalars(
        select(Registration)
        .where(col(Registration.participant_id) == participant_id)
        .order_by(col(Registration.id))
    ).all()
    traces = find_traces(db, vault, participant_id)
    return HeldData(
        person=_person_record(db, vault, person, with_niks=with_niks),
        memberships=_records(db, GroupMembership, col(GroupMembership.participant_id) == participant_id),
        registrations=[_registration_record(db, registration) for registration in registrations],
        lists=list(_list_records(db, vault, traces, show_text)),
        files=[file.name for file in traces.files if is_kept(file)],
        possible_duplicates=_records(
            db,
            PossibleDuplicate,
            or_(
                col(PossibleDuplicate.participant_id) == participant_id,
                col(PossibleDuplicate.other_id) == participant_id,
            ),
            leave_out=("other_id", "decided_by"),
        ),
        merges=_merge_records(db, participant_id),
        requests=_records(
            db,
            DataRequest,
            col(DataRequest.participant_id) == participant_id,
            leave_out=("received_by", "closed_by"),
        ),
        log=_log_records(db, participant_id, registrations),
        further=_further_records(db, participant_id, registrations),
    )


@dataclass(frozen=True)
class HeldCounts:
    """How much is held about a person, without saying what."""

    registrations: int
    list_rows: int
    files: int
    messages: int
    memberships: int


def count_held_data(db: Db, participant_id: int) -> HeldCounts:
    """Return how much is held about a person. The caller has checked that this may be said."""
    registered = select(col(Registration.id)).where(col(Registration.participant_id) == participant_id)
    of_person = col(AttendanceImportRow.participant_id) == participant_id
    kept_files = (
        select(func.count(col(UploadedFile.id).distinct()))
        .join(AttendanceImport, col(AttendanceImport.uploaded_file_id) == col(UploadedFile.id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(of_person, col(UploadedFile.erased_at).is_(None), col(UploadedFile.expired_at).is_(None))
    )
    return HeldCounts(
        registrations=_count(db, Registration, col(Registration.participant_id) == participant_id),
        list_rows=_count(db, AttendanceImportRow, of_person),
        files=db.scalar(kept_files) or 0,
        messages=_count(db, Message, col(Message.registration_id).in_(registered)),
        memberships=_count(db, GroupMembership, col(GroupMembership.participant_id) == participant_id),
    )


def person_tables(*, without: Iterable[str] = ()) -> list[Table]:
    """Return the tables with a foreign key to a person or to a registration, except those named in `without`.

    So a new table that refers to people is handed out and erased without being named anywhere.
    """
    left_out = set(without)
    return [
        table
        for table in SQLModel.metadata.sorted_tables
        if table.name not in left_out and any(_columns_to(table, target) for target in _PEOPLE)
    ]


def refers_to_person(
    table: Table, participant_id: int, registration_ids: Collection[int]
) -> ColumnElement[bool]:
    """Return the condition that a row of one of `person_tables` refers to this person or these registrations."""
    ids: dict[str, Collection[int]] = {"participant": [participant_id], "registration": registration_ids}
    return or_(*(column.in_(ids[target]) for target in _PEOPLE for column in _columns_to(table, target)))


def _columns_to(table: Table, target: str) -> list[ColumnElement[int]]:
    """Return the columns of a table with a foreign key to the table `target`."""
    return [
        column
        for column in table.columns
        if any(key.column.table.name == target for key in column.foreign_keys)
    ]


def _person_record(db: Db, vault: NikVault, person: Participant, *, with_niks: bool) -> Record:
    """Return all fields of the registry (`app.people.fields`) that have columns, and the record's own dates."""
    record: Record = {}
    values = person.model_dump(mode="json")
    for person_field in PERSON_FIELDS:
        if person_field.key == "nik":
            nik = vault.decrypt(person.nik_encrypted) if person.nik_encrypted else None
            record["nik"] = nik if nik is None or with_niks else mask_nik(nik)
        elif person_field.key == "name":
            record["name"] = person.name
        else:
            record |= {column: values[column] for column in person_field.columns}
    record["kelurahan"] = _area_name(db, person.kelurahan_code)
    return record | {name: values[name] for name in ("latest_session_at", "created_at")}


def _registration_record(db: Db, registration: Registration) -> Record:
    """Return a registration with all values that were given, its session, attendance, marks and messages."""
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    workshop = db.get_one(Workshop, workshop_session.workshop_id)
    of_registration = registration.id
    attendance = db.get(Attendance, of_registration)
    return {
        "workshop": workshop.title,
        "organizer": db.get_one(Organization, workshop.organization_id).name,
        "session": workshop_session.code,
        "starts_at": workshop_session.starts_at.isoformat(),
        **_record(registration, leave_out=("workshop_session_id", "registered_by")),
        "kelurahan": _area_name(db, registration.kelurahan_code),
        "registered_by": _office_of(db, registration.registered_by),
        "attendance": _record(attendance, leave_out=("recorded_by", "attendance_import_id"))
        if attendance
        else None,
        "marks": _records(
            db,
            AttendanceMark,
            col(AttendanceMark.registration_id) == of_registration,
            leave_out=("marked_by",),
        ),
        "messages": _records(db, Message, col(Message.registration_id) == of_registration),
    }


def _list_records(
    db: Db, vault: NikVault, traces: Traces, show_text: Callable[[str], str]
) -> Iterator[Record]:
    """Yield the rows of uploaded lists that name the person, also those that led to nobody, in the lists' order."""
    for row in sorted(traces.rows, key=lambda row: (row.attendance_import_id, row.number)):
        attendance_import = db.get_one(AttendanceImport, row.attendance_import_id)
        yield {
            "file": db.get_one(UploadedFile, attendance_import.uploaded_file_id).name,
            "sheet": attendance_import.sheet or "",
            "row": to_excel_row(row.number),
            "uploaded_at": attendance_import.uploaded_at.isoformat(),
            "status": attendance_import.status.value,
            "basis": attendance_import.basis.value,
            "kind": row.kind.value,
            "cells": {key: show_text(cell_text(cell)) for key, cell in row_cells(row, vault).items()},
            "attendance": row.result.get("attendance"),
            **_signature_record(db, row),
        }


def _signature_record(db: Db, row: AttendanceImportRow) -> Record:
    """Return what was seen of the person's signature on a photographed list, and whether its picture is kept."""
    picture = db.get(SignaturePicture, (row.attendance_import_id, row.number))
    if picture is None:
        return {}
    return {"signature": picture.mark, "signature_picture_kept": bool(picture.picture_encrypted)}


def _merge_records(db: Db, participant_id: int) -> list[Record]:
    """Return the merges by which the person's record absorbed others."""
    statement = (
        select(PeopleMerge)
        .where(
            or_(col(PeopleMerge.kept_id) == participant_id, col(PeopleMerge.absorbed_id) == participant_id)
        )
        .order_by(col(PeopleMerge.id))
    )
    return [
        {
            "kept_name": merge.kept_name,
            "absorbed_name": merge.absorbed_name,
            "merged_at": merge.merged_at.isoformat(),
            "undone_at": merge.undone_at.isoformat() if merge.undone_at else None,
            "kept_until_undo_ends": bool(merge.before),
        }
        for merge in db.scalars(statement)
    ]


def _log_records(db: Db, participant_id: int, registrations: Iterable[Registration]) -> list[Record]:
    """Return the lines of the activity log about the person and their registrations, the oldest first."""
    requests = db.scalars(
        select(col(DataRequest.id)).where(col(DataRequest.participant_id) == participant_id)
    )
    subjects = [
        ("participant", str(participant_id)),
        *(("registration", registration.code) for registration in registrations),
        *(("data-request", str(request_id)) for request_id in requests),
    ]
    lines = [
        line
        for subject, subject_id in subjects
        for line in list_activities_of(db, subject, subject_id, limit=MAX_LOG_LINES)
    ]
    offices = dict(
        iter(
            db.execute(
                select(col(User.name), col(Organization.name)).join(
                    Organization, col(Organization.id) == col(User.organization_id)
                )
            )
        )
    )
    return [
        {
            "at": line.at.isoformat(),
            "by": offices.get(line.actor, line.actor),
            "action": line.action,
            "subject": line.subject,
            "changes": [
                {"field": change.field, "before": str(change.before or ""), "after": str(change.after or "")}
                for change in line.changes
            ],
        }
        for line in sorted(lines, key=lambda line: line.id)
    ]


def _further_records(
    db: Db, participant_id: int, registrations: Iterable[Registration]
) -> dict[str, list[Record]]:
    """Return the records of all other tables with a foreign key to the person or to a registration of theirs."""
    further: dict[str, list[Record]] = {}
    registration_ids = [registration.id for registration in registrations]
    for table in person_tables(without=_HANDLED):
        shown = [
            column
            for column in table.columns
            if not column.foreign_keys and not column.primary_key and not column.name.endswith("_key")
        ]
        found = db.execute(
            select(*shown).where(refers_to_person(table, participant_id, registration_ids))
        ).mappings()
        if records := [{str(name): _to_json(value) for name, value in row.items()} for row in found]:
            further[str(table.name)] = records
    return further


def _count(db: Db, model: type[SQLModel], condition: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _records(
    db: Db, model: type[SQLModel], condition: ColumnElement[bool], *, leave_out: Iterable[str] = ()
) -> list[Record]:
    """Return the rows of a model that meet the condition as JSON, in the order of their keys."""
    key = SQLModel.metadata.tables[str(model.__tablename__)].primary_key
    return [
        _record(row, leave_out=leave_out) for row in db.scalars(select(model).where(condition).order_by(*key))
    ]


def _record(row: SQLModel, *, leave_out: Iterable[str] = ()) -> Record:
    return row.model_dump(mode="json", exclude={*_TECHNICAL, *leave_out})


def _area_name(db: Db, code: str | None) -> str | None:
    """Return the name of an area, None without a code."""
    area = db.get(Area, code) if code else None
    return area.name if area else None


def _office_of(db: Db, user_id: int | None) -> str | None:
    """Return the organization of a user: staff have a right to their own data, too."""
    user = db.get(User, user_id) if user_id is not None else None
    return db.get_one(Organization, user.organization_id).name if user else None


def _to_json(value: Any) -> Any:
    """Return a column's value as JSON, without what only the database can read: hashes and encrypted NIKs."""
    match value:
        case Mapping():
            return {key: _to_json(part) for key, part in value.items() if key not in _UNREADABLE}
        case None | str() | int() | float() | list():
            return value
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
