"""Finds everything that names one person, wherever it is stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, select
from sqlalchemy.orm import Mapped, defer
from sqlmodel import col

from app.database import Db
from app.models import (
    Attachment,
    AttendanceImport,
    AttendanceImportRow,
    BatchList,
    BatchListState,
    ImportStatus,
    Message,
    Participant,
    PeopleMerge,
    PhotoPageState,
    Registration,
    RegistrationStatus,
    RosterPhoto,
    SessionLetters,
    UploadBatch,
    UploadedFile,
    WorkshopReport,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.identifying import IdentifyingTexts
from app.people.values.cells import cell_text
from app.people.values.names import name_key
from app.queries.imports.rows import row_cells
from app.queries.imports.stored_files import decrypt_file, is_kept, texts_in_file
from app.queries.in_values import in_values

OPEN_STATUSES = (ImportStatus.READING, ImportStatus.REVIEW, ImportStatus.COMMITTING)


@dataclass(frozen=True)
class Traces:
    """Where one person is named.

    `rows` are the import rows about them, `mentions` rows about others whose cells or remarks name them; `files` are
    the uploaded files that contain them, `imports` all imports of these files. `merges` have their names or their
    record. `attachments` are the pictures and PDFs of their sessions, which may show the person: without their content.
    `letters` and `reports` are the texts written for documents of their sessions and workshops, which may name them.
    `batches` and `batch_lists` name them by a file's name, a sheet or a letterhead, or have one of the files.
    """

    person: Participant
    texts: IdentifyingTexts
    registrations: Sequence[Registration]
    rows: Sequence[AttendanceImportRow]
    mentions: Sequence[AttendanceImportRow]
    files: Sequence[UploadedFile]
    imports: Sequence[AttendanceImport]
    merges: Sequence[PeopleMerge]
    attachments: Sequence[Attachment]
    letters: Sequence[SessionLetters]
    reports: Sequence[WorkshopReport]
    batches: Sequence[UploadBatch]
    batch_lists: Sequence[BatchList]


BATCH_TEXTS = ("path", "sheet", "stated", "new_session", "failure")
"""The columns of a batch's list that quote names of files and sheets, and letterheads."""


@dataclass(frozen=True)
class FileSearch:
    """Which files name a person with these texts: True or False by the file's hash and name."""

    texts: IdentifyingTexts
    files: Mapping[tuple[str, str], bool]


@dataclass(frozen=True)
class Obstacle:
    """Why a person can't be erased yet: an upload that names them is open, or a session of theirs is still to come.

    The upload is an import or, as long as its list is not judged, a batch.
    """

    import_id: int | None = None
    batch_id: int | None = None
    file_name: str = ""
    registration_code: str = ""
    starts_at: datetime | None = None


def search_files(read_db: Db, vault: NikVault, participant_id: int) -> FileSearch:
    """Return which of the kept files name a person. Reads the content of all of them, so it takes a while.

    Nobody may have to wait for it: call it before the transaction that changes something takes its locks, and give the
    result to `find_traces`.
    """
    texts = _find_own(read_db, vault, participant_id).texts
    files = select(col(UploadedFile.id), col(UploadedFile.sha256), col(UploadedFile.name))
    return FileSearch(
        texts,
        {
            (sha256, name): _names_person(read_db, vault, id_, texts)
            for id_, sha256, name in read_db.execute(files).all()
        },
    )


def find_traces(db: Db, vault: NikVault, participant_id: int, searched: FileSearch | None = None) -> Traces:
    """Return everything that names a person.

    Reads the content of all kept files but those of `searched`, as far as the person has the same texts by now. A name,
    phone or e-mail address that another person has too does not tell whose it is, and is not looked for.
    """
    own = _find_own(db, vault, participant_id)
    person, texts, registrations, merges = own.person, own.texts, own.registrations, own.merges
    rows = _add_repeated(db, [*own.rows, *_find_unassigned_rows(db, vault, texts)])
    known = searched.files if searched and searched.texts == texts else {}
    import_ids = {row.attendance_import_id for row in rows} | _find_imports_with_unread_pages(
        db, registrations
    )
    files = _find_files(db, vault, texts, import_ids, known)
    imports = db.scalars(
        select(AttendanceImport)
        .where(in_values(db, col(AttendanceImport.uploaded_file_id), [file.id for file in files]))
        .order_by(col(AttendanceImport.id))
    ).all()
    return Traces(
        person=person,
        texts=texts,
        registrations=registrations,
        rows=rows,
        mentions=_find_mentions(db, texts, person.id),
        files=files,
        imports=imports,
        merges=merges,
        attachments=_find_attachments(db, registrations),
        letters=_find_letters(db, registrations),
        reports=_find_reports(db, registrations),
        batches=[
            batch for batch in db.scalars(select(UploadBatch)) if texts.occur_in_text(plain_name(batch.name))
        ],
        batch_lists=_find_batch_lists(db, texts, files),
    )


@dataclass(frozen=True)
class _OwnData:
    """What is stored as the person's own, and the texts in it by which they are known."""

    person: Participant
    registrations: Sequence[Registration]
    rows: Sequence[AttendanceImportRow]
    merges: Sequence[PeopleMerge]
    texts: IdentifyingTexts


def _find_own(db: Db, vault: NikVault, participant_id: int) -> _OwnData:
    person = db.get_one(Participant, participant_id)
    registrations = db.scalars(
        select(Registration)
        .where(col(Registration.participant_id) == participant_id)
        .order_by(col(Registration.id))
    ).all()
    merges = _find_merges(db, participant_id)
    rows = _list_rows(db, col(AttendanceImportRow.participant_id) == participant_id)
    texts = _collect_texts(db, vault, person, registrations, rows, merges)
    return _OwnData(person, registrations, rows, merges, texts)


def list_obstacles(db: Db, traces: Traces) -> list[Obstacle]:
    """Return what stands in the way of erasing a person; none if nothing does."""
    names = {file.id: file.name for file in traces.files}
    open_imports = [
        Obstacle(import_id=one.id, file_name=names[one.uploaded_file_id])
        for one in traces.imports
        if one.status in OPEN_STATUSES
    ]
    open_batches = {
        one.upload_batch_id: Obstacle(batch_id=one.upload_batch_id, file_name=one.path)
        for one in traces.batch_lists
        if one.uploaded_file_id in names
        and one.attendance_import_id is None
        and one.state in (BatchListState.WAITING, BatchListState.READ)
    }
    to_come = db.execute(
        select(col(Registration.code), col(WorkshopSession.starts_at))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            col(Registration.participant_id) == traces.person.id,
            col(Registration.status) != RegistrationStatus.CANCELLED,
            col(WorkshopSession.ends_at) > now(),
            col(WorkshopSession.cancelled_at).is_(None),
        )
        .order_by(col(WorkshopSession.starts_at))
    )
    return [*open_imports, *open_batches.values()] + [
        Obstacle(registration_code=code, starts_at=starts_at) for code, starts_at in to_come
    ]


def count_messages(db: Db, registrations: Iterable[Registration]) -> int:
    """Return how many messages were written about these registrations."""
    ids = [registration.id for registration in registrations]
    statement = select(func.count()).select_from(Message)
    return db.scalar(statement.where(in_values(db, col(Message.registration_id), ids))) or 0


def _collect_texts(
    db: Db,
    vault: NikVault,
    person: Participant,
    registrations: Sequence[Registration],
    rows: Sequence[AttendanceImportRow],
    merges: Sequence[PeopleMerge],
) -> IdentifyingTexts:
    """Return the texts that name the person: of the record, of registrations, of their rows and of merged records."""
    records: list[dict[str, Any]] = [person.model_dump(), *_merged_records(merges, person.id)]
    records += [
        {"name": one.name_given, "phone": one.contact_phone, "email": one.contact_email}
        for one in registrations
    ]
    for row in rows:
        cells = row_cells(row, vault)
        records.append(row.result.get("values", {}) | {"nik_encrypted": row.nik_encrypted})
        records.append({name: cell_text(cells.get(name)) for name in ("name", "email")})

    def values(name: str) -> set[str]:
        return {record[name].strip() for record in records if record.get(name)} - {""}

    return IdentifyingTexts(
        names=frozenset(_own_names(db, person, values("name") | values("name_key"))),
        phones=frozenset(_own_contacts(db, person, col(Participant.phone), values("phone"))),
        emails=frozenset(_own_contacts(db, person, col(Participant.email), values("email"))),
        niks=frozenset(vault.decrypt(encrypted) for encrypted in values("nik_encrypted")),
        nik_keys=frozenset(values("nik_key")),
    )


def _own_names(db: Db, person: Participant, names: Collection[str]) -> set[str]:
    """Return those of the names that no other person has: a namesake's rows and log lines are not this person's."""
    keys = {name: name_key(name) for name in names}
    of_others = select(col(Participant.name_key)).where(
        col(Participant.id) != person.id, in_values(db, col(Participant.name_key), set(keys.values()))
    )
    shared = set(db.scalars(of_others))
    return {name for name, key in keys.items() if key not in shared}


def _own_contacts(
    db: Db, person: Participant, column: Mapped[str | None], contacts: Collection[str]
) -> set[str]:
    """Return those of the phones or e-mail addresses that no other person has: families share them."""
    of_others = select(column).where(col(Participant.id) != person.id, in_values(db, column, contacts))
    return set(contacts) - set(db.scalars(of_others))


def plain_name(path: str) -> str:
    """Return the name of a file as words, in which people's names are looked for."""
    return path.replace("_", " ")


def _find_batch_lists(db: Db, texts: IdentifyingTexts, files: Iterable[UploadedFile]) -> list[BatchList]:
    """Return the lists of batches that name the person, and those of these files."""
    file_ids = {file.id for file in files}
    return [
        one
        for one in db.scalars(select(BatchList).order_by(col(BatchList.id)))
        if one.uploaded_file_id in file_ids
        or texts.occur_in([plain_name(one.path), *(getattr(one, name) for name in BATCH_TEXTS)])
    ]


def _find_attachments(db: Db, registrations: Collection[Registration]) -> Sequence[Attachment]:
    """Return what is attached to the person's sessions, without the content."""
    session_ids = {registration.workshop_session_id for registration in registrations}
    statement = (
        select(Attachment)
        .where(in_values(db, col(Attachment.workshop_session_id), session_ids))
        .options(defer(Attachment.content_encrypted), defer(Attachment.thumbnail_encrypted))  # type: ignore[arg-type]
        .order_by(col(Attachment.id))
    )
    return db.scalars(statement).all()


def _find_letters(db: Db, registrations: Collection[Registration]) -> Sequence[SessionLetters]:
    """Return the texts of invitations and minutes of the person's sessions."""
    session_ids = {registration.workshop_session_id for registration in registrations}
    return db.scalars(
        select(SessionLetters).where(in_values(db, col(SessionLetters.workshop_session_id), session_ids))
    ).all()


def _find_reports(db: Db, registrations: Collection[Registration]) -> Sequence[WorkshopReport]:
    """Return the texts of reports on the workshops of the person's sessions."""
    session_ids = {registration.workshop_session_id for registration in registrations}
    workshop_ids = select(col(WorkshopSession.workshop_id)).where(
        in_values(db, col(WorkshopSession.id), session_ids)
    )
    return db.scalars(select(WorkshopReport).where(col(WorkshopReport.workshop_id).in_(workshop_ids))).all()


def _merged_records(merges: Iterable[PeopleMerge], participant_id: int) -> list[dict[str, Any]]:
    """Return the records that were merged into the person's, from what is kept of the merges."""
    records: list[dict[str, Any]] = []
    for merge in merges:
        if merge.undone_at is None:
            records += [{"name": merge.absorbed_name}, {"name": merge.kept_name}]
            records += [record for record in merge.before.get("people", ()) if record["id"] != participant_id]
    return records


def _find_merges(db: Db, participant_id: int) -> list[PeopleMerge]:
    """Return the merges in which the person's record took part, and those of the records that it absorbed."""
    ids, merges = {participant_id}, dict[int, PeopleMerge]()
    further = {participant_id}
    while further:
        found = db.scalars(
            select(PeopleMerge).where(
                or_(
                    in_values(db, col(PeopleMerge.kept_id), further),
                    in_values(db, col(PeopleMerge.absorbed_id), further),
                )
            )
        ).all()
        merges |= {merge.id: merge for merge in found}
        further = {
            merge.absorbed_id for merge in found if merge.undone_at is None and merge.kept_id in ids
        } - ids
        ids |= further
    return list(merges.values())


def _list_rows(db: Db, condition: ColumnElement[bool]) -> Sequence[AttendanceImportRow]:
    """Return the import rows that meet the condition, in the order of their keys."""
    row = AttendanceImportRow
    return db.scalars(
        select(row).where(condition).order_by(col(row.attendance_import_id), col(row.number))
    ).all()


def _find_unassigned_rows(db: Db, vault: NikVault, texts: IdentifyingTexts) -> list[AttendanceImportRow]:
    """Return the rows that nobody was recognised in, such as skipped ones, and that name the person."""
    row = AttendanceImportRow
    may_match = or_(
        _may_contain(texts, col(row.cells), col(row.result), col(row.messages)),
        col(row.cells_encrypted).is_not(None),
        col(row.nik_encrypted).is_not(None),
    )
    found = []
    for candidate in _list_rows(db, and_(col(row.participant_id).is_(None), may_match)):
        cells = {field: cell_text(cell) for field, cell in row_cells(candidate, vault).items()}
        nik = vault.decrypt(candidate.nik_encrypted) if candidate.nik_encrypted else ""
        if nik in texts.niks or texts.occur_in([cells, candidate.result, candidate.messages]):
            found.append(candidate)
    return found


def _add_repeated(db: Db, rows: Sequence[AttendanceImportRow]) -> list[AttendanceImportRow]:
    """Return the rows, and those of the same imports that repeat one of them."""
    row = AttendanceImportRow
    numbers: dict[int, set[int]] = {}
    for found in rows:
        numbers.setdefault(found.attendance_import_id, set()).add(found.number)
    by_key = {(found.attendance_import_id, found.number): found for found in rows}
    for import_id, of_import in numbers.items():
        is_repeated = and_(
            col(row.attendance_import_id) == import_id, in_values(db, col(row.of_number), of_import)
        )
        for repeated in _list_rows(db, is_repeated):
            by_key[repeated.attendance_import_id, repeated.number] = repeated
    return list(by_key.values())


def _find_mentions(db: Db, texts: IdentifyingTexts, participant_id: int) -> list[AttendanceImportRow]:
    """Return the rows about other people that name the person: in a remark, as a candidate or a possible mistake, or in
    a cell, such as a note that says who brought them. Encrypted cells, which have a NIK in them, are not searched.
    """
    row = AttendanceImportRow
    of_others = and_(
        col(row.participant_id).is_not(None),
        col(row.participant_id) != participant_id,
        _may_contain(texts, col(row.cells), col(row.result), col(row.messages)),
    )
    return [
        found
        for found in _list_rows(db, of_others)
        if texts.occur_in([found.cells, found.result, found.messages])
    ]


def _may_contain(texts: IdentifyingTexts, *columns: Any) -> ColumnElement[bool]:
    """Return the condition that one of the columns may contain one of the texts."""
    conditions = [
        cast(column, String).icontains(word, autoescape=True)
        for column in columns
        for word in texts.search_words
    ]
    return or_(false(), *conditions)


def _find_imports_with_unread_pages(db: Db, registrations: Collection[Registration]) -> set[int]:
    """Return the ids of imports of the person's sessions with the picture of a page that could not be read: nobody
    knows who is on it.
    """
    session_ids = {registration.workshop_session_id for registration in registrations}
    statement = (
        select(col(AttendanceImport.id))
        .join(RosterPhoto, col(RosterPhoto.attendance_import_id) == col(AttendanceImport.id))
        .where(
            in_values(db, col(AttendanceImport.workshop_session_id), session_ids),
            col(RosterPhoto.state) == PhotoPageState.UNREADABLE,
            func.length(col(RosterPhoto.picture_encrypted)) > 0,
        )
    )
    return set(db.scalars(statement))


def _find_files(
    db: Db,
    vault: NikVault,
    texts: IdentifyingTexts,
    import_ids: Collection[int],
    known: Mapping[tuple[str, str], bool],
) -> list[UploadedFile]:
    """Return the files of these imports, and all others whose name or kept content has one of the texts.

    `known` says of the files that were searched before whether that is so.
    """
    of_imports = set(
        db.scalars(
            select(col(AttendanceImport.uploaded_file_id)).where(
                in_values(db, col(AttendanceImport.id), import_ids)
            )
        )
    )
    files = select(col(UploadedFile.id), col(UploadedFile.sha256), col(UploadedFile.name))
    found = []
    for id_, sha256, name in db.execute(files.order_by(col(UploadedFile.id))).all():
        is_known = known.get((sha256, name))
        if id_ in of_imports or (_names_person(db, vault, id_, texts) if is_known is None else is_known):
            found.append(db.get_one(UploadedFile, id_))
    return found


def _names_person(db: Db, vault: NikVault, file_id: int, texts: IdentifyingTexts) -> bool:
    """Return whether a file has one of the texts. Afterwards its content is not in memory any more."""
    uploaded_file = db.get_one(UploadedFile, file_id)
    is_named = _contains_person(vault, uploaded_file, texts)
    db.expunge(uploaded_file)
    return is_named


def _contains_person(vault: NikVault, uploaded_file: UploadedFile, texts: IdentifyingTexts) -> bool:
    """Return whether a file's name, or its content if that is kept, has one of the texts in it."""
    if texts.occur_in_text(uploaded_file.name.replace("_", " ")):
        return True
    if not is_kept(uploaded_file):
        return False
    content = decrypt_file(vault, uploaded_file)
    return any(texts.occur_in_text(text) for text in texts_in_file(content))
