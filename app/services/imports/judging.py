"""Judge the rows of a sheet against the database, for an upload, a correction or a commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import and_, col, or_, select

from app.database import Db
from app.i18n import wita
from app.models import Activity, ImportPurpose, SessionMode, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.known import KnownPeople, KnownPerson, KnownRegistration, MatchKeys
from app.people.matching import Decision
from app.queries.areas.reference import load_reference
from app.queries.imports.earlier_lists import find_earlier_import, load_earlier_rows
from app.queries.imports.minutes import get_minutes_rule
from app.queries.people.known_people import load_people_for_sheet
from app.queries.workshops.workshops import list_target_group_codes
from app.services.imports.sheet_choices import SheetChoices
from app.spreadsheets.attendance.judge import judge_rows, match_keys_of_sheet
from app.spreadsheets.attendance.parse import parse_rows
from app.spreadsheets.attendance.rows import JudgedSheet, SessionContext
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.progress import Progress, ignore_progress, step_progress

# Actions that change people, registrations or attendance.
CHANGES_PEOPLE = (
    "add-membership",
    "cancel",
    "commit",
    "correct-person",
    "end-membership",
    "erase",
    "mark",
    "merge",
    "move-up",
    "overrule",
    "register",
    "remove-membership",
    "undo",
)

# Subjects that change how places and groups are read, whatever the action.
CHANGES_READING = ("ambiguous-place", "area", "area-alias", "target-group")

# Subjects of which a `change` matters: the session's day chooses columns, the workshop has its groups.
CHANGES_CONTEXT = ("session", "workshop")

_CHANGES_OTHERS = or_(
    col(Activity.subject).in_(CHANGES_READING),
    and_(col(Activity.action) == "change", col(Activity.subject).in_(CHANGES_CONTEXT)),
)

# No transaction takes longer: an activity that was written before an upload and committed after it is not older.
MAX_TRANSACTION = timedelta(hours=1)


@dataclass(frozen=True)
class JudgedAgainst:
    """What the database said when a sheet was judged: while it says the same, the judgement stays the same.

    `other_changes` counts changes of areas, groups, the session and its workshop, `earlier` is the id of the list that
    was saved last for the session, and `people` are those who share one of the `keys` or are registered for it.
    """

    keys: MatchKeys
    other_changes: int
    earlier: int | None
    people: dict[int, KnownPerson]
    registrations: dict[str, KnownRegistration]


@dataclass(frozen=True)
class DatedJudgement:
    """A judgement, with the number of changes (`count_changes`) that it knew of, and what it was made against."""

    judgement: JudgedSheet
    known_changes: int
    against: JudgedAgainst


def judge_sheet(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    sheet: DetectedTable,
    choices: SheetChoices,
    decisions: Mapping[int, Decision],
    progress: Progress = ignore_progress,
    *,
    uploaded_at: datetime,
    purpose: ImportPurpose = ImportPurpose.ATTENDANCE,
) -> DatedJudgement:
    """Judge a sheet that was uploaded at `uploaded_at` against the database, and return the result without storing it.

    `decisions` are those of staff by row number. A constant number of queries, however many rows.
    """
    # Counted before anything else is read, so that a later change is not included.
    known_changes = count_changes(db, uploaded_at)
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    context = _session_context(workshop_session, target_groups, choices, purpose)
    parsed = parse_rows(sheet, context, load_reference(db), vault.key, step_progress(0, 2, progress))
    keys = match_keys_of_sheet(parsed, decisions)
    against = load_judged_against(db, workshop_session, keys, uploaded_at=uploaded_at, purpose=purpose)
    known = KnownPeople(against.people.values(), against.registrations.values())
    earlier = load_earlier_rows(db, vault, workshop_session.id, purpose)
    judgement = judge_rows(parsed, known, context, decisions, step_progress(1, 2, progress), earlier=earlier)
    return DatedJudgement(judgement, known_changes, against)


def load_judged_against(
    db: Db,
    workshop_session: WorkshopSession,
    keys: MatchKeys,
    *,
    uploaded_at: datetime,
    purpose: ImportPurpose,
) -> JudgedAgainst:
    """Return what a sheet with these keys, uploaded at `uploaded_at`, is judged against now."""
    earlier = find_earlier_import(db, workshop_session.id, purpose)
    people, registrations = load_people_for_sheet(db, workshop_session.id, keys, _day_of(workshop_session))
    return JudgedAgainst(
        keys=keys,
        other_changes=_count_lines(db, uploaded_at, _CHANGES_OTHERS),
        earlier=earlier.id if earlier else None,
        people=people,
        registrations=registrations,
    )


def _day_of(workshop_session: WorkshopSession) -> date:
    """Return the WITA day on which the session begins."""
    return wita(workshop_session.starts_at).date()


def _session_context(
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    choices: SheetChoices,
    purpose: ImportPurpose,
) -> SessionContext:
    """Return what `judge_rows` needs to know of the session, and what staff chose for the file."""
    return SessionContext(
        code=workshop_session.code,
        starts_at=workshop_session.starts_at,
        day=_day_of(workshop_session),
        now=now(),
        target_groups=target_groups,
        default_target_group=choices.target_group,
        default_kelurahan=choices.kelurahan,
        blank_means=choices.blank_means,
        registering=purpose is ImportPurpose.REGISTRATION,
        day_column=choices.day_column,
        ends_at=workshop_session.ends_at,
        minutes_rule=get_minutes_rule(workshop_session),
        is_online=workshop_session.mode is SessionMode.DARING,
    )


def count_changes(db: Db, uploaded_at: datetime) -> int:
    """Return how many changes are recorded that can alter the judgement of a sheet that was uploaded then.

    While the number stays the same, judging the sheet again gives the same result. The changes are counted, and not
    dated by the newest line's id, because PostgreSQL may commit a line after others with higher ids.
    """
    return _count_lines(db, uploaded_at, or_(col(Activity.action).in_(CHANGES_PEOPLE), _CHANGES_OTHERS))


def _count_lines(db: Db, uploaded_at: datetime, condition: ColumnElement[bool]) -> int:
    """Return how many lines of the log fulfil the condition, of those that a sheet uploaded then may not know."""
    lines = select(func.count()).select_from(Activity)
    return db.exec(lines.where(col(Activity.at) >= uploaded_at - MAX_TRANSACTION, condition)).one()
