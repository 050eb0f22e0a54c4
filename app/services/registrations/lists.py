"""Lists of people to register: uploaded like attendance sheets; their commit assigns seats."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Invalid, UnreadableFile
from app.i18n import N_, Translator
from app.models import (
    AttendanceImport,
    Channel,
    ImportPurpose,
    Message,
    Participant,
    Registration,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.areas.reference import load_reference
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.authorization import require_permission
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.states import store_states
from app.services.imports.upload import upload_sheet
from app.services.imports.writing import link_rows, store_distinct_people
from app.services.messages.notifications import notify
from app.services.registrations.list_writing import ListWriting
from app.services.registrations.requests import RegistrationRequest, require_open
from app.services.registrations.writer import MESSAGE_KINDS
from app.spreadsheets.pasted.lists import parse_pasted_list
from app.spreadsheets.progress import Progress, ignore_progress

PASTED = N_("pasted-list")


def upload_registration_list(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    file_name: str,
    content: bytes,
    choices: SheetChoices | None = None,
) -> AttendanceImport:
    """Store a list of people to register, with its rows judged for the review, and return the import.

    Raises `Conflict` for a session that is over or cancelled, and what `upload_sheet` raises. A session whose
    registration is closed or not open yet is accepted.
    """
    workshop_session = get_workshop_session(read_db, actor, session_code)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
    require_open(workshop_session, RegistrationRequest(Channel.ORGANIZER, overrule=True))
    purpose = ImportPurpose.REGISTRATION
    return upload_sheet(read_db, db, vault, actor, session_code, file_name, content, choices, purpose=purpose)


def upload_pasted_list(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    text: str,
    choices: SheetChoices | None,
    _: Translator,
) -> tuple[AttendanceImport, tuple[str, ...]]:
    """Store a pasted list for review as a .csv file; return the import and the lines that were left out.

    Raises `Invalid` if the text has no names, and what `upload_registration_list` does.
    """
    pasted = parse_pasted_list(text, load_reference(read_db), _)
    name = f"{_(PASTED)}.csv"
    try:
        attendance_import = upload_registration_list(
            read_db, db, vault, actor, session_code, name, pasted.content, choices
        )
    except UnreadableFile as error:
        text = N_("Nobody was found in this text. Write one person per line, such as: Ani – Manggar – 0812…")
        raise Invalid(text, fields={"text": text}) from error
    return attendance_import, pasted.left_out


def register_list(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    *,
    overrule: bool,
    progress: Progress = ignore_progress,
) -> None:
    """Register the rows of an import that is being committed, in the list's order: each gets a seat or waits.

    With `overrule` all of them get a seat, whatever the caps. Of people who are registered already only blanks are
    filled in. The rows are linked to new people, and the states that undo needs are stored. `commit_import` has
    required the permission and locked the people table and the session's row; nobody is told yet (`notify_listed`).
    """
    writing = ListWriting(db, vault, actor, attendance_import, workshop_session, overrule=overrule)
    people = {row.number: row.person for row in writing.rows if row.person is not None}
    before = {number: writing.current.state(person_id) for number, person_id in people.items()}
    created = writing.write(progress)
    link_rows(db, attendance_import.id, created)
    store_distinct_people(db, actor, attendance_import.id, writing.rows)
    store_states(db, attendance_import, people, before, writing.current.people)


def notify_listed(
    db: Db, attendance_import: AttendanceImport, *, after: int = 0, limit: int | None = None
) -> int | None:
    """Write and queue the messages to people whom a committed list has registered: that they have a seat, or wait.

    At most `limit` registrations are looked at, those with an id above `after`; returns the last id, None if there are
    none left. A registration that has got a message since then gets none, so a second call tells nobody twice.
    """
    told = select(col(Message.id)).where(
        col(Message.registration_id) == col(Registration.id),
        col(Message.created_at) >= attendance_import.committed_at,
    )
    rows = db.execute(
        # With the others, so that `notify` needs no query for each registration.
        select(Registration, Participant, WorkshopSession, Workshop)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(
            col(Registration.workshop_session_id) == attendance_import.workshop_session_id,
            col(Registration.created_at) == attendance_import.committed_at,
            col(Registration.status).in_(MESSAGE_KINDS),
            col(Registration.id) > after,
            ~told.exists(),
        )
        .order_by(col(Registration.id))
        .limit(limit)
    ).all()
    for status, kind in MESSAGE_KINDS.items():
        notify(db, kind, *(row[0] for row in rows if row[0].status is status))
    return rows[-1][0].id if rows else None
