"""Judges a sheet against the database as it is, the same at upload, at a correction and at the commit."""

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
from app.spreadsheets.attendance.rows import BlankMeans, Judgement, SessionContext
from app.spreadsheets.document import RecognisedSheet
from app.spreadsheets.progress import Progress, nobody_waits, step

# What changes people, registrations or attendance. It is done while holding people (`locks.hold_people`), so
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
    """What a person said about a whole file: which sheet and columns, and what serves where it is silent."""

    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[int, str | None] | None = None
    blank_means: BlankMeans | None = None
    target_group: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True)
class DatedJudgement:
    """`newest_change` is the number of the last change that the judgement knew of."""

    judgement: Judgement
    newest_change: int


def judge_sheet(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    sheet: RecognisedSheet,
    choices: SheetChoices,
    decisions: Mapping[int, Decision],
    progress: Progress = nobody_waits,
    *,
    purpose: ImportPurpose = ImportPurpose.ATTENDANCE,
) -> DatedJudgement:
    """Reads only. A constant number of queries, however many rows."""
    newest = newest_change(db)
    target_groups = target_groups_of(db, workshop_session.workshop_id)
    context = _session_context(workshop_session, target_groups, choices, purpose)
    parsed = parse_rows(sheet, context, sheet_reference(db), vault.key, step(0, 2, progress))
    known = known_people(db, workshop_session.id, match_keys_of_sheet(parsed, decisions), context.day)
    return DatedJudgement(judge_rows(parsed, known, context, decisions, step(1, 2, progress)), newest)


def _session_context(
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    choices: SheetChoices,
    purpose: ImportPurpose,
) -> SessionContext:
    """Return what the judge has to know of the session, and of what staff said about the file."""
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


def newest_change(db: Db) -> int:
    """The activity log's last line that can change a judgement: while it stands, judging again gives the same."""
    # From the end of the log backwards: a maximum would be looked for in all of it.
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
