"""What the documents of a workshop are made of: texts that were written for them, figures, and attendance lists."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

from babel.lists import format_list
from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Forbidden
from app.i18n import N_, Translator, full_weekday_text, wita, wita_today
from app.models import (
    Area,
    Attendance,
    AttendanceStatus,
    Participant,
    Registration,
    SessionLetters,
    SessionMode,
    Venue,
    Workshop,
    WorkshopReport,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission, Scope
from app.queries.areas import reference
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.evidence.attachments import AttachmentView, list_photos, load_content
from app.queries.in_values import in_values
from app.queries.installation.letterhead import get_letterhead
from app.queries.people.participants import place_name
from app.queries.people.records import shown_name
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import (
    COUNTED_AS_REGISTERED,
    WorkshopSessionView,
    list_workshop_sessions,
)
from app.queries.workshops.workshops import WorkshopView, get_workshop_view
from app.reports.activity.activity import Activity, ListedPerson, SessionFacts
from app.reports.activity.document import Picture
from app.reports.activity.texts import (
    LetterTexts,
    ReportTexts,
    suggest_letter_texts,
    suggest_report_texts,
)
from app.reports.coverage.breakdowns import PILLARS, Pillar
from app.reports.coverage.report import CoverageReport
from app.reports.official import Signatory

MAX_PHOTOS = 12
"""In a report; all are with their sessions."""

Texts = TypeVar("Texts", ReportTexts, LetterTexts)

# msgids
OUTCOMES = {
    AttendanceStatus.PRESENT: N_("Present"),
    AttendanceStatus.ABSENT: N_("Absent"),
    AttendanceStatus.EXCUSED: N_("Excused"),
}
MODES = {
    SessionMode.LURING: N_("In person"),
    SessionMode.DARING: N_("Online"),
    SessionMode.HYBRID: N_("In person and online"),
}


def can_make_report(actor: Actor) -> bool:
    """Return whether the actor sees whole workshops: staff, who see single sessions, make no report of one."""
    return actor.scope(Permission.WORKSHOP_READ) in {Scope.ALL, Scope.OWN}


def load_activity(
    db: Db, actor: Actor, workshop_code: str, _: Translator, *, vault: NikVault | None = None
) -> Activity:
    """Return what a workshop's report tells; with a `vault` also who took part: attendance lists and photos.

    Raises `NotFound` if the workshop is out of the actor's scope, and `Forbidden` for staff, and for names without
    `PARTICIPANT_READ`.
    """
    workshop = get_workshop_view(db, actor, workshop_code)
    if not can_make_report(actor):
        raise Forbidden(N_("The report of a whole workshop is made by its organizer."))
    if vault:
        actor.require(Permission.PARTICIPANT_READ)
    sessions = _list_sessions(db, actor, workshop_code)
    photos = list_photos(db, workshop.id)
    labels = {group.code: group.label for group in reference.list_target_groups(db, "id")}
    return Activity(
        code=workshop.code,
        title=workshop.title,
        organization=workshop.organization,
        pillar=_(PILLARS[cast("Pillar", workshop.pillar)]) if workshop.pillar else "",
        groups=tuple(labels[code] for code in labels if code in workshop.target_groups),
        sessions=load_session_facts(db, sessions, _),
        coverage=_build_coverage(db, actor, workshop_code, sessions),
        photos=tuple(_to_picture(db, vault, photo, _) for photo in photos[:MAX_PHOTOS]) if vault else (),
        photo_count=len(photos),
        lists=_load_lists(db, actor, sessions, labels, _) if vault else None,
    )


def _list_sessions(db: Db, actor: Actor, workshop_code: str) -> list[WorkshopSessionView]:
    """Return the sessions of a workshop that are not cancelled, the earliest first."""
    sessions = list_workshop_sessions(db, actor, workshop_code)
    return [session for session in sessions if session.cancelled_at is None]


def _build_coverage(
    db: Db, actor: Actor, workshop_code: str, sessions: list[WorkshopSessionView]
) -> CoverageReport:
    """Return the coverage report of the workshop from its first to its last session."""
    days = [wita(session.starts_at).date() for session in sessions]
    filters = CoverageFilters(
        from_=min(days, default=None), to=max(days, default=None), workshop=workshop_code
    )
    return build_coverage_report(db, actor, filters, "id")


def load_session_facts(
    db: Db, sessions: Collection[WorkshopSessionView], _: Translator
) -> tuple[SessionFacts, ...]:
    """Return what documents tell of sessions, in their order."""
    statement = (
        select(col(WorkshopSession.id), col(Venue.address))
        .join(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(in_values(db, col(WorkshopSession.id), [session.id for session in sessions]))
    )
    addresses = {row.id: row.address for row in db.execute(statement)}
    return tuple(
        SessionFacts(
            code=session.code,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            mode=_(MODES[SessionMode(session.mode)]),
            venue=session.venue,
            address=addresses.get(session.id, ""),
            online_link=session.online_link,
            registered=session.registered,
            present=session.present,
            excused=session.excused,
            absent=session.absent,
        )
        for session in sessions
    )


def _load_lists(
    db: Db,
    actor: Actor,
    sessions: list[WorkshopSessionView],
    group_labels: Mapping[str, str],
    _: Translator,
) -> dict[str, tuple[ListedPerson, ...]]:
    """Return the people with a seat in each session by its code, sorted by name."""
    codes = {session.id: session.code for session in sessions}
    statement = (
        select(Registration, shown_name(), col(Area.name), col(Attendance.status))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            in_values(db, col(Registration.workshop_session_id), codes),
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            registrations_within(actor, Permission.PARTICIPANT_READ),
        )
        .order_by(col(Registration.id))
    )
    people: dict[str, list[ListedPerson]] = {code: [] for code in codes.values()}
    for registration, name, kelurahan, outcome in db.execute(statement):
        people[codes[registration.workshop_session_id]].append(
            ListedPerson(
                name=name,
                sex=registration.sex.value if registration.sex else "",
                place=place_name(kelurahan, registration.outside_place),
                target_group=group_labels[registration.target_group_code],
                outcome=_(OUTCOMES[outcome]) if outcome else "",
            )
        )
    # Sorted here, because SQLite and PostgreSQL sort names differently.
    return {
        code: tuple(sorted(listed, key=lambda person: person.name.casefold()))
        for code, listed in people.items()
    }


def _to_picture(db: Db, vault: NikVault, photo: AttachmentView, _: Translator) -> Picture:
    """Return a photo with its caption and the day of its session."""
    day = full_weekday_text(wita(photo.session_starts_at).date(), "id")
    return Picture(
        content=load_content(db, vault, photo.id),
        media_type=photo.media_type,
        width=photo.width or 1,
        height=photo.height or 1,
        caption=f"{photo.caption} ({day})" if photo.caption else day,
    )


def get_report_texts(db: Db, actor: Actor, workshop_code: str, _: Translator) -> ReportTexts:
    """Return the texts of a workshop's report as they were saved, else those to begin with.

    Raises `NotFound` if the workshop is out of the actor's scope.
    """
    workshop = get_workshop_view(db, actor, workshop_code)
    saved = db.get(WorkshopReport, workshop.id)
    return _read_texts(ReportTexts, saved) if saved else _suggest_report_texts(db, workshop, _)


def _suggest_report_texts(db: Db, workshop: WorkshopView, _: Translator) -> ReportTexts:
    """Return the texts to begin with: what is known of the workshop, and of the organization's report before."""
    earlier = db.scalars(
        select(WorkshopReport)
        .join(Workshop, col(Workshop.id) == col(WorkshopReport.workshop_id))
        .where(col(Workshop.organization_id) == workshop.organization_id)
        .order_by(col(WorkshopReport.updated_at).desc(), col(WorkshopReport.workshop_id).desc())
        .limit(1)
    ).first()
    labels = {group.code: group.label for group in reference.list_target_groups(db, "id")}
    groups = [labels[code] for code in labels if code in workshop.target_groups]
    latest = workshop.latest_starts_at
    return suggest_report_texts(
        workshop.title,
        workshop.description,
        format_list(groups, locale="id") if groups else _("citizens"),
        get_letterhead(db).city,
        (wita(latest).date() if latest else wita_today()).year,
        wita_today(),
        _read_texts(ReportTexts, earlier) if earlier else None,
        _,
    )


def get_letter_texts(db: Db, actor: Actor, session: WorkshopSessionView, _: Translator) -> LetterTexts:
    """Return the texts of a session's letters as they were saved, else those to begin with."""
    saved = db.get(SessionLetters, session.id)
    if saved:
        return _read_texts(LetterTexts, saved)
    report = get_report_texts(db, actor, session.workshop_code, _)
    return suggest_letter_texts(session.workshop_title, wita_today(), report.signatories, _)


def _read_texts(kind: type[Texts], row: WorkshopReport | SessionLetters) -> Texts:
    """Return the texts of a row; its signatories are read from JSON."""
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(kind)}
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(Signatory(**signatory) for signatory in value)
    return kind(**values)
