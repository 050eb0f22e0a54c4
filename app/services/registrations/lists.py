"""Lists of people to register: uploaded like attendance sheets; their commit assigns seats."""

from dataclasses import replace

from app.database import Db
from app.errors import Invalid, UnreadableFile
from app.i18n import N_, Translator
from app.models import AttendanceImport, Channel, ImportPurpose, Registration, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.areas.reference import load_reference
from app.queries.imports.rows import load_rows_to_write
from app.queries.privacy.notices import get_current_notice
from app.queries.registrations.seats import get_seats
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.authorization import require_permission
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.states import load_current_state, store_states
from app.services.imports.upload import upload_sheet
from app.services.imports.writing import link_rows, store_distinct_people
from app.services.registrations.requests import RegistrationRequest, require_open
from app.services.registrations.writer import RegistrationWriter
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.pasted.lists import parse_pasted_list
from app.spreadsheets.progress import Progress, ignore_progress, report_progress

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
    required the permission and locked the people table and the session's row.
    """
    to_write = load_rows_to_write(db, attendance_import.id)
    known = {row.person for row in to_write.rows if row.person is not None}
    current = load_current_state(db, attendance_import, known)
    before = {row.number: current.state(row.person) for row in to_write.rows if row.person is not None}
    request = RegistrationRequest(
        Channel.ORGANIZER, language="id", overrule=overrule, basis=attendance_import.basis
    )
    seats, notice = get_seats(db, workshop_session), get_current_notice(db).version
    writer = RegistrationWriter(db, vault, actor, workshop_session, request, seats, notice)

    def register_row(judged: JudgedRow) -> Registration:
        if encrypted_nik := to_write.niks.get(judged.number):
            judged = replace(judged, values=replace(judged.values, nik=vault.decrypt(encrypted_nik)))
        if judged.registration is None or judged.person is None:
            return writer.write(judged)
        registration: Registration = current.registrations[judged.person]
        writer.complete(current.people[judged.person], registration, judged)
        return registration

    registrations = [register_row(judged) for judged in report_progress(to_write.rows, progress)]
    link_rows(
        db,
        attendance_import.id,
        {
            row.number: registration.participant_id
            for row, registration in zip(to_write.rows, registrations, strict=True)
            if row.person is None
        },
    )
    store_distinct_people(db, actor, attendance_import.id, to_write.rows)
    store_states(
        db, attendance_import, {row.number: row.person for row in to_write.rows if row.person}, before
    )
