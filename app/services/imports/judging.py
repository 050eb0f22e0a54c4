"""Judges the rows of a sheet against the database: the same at the upload, at a correction and at the commit."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import and_, col, or_, select

from app.database import Db
from app.i18n import wita
from app.models import Activity, ImportPurpose, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import Decision
from app.queries.areas.reference import sheet_reference
from app.queries.people.known_people import known_people
from app.queries.workshops.workshops import target_groups_of
from app.spreadsheets.attendance.judge import judge_rows, match_keys_of_sheet
from app.spreadsheets.attendance.parse import parse_rows
from app.spreadsheets.attendance.rows import BlankMeans, JudgedSheet, SessionContext
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.progress import Progress, ignore_progress, step_progress

# What changes people, registrations or attendance. It is done while holding people (`locks.lock_people_table`), so
# that these lines are numbered in the order in which they are committed: none can come to light late.
CHANGES_PEOPLE = (
    "add-membership",
    "cancel",
    "commit",
    "correct-person",
    "end-membership",
    "mark",
    "merge",
    "move-up",
    "overrule",
    "register",
    "remove-membership",
    "undo",
)

# What changes how places and groups are read, whatever is done with it, is done so too.
CHANGES_READING = ("ambiguous-place", "area", "area-alias", "target-group")

# So is a change of the session's day, by which columns are chosen, or of the workshop's groups.
CHANGES_CONTEXT = ("session", "workshop")


@dataclass(frozen=True)
class SheetChoices:
    """What a person chose for a whole file: sheet, header and columns, and defaults for what its rows leave blank."""

    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[int, str | None] | None = None
    blank_means: BlankMeans | None = None
    target_group: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True)
class DatedJudgement:
    """A judgement, and the id of the latest activity that it took into account."""

    judgement: JudgedSheet
    latest_activity: int


def judge_sheet(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    sheet: DetectedTable,
    choices: SheetChoices,
    decisions: Mapping[int, Decision],
    progress: Progress = ignore_progress,
    *,
    purpose: ImportPurpose = ImportPurpose.ATTENDANCE,
) -> DatedJudgement:
    """Judge every row of a sheet. Reads only, by a constant number of queries, however many rows."""
    latest_activity = latest_relevant_activity(db)
    target_groups = target_groups_of(db, workshop_session.workshop_id)
    context = _session_context(workshop_session, target_groups, choices, purpose)
    parsed = parse_rows(sheet, context, sheet_reference(db), vault.key, step_progress(0, 2, progress))
    known = known_people(db, workshop_session.id, match_keys_of_sheet(parsed, decisions), context.day)
    return DatedJudgement(
        judge_rows(parsed, known, context, decisions, step_progress(1, 2, progress)), latest_activity
    )


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
        day=wita(workshop_session.starts_at).date(),
        now=now(),
        target_groups=target_groups,
        default_target_group=choices.target_group,
        default_kelurahan=choices.kelurahan,
        blank_means=choices.blank_means,
        registering=purpose is ImportPurpose.REGISTRATION,
    )


def latest_relevant_activity(db: Db) -> int:
    """Return the id of the latest activity that can change a judgement, 0 without any.

    As long as it stays the same, judging the same rows again gives the same result.
    """
    # Ordered and limited, so that the database reads from the end of the log; max() would scan all of it.
    latest = db.exec(
        select(Activity.id)
        .where(
            or_(
                col(Activity.action).in_(CHANGES_PEOPLE),
                col(Activity.subject).in_(CHANGES_READING),
                and_(col(Activity.action) == "change", col(Activity.subject).in_(CHANGES_CONTEXT)),
            )
        )
        .order_by(col(Activity.id).desc())
        .limit(1)
    ).first()
    return latest or 0
