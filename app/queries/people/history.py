"""A participant's registrations and attendance, with the sheets and rows that they come from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import (
    Area,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    Registration,
    TargetGroup,
    UploadedFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.imports.changes import ChangeTexts, FieldChange
from app.queries.imports.minutes import find_stored_minutes_rule
from app.queries.imports.photos import find_signatures
from app.queries.imports.rows import WRITTEN, registration_of_row
from app.queries.people.participants import place_name
from app.queries.scope import registrations_within
from app.spreadsheets.attendance.minutes import MinutesRule


@dataclass(frozen=True)
class SourceView:
    """A row of a sheet that a registration comes from, so that figures can be traced back to the paper.

    `changes` are the values that the row changed of what was recorded before. `minutes` in an online meeting decided
    the attendance by `minutes_rule`; both are None where a mark or nothing did.
    """

    import_id: int
    file_name: str
    sheet: str
    row: int
    uploaded_by: str | None
    uploaded_at: datetime
    status: str
    changes: tuple[FieldChange, ...]
    minutes: int | None
    minutes_rule: MinutesRule | None


@dataclass(frozen=True)
class PersonRegistration:
    """A registration with place and group as they were then, its attendance, and its sources.

    `has_signature` tells whether there is a photo of the line that the person signed, or was one.
    """

    id: int
    code: str
    status: str
    session_code: str
    session_starts_at: datetime
    workshop_title: str
    place: str
    rt: str | None
    target_group: str
    attendance: str | None
    basis: str
    consent_notice: str | None
    consented_at: datetime | None
    informed_at: datetime | None
    created_at: datetime
    recorded_at: datetime | None
    recorded_by: str | None
    attendance_import_id: int | None
    has_signature: bool
    sources: tuple[SourceView, ...]


def list_participant_registrations(
    db: Db, actor: Actor, participant_id: int, language: Language
) -> list[PersonRegistration]:
    """Return a participant's registrations of any status, the session that starts last first.

    Only registrations within the actor's scope for seeing participants; target groups are labels in the language.
    """
    label = TargetGroup.label_id if language == "id" else TargetGroup.label_en
    statement = (
        select(
            Registration,
            WorkshopSession,
            col(Workshop.title),
            col(Area.name),
            col(label),
            Attendance,
            col(User.name),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(TargetGroup, col(TargetGroup.code) == col(Registration.target_group_code))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .outerjoin(User, col(User.id) == col(Attendance.recorded_by))
        .where(
            col(Registration.participant_id) == participant_id,
            registrations_within(actor, Permission.PARTICIPANT_READ),
        )
        .order_by(col(WorkshopSession.starts_at).desc(), col(Registration.id).desc())
    )
    rows = db.execute(statement).all()
    ids = [row[0].id for row in rows]
    sources, signatures = _sources(db, ids, ChangeTexts(db, language)), find_signatures(db, ids)
    return [
        PersonRegistration(
            id=registration.id,
            code=registration.code,
            status=registration.status.value,
            session_code=workshop_session.code,
            session_starts_at=workshop_session.starts_at,
            workshop_title=title,
            place=place_name(kelurahan, registration.outside_place),
            rt=registration.rt,
            target_group=target_group,
            attendance=attendance.status.value if attendance else None,
            basis=registration.basis.value,
            consent_notice=registration.consent_notice,
            consented_at=registration.consented_at,
            informed_at=registration.informed_at,
            created_at=registration.created_at,
            recorded_at=attendance.recorded_at if attendance else None,
            recorded_by=recorded_by,
            attendance_import_id=attendance.attendance_import_id if attendance else None,
            has_signature=registration.id in signatures,
            sources=tuple(sources.get(registration.id, ())),
        )
        for registration, workshop_session, title, kelurahan, target_group, attendance, recorded_by in rows
    ]


def _sources(db: Db, registration_ids: Collection[int], texts: ChangeTexts) -> dict[int, list[SourceView]]:
    """Return the rows that registrations come from, by registration id, the oldest upload first."""
    row = AttendanceImportRow
    statement = (
        select(
            col(Registration.id),
            col(row.number),
            col(row.before),
            col(row.after),
            col(row.result),
            AttendanceImport,
            col(UploadedFile.name),
            col(User.name),
        )
        .select_from(Registration)
        .join(row, col(row.participant_id) == col(Registration.participant_id))
        .join(
            AttendanceImport,
            (col(AttendanceImport.id) == col(row.attendance_import_id)) & registration_of_row(),
        )
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .outerjoin(User, col(User.id) == col(AttendanceImport.uploaded_by))
        .where(
            col(Registration.id).in_(registration_ids),
            col(AttendanceImport.committed_at).is_not(None),
            col(row.kind).in_(WRITTEN),
        )
        .order_by(col(AttendanceImport.id), col(row.number))
    )
    sources: dict[int, list[SourceView]] = {}
    for (
        registration_id,
        number,
        before,
        after,
        result,
        attendance_import,
        file_name,
        uploaded_by,
    ) in db.execute(statement):
        sources.setdefault(registration_id, []).append(
            SourceView(
                import_id=attendance_import.id,
                file_name=file_name,
                sheet=attendance_import.sheet or "",
                row=number,
                uploaded_by=uploaded_by,
                uploaded_at=attendance_import.uploaded_at,
                status=attendance_import.status.value,
                changes=texts.compare_states(before, after),
                minutes=result.get("minutes"),
                minutes_rule=find_stored_minutes_rule(attendance_import),
            )
        )
    return sources
