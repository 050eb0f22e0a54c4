"""Erase a person: everything that identifies them goes, and every count stays as it was.

The person's record stays as a number without any value, to which their registrations refer, because distinct people are
counted. A person who registers again later is a new person: nothing is kept by which they could be recognised.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlmodel import SQLModel, col

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    Basis,
    DataRequest,
    DataRequestKind,
    DataRequestStatus,
    OutboxKind,
    Participant,
    PeopleMerge,
    Registration,
    RegistrationStatus,
    UploadedFile,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.fields import PERSON_FIELDS
from app.people.identifying import ERASED_NAME
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.personal_data.held_data import person_tables, refers_to_person
from app.queries.personal_data.requests import get_person_at_desk, get_request
from app.queries.personal_data.traces import (
    BATCH_TEXTS,
    Obstacle,
    Traces,
    count_messages,
    find_traces,
    list_obstacles,
    plain_name,
    search_files,
)
from app.services.activities import erase_logged_values, log_activity
from app.services.locks import lock_people_table, lock_row
from app.services.outbox import queue_once
from app.services.personal_data.pictures import empty_pictures_of_person
from app.services.personal_data.requests import require_open, require_whole_person, settle
from app.services.registrations.codes import generate_registration_code
from app.services.registrations.registrations import cancel_registration

# What stays of a person, without anything in it that identifies them: the counts are made of these.
KEPT_TABLES = frozenset(
    {"registration", "attendance", "attendance_mark", "attendance_import_row", "data_request"}
)

# What is written for documents, and may name people.
REPORT_TEXTS = ("background", "legal_basis", "purpose", "material", "proceedings", "evaluation", "closing")
LETTER_TEXTS = ("subject", "addressees", "agenda", "minutes_text")

# The columns of an import that quote headings, cells and remarks.
IMPORT_TEXTS = ("sheet", "sheets", "columns", "reading", "choices", "warnings", "failure")


@dataclass(frozen=True)
class ErasurePreview:
    """What an erasure would remove, what stays, and what stands in its way.

    `files` are the names of the files whose content goes, with everybody in them; `imports` the uploads that can't be
    undone afterwards. `attachments` counts what is attached to each of the person's sessions, by the session's code: it
    may show the person, and stays.
    """

    rows: int
    files: tuple[str, ...]
    imports: tuple[int, ...]
    messages: int
    registrations: int
    obstacles: tuple[Obstacle, ...]
    attachments: Mapping[str, int]


def preview_erasure(db: Db, vault: NikVault, actor: Actor, request_id: int) -> ErasurePreview:
    """Return what erasing the person of a request would remove and keep. Changes nothing.

    Raises what `erase_person` raises, except for obstacles, which are returned.
    """
    request = _load_request(db, actor, request_id)
    traces = find_traces(db, vault, request.participant_id or 0)
    return ErasurePreview(
        rows=len(traces.rows),
        files=tuple(file.name for file in traces.files if file.erased_at is None and file.expired_at is None),
        imports=tuple(one.id for one in traces.imports if one.committed_at and one.undone_at is None),
        messages=count_messages(db, traces.registrations),
        registrations=len(traces.registrations),
        obstacles=tuple(list_obstacles(db, traces)),
        attachments=_count_attachments(db, traces),
    )


def erase_person(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, request_id: int, *, confirmed: bool, outcome: str
) -> None:
    """Erase the person of a request, close it with `outcome`, and log it. It can't be undone.

    The kept files are searched with `read_db`, before `db` locks people.

    Raises `Forbidden` without `DATA_REQUEST_WRITE`, `NotFound` out of the actor's scope, `Invalid` unless `confirmed`,
    and `Conflict` if the request is closed, asks for something else, is for an administrator, or if an open upload
    names the person or a session of theirs is still to come.
    """
    participant_id = _load_request(read_db, actor, request_id).participant_id or 0
    if not confirmed:
        raise Invalid(N_("Tick that you know that it is final."), fields={"sure": N_("Please confirm.")})
    searched = search_files(read_db, vault, participant_id)
    lock_people_table(db)
    request = lock_row(db, DataRequest, _load_request(db, actor, request_id).id)
    traces = find_traces(db, vault, participant_id, searched)
    if list_obstacles(db, traces):
        raise Conflict(
            N_("The person can't be erased yet: see what stands in the way."), code="erasure-blocked"
        )
    erase_traces(db, actor, traces)
    settle(db, actor, request, DataRequestStatus.DONE, outcome)


def cancel_upcoming(db: Db, actor: Actor, request_id: int) -> int:
    """Cancel the person's registrations for sessions that have not begun, and return how many they were.

    A withdrawn consent ends those that rest on consent; an erasure ends all. Raises as `erase_person` does.
    """
    request = _load_request(db, actor, request_id)
    statement = (
        select(Registration)
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            col(Registration.participant_id) == request.participant_id,
            col(Registration.status) != RegistrationStatus.CANCELLED,
            col(WorkshopSession.starts_at) > now(),
        )
    )
    if request.kind is DataRequestKind.WITHDRAWAL:
        statement = statement.where(col(Registration.basis).in_((Basis.CONSENT, Basis.PAPER_CONSENT)))
    upcoming = db.scalars(statement.order_by(col(Registration.id))).all()
    for registration in upcoming:
        cancel_registration(db, actor, registration)
    return len(upcoming)


def erase_traces(db: Db, actor: Actor, traces: Traces) -> None:
    """Remove everything that identifies a person from all tables, and log how much that was.

    The caller has locked the people's table and found no obstacle. Queues the task that removes the bytes from the
    database's file as well.
    """
    person = traces.person
    subjects = [
        ("participant", str(person.id)),
        *(("registration", one.code) for one in traces.registrations),
        *(("attendance-import", f"{row.attendance_import_id}/{row.number}") for row in traces.rows),
    ]
    erase_logged_values(db, subjects=subjects, texts=traces.texts.log_texts)
    _delete_records(db, person.id, [registration.id for registration in traces.registrations])
    _empty_person(person)
    for registration in traces.registrations:
        _empty_registration(registration)
    empty_pictures_of_person(db, [one.id for one in traces.imports], traces.rows, traces.texts)
    for row in traces.rows:
        _empty_row(row)
    for row in traces.mentions:
        for name in ("cells", "result", "messages"):
            setattr(row, name, traces.texts.remove_from(getattr(row, name)))
    for uploaded_file in traces.files:
        _empty_file(uploaded_file, traces)
    for attendance_import in traces.imports:
        _empty_import(attendance_import, traces)
    for merge in traces.merges:
        _empty_merge(merge)
    for attachment in traces.attachments:
        attachment.caption = traces.texts.remove_from(attachment.caption)
        attachment.name = traces.texts.remove_from(attachment.name.replace("_", " "))
    _empty_documents(traces)
    _empty_batches(traces)
    _empty_requests(db, person.id)
    db.flush()
    after = {
        "registrations": len(traces.registrations),
        "rows": len(traces.rows),
        "files": len(traces.files),
    }
    log_activity(db, actor, "erase", "participant", person.id, after=after)
    queue_once(db, OutboxKind.RECLAIM_SPACE)


def _empty_documents(traces: Traces) -> None:
    """Remove the person's name and contacts from the texts of documents; texts without them stay as they were typed."""
    texts: list[tuple[SQLModel, str]] = [(row, name) for row in traces.letters for name in LETTER_TEXTS]
    texts += [(row, name) for row in traces.reports for name in REPORT_TEXTS]
    for row, name in texts:
        text = getattr(row, name)
        if traces.texts.occur_in_text(text):
            setattr(row, name, traces.texts.remove_from(text))


def _empty_batches(traces: Traces) -> None:
    """Remove the person's name and contacts from the names of batches and files, and from what lists said."""
    for batch in traces.batches:
        batch.name = traces.texts.remove_from(plain_name(batch.name))
    for batch_list in traces.batch_lists:
        if traces.texts.occur_in_text(plain_name(batch_list.path)):
            batch_list.path = traces.texts.remove_from(plain_name(batch_list.path))
        for name in BATCH_TEXTS:
            setattr(batch_list, name, traces.texts.remove_from(getattr(batch_list, name)))


def _count_attachments(db: Db, traces: Traces) -> dict[str, int]:
    """Return how much is attached to each of the person's sessions, by the session's code."""
    counts = Counter(attachment.workshop_session_id for attachment in traces.attachments)
    codes = select(col(WorkshopSession.id), col(WorkshopSession.code)).where(
        in_values(db, col(WorkshopSession.id), counts)
    )
    return {code: counts[id_] for id_, code in db.execute(codes.order_by(col(WorkshopSession.starts_at)))}


def _load_request(db: Db, actor: Actor, request_id: int) -> DataRequest:
    """Return the request by which a person may be erased. Raises as `erase_person` does, except for obstacles."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    request = get_request(db, actor, request_id)
    require_open(request)
    get_person_at_desk(db, actor, request.participant_id or 0)
    require_whole_person(db, actor, request)
    if request.kind not in {DataRequestKind.ERASURE, DataRequestKind.WITHDRAWAL}:
        raise Conflict(N_("This request does not ask for an erasure."), code="not-an-erasure")
    return request


def _delete_records(db: Db, participant_id: int, registration_ids: list[int]) -> None:
    """Delete the records of all tables that refer to the person or to a registration of theirs, but `KEPT_TABLES`.

    So a new table that refers to people is emptied without being named here."""
    for table in person_tables(without=KEPT_TABLES):
        db.execute(delete(table).where(refers_to_person(table, participant_id, registration_ids)))


def _empty_person(person: Participant) -> None:
    """Empty all columns of the registry of fields (`app.people.fields`), so that new fields go as well."""
    for field in PERSON_FIELDS:
        for column in field.columns:
            setattr(person, column, None)
    person.name, person.name_key = ERASED_NAME, ""
    person.latest_session_at = None
    person.erased_at = now()


def _empty_registration(registration: Registration) -> None:
    """Remove what was given for a registration. Kelurahan, RT, sex, group and status stay: the counts are made of them.

    It gets a new code, so that the old ticket leads nowhere.
    """
    registration.code = generate_registration_code()
    registration.name_given = registration.contact_phone = registration.contact_email = None
    registration.request_key = None
    if registration.outside_place is not None:
        registration.outside_place = OUTSIDE


def _empty_row(row: AttendanceImportRow) -> None:
    """Remove everything that a row of a list said, and the person that it names. Its kind and outcome stay."""
    row.cells, row.cells_encrypted, row.nik_encrypted = {}, None, None
    row.corrected, row.decision, row.messages = [], None, []
    row.participant_id = row.before = row.after = None
    row.result = {
        "values": {"name": ERASED_NAME},
        "registration": None,
        "attendance": row.result.get("attendance"),
        "stated_attendance": row.result.get("stated_attendance"),
        "changes": {},
        "facts": {},
    }


def _empty_file(uploaded_file: UploadedFile, traces: Traces) -> None:
    """Remove the content of a file, whatever kind of file it is, and the person's name from the file's name."""
    readable_name = uploaded_file.name.replace("_", " ")
    if traces.texts.occur_in_text(readable_name):
        uploaded_file.name = traces.texts.remove_from(readable_name)
    if uploaded_file.erased_at is None:
        uploaded_file.content, uploaded_file.erased_at = b"", now()


def _empty_import(attendance_import: AttendanceImport, traces: Traces) -> None:
    """Remove the preview of an import's file and what its columns quote of the person. Its counts stay."""
    attendance_import.preview = ""
    attendance_import.erased_at = now()
    for name in IMPORT_TEXTS:
        setattr(attendance_import, name, traces.texts.remove_from(getattr(attendance_import, name)))


def _empty_merge(merge: PeopleMerge) -> None:
    """Remove the names and the record that a merge kept for its undo, which is not possible any more."""
    merge.kept_name = merge.absorbed_name = ERASED_NAME
    merge.before, merge.after = {}, {}


def _empty_requests(db: Db, participant_id: int) -> None:
    """Remove what the person asked in their own words, and what they were told."""
    db.execute(
        update(DataRequest)
        .where(col(DataRequest.participant_id) == participant_id)
        .values(note="", outcome="")
    )
