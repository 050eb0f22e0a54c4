"""Indicators of evaluations, and what proves them in a year."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col, func

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, utc, wita
from app.models import (
    Attachment,
    EvaluationIndicator,
    Evidence,
    EvidenceFigure,
    IssuedReport,
    WorkshopSession,
)
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.evidence.attachments import AttachmentView, load_views
from app.queries.in_values import in_values

_Revision = aliased(IssuedReport)


@dataclass(frozen=True)
class ReportView:
    """An issued report that may be evidence. `revised_by` is the number of its revision, None without one."""

    id: int
    number: str
    title: str
    period_from: date
    period_to: date
    issued_at: datetime
    revised_by: str | None


@dataclass(frozen=True)
class EvidenceView:
    """What proves a level of an indicator: one of an attachment, an issued report and a figure."""

    id: int
    level: int
    attachment: AttachmentView | None = None
    report: ReportView | None = None
    figure: EvidenceFigure | None = None


@dataclass(frozen=True)
class ProvenIndicator:
    """An indicator with its evidence of a year, by level, then figures, reports and attachments."""

    indicator: EvaluationIndicator
    evidence: tuple[EvidenceView, ...]

    @property
    def level(self) -> int:
        """The highest level that has evidence, 0 without any."""
        return max((one.level for one in self.evidence), default=0)


def list_indicators(db: Db, *, instrument: str | None = None) -> Sequence[EvaluationIndicator]:
    """Return all indicators, or those of an instrument, by instrument and code."""
    statement = select(EvaluationIndicator).order_by(
        col(EvaluationIndicator.instrument), col(EvaluationIndicator.code)
    )
    if instrument is not None:
        statement = statement.where(col(EvaluationIndicator.instrument) == instrument)
    return db.scalars(statement).all()


def get_indicator(db: Db, indicator_id: int) -> EvaluationIndicator:
    """Return an indicator. Raises `NotFound`."""
    indicator = db.get(EvaluationIndicator, indicator_id)
    if indicator is None:
        raise NotFound(N_("There is no such indicator."))
    return indicator


def list_instruments(db: Db) -> Sequence[str]:
    """Return the names of the instruments that have an active indicator or evidence."""
    proven = select(col(Evidence.evaluation_indicator_id))
    statement = (
        select(col(EvaluationIndicator.instrument))
        .where(col(EvaluationIndicator.active) | col(EvaluationIndicator.id).in_(proven))
        .distinct()
        .order_by(col(EvaluationIndicator.instrument).desc())
    )
    return db.scalars(statement).all()


def list_proven_indicators(db: Db, actor: Actor, instrument: str, year: int) -> list[ProvenIndicator]:
    """Return the indicators of an instrument with their evidence of a year: those that are active or have some.

    Raises `Forbidden` without `REPORT_ISSUE`.
    """
    actor.require(Permission.REPORT_ISSUE)
    indicators = list_indicators(db, instrument=instrument)
    evidence = _load_evidence(db, actor, [indicator.id for indicator in indicators], year)
    return [
        ProvenIndicator(indicator, evidence.get(indicator.id, ()))
        for indicator in indicators
        if indicator.active or indicator.id in evidence
    ]


def get_proven_indicator(db: Db, actor: Actor, indicator_id: int, year: int) -> ProvenIndicator:
    """Return an indicator with its evidence of a year.

    Raises `Forbidden` without `REPORT_ISSUE`, and `NotFound` for an unknown indicator or a year that is not in `YEARS`.
    """
    actor.require(Permission.REPORT_ISSUE)
    require_year(year)
    indicator = get_indicator(db, indicator_id)
    return ProvenIndicator(indicator, _load_evidence(db, actor, [indicator_id], year).get(indicator_id, ()))


def list_attachments_of_year(db: Db, actor: Actor, year: int) -> list[AttachmentView]:
    """Return the attachments of all sessions of a WITA year. Raises `Forbidden` without `REPORT_ISSUE`."""
    actor.require(Permission.REPORT_ISSUE)
    starts_at = col(WorkshopSession.starts_at)
    return load_views(
        db,
        (starts_at >= _start_of_year(year)) & (starts_at < _start_of_year(year + 1)),
        named=_sees_people(actor),
    )


def list_reports_of_year(db: Db, year: int) -> list[ReportView]:
    """Return the issued reports whose period ends in a year, the newest first, without those that were replaced."""
    replaced = select(col(IssuedReport.revises_id)).where(col(IssuedReport.revises_id).is_not(None))
    statement = _report_columns().where(
        col(IssuedReport.period_to).between(date(year, 1, 1), date(year, 12, 31)),
        col(IssuedReport.id).not_in(replaced),
    )
    return [
        ReportView(**row) for row in db.execute(statement.order_by(col(IssuedReport.id).desc())).mappings()
    ]


def list_years(db: Db, this_year: int) -> list[int]:
    """Return the years that may have evidence, the latest first: those of sessions and evidence, and this one."""
    first, last = db.execute(
        select(func.min(col(WorkshopSession.starts_at)), func.max(col(WorkshopSession.starts_at)))
    ).one()
    years = {
        this_year,
        *(wita(moment).year for moment in (first, last) if moment),
        *db.scalars(select(col(Evidence.year))),
    }
    return list(range(max(years), min(years) - 1, -1))


def _load_evidence(
    db: Db, actor: Actor, indicator_ids: Sequence[int], year: int
) -> Mapping[int, tuple[EvidenceView, ...]]:
    """Return the evidence of a year by the ids of the indicators; those without any are left out."""
    rows = db.scalars(
        select(Evidence)
        .where(
            in_values(db, col(Evidence.evaluation_indicator_id), indicator_ids), col(Evidence.year) == year
        )
        .order_by(col(Evidence.id))
    ).all()
    attachments = {
        view.id: view
        for view in load_views(
            db,
            in_values(db, col(Attachment.id), [row.attachment_id for row in rows if row.attachment_id]),
            named=_sees_people(actor),
        )
    }
    reports = {
        row["id"]: ReportView(**row)
        for row in db.execute(
            _report_columns().where(
                in_values(
                    db, col(IssuedReport.id), [row.issued_report_id for row in rows if row.issued_report_id]
                )
            )
        ).mappings()
    }
    grouped = defaultdict[int, list[EvidenceView]](list)
    for row in rows:
        grouped[row.evaluation_indicator_id].append(
            EvidenceView(
                row.id,
                row.level,
                attachments.get(row.attachment_id or 0),
                reports.get(row.issued_report_id or 0),
                row.figure,
            )
        )
    return {id_: tuple(sorted(views, key=_order)) for id_, views in grouped.items()}


def _order(view: EvidenceView) -> tuple[object, ...]:
    """Return the key by which evidence is sorted: the same for the same data, however it was tied."""
    if view.attachment:
        return view.level, 2, view.attachment.session_starts_at.isoformat(), view.attachment.id
    if view.report:
        return view.level, 1, view.report.number, view.report.id
    return view.level, 0, view.figure or "", 0


def require_year(year: int) -> None:
    """Raise `NotFound` for a year that nothing can be of."""
    if year not in YEARS:
        raise NotFound(N_("There is no evidence of that year."))


def _sees_people(actor: Actor) -> bool:
    """Return whether captions and names of files, which may name people, are for the actor."""
    return actor.can(Permission.PARTICIPANT_READ)


def _start_of_year(year: int) -> datetime:
    """Return the first moment of a WITA year."""
    return utc(datetime(year, 1, 1))  # noqa: DTZ001 (a wall-clock time in WITA)


def _report_columns() -> "Select[int, str, str, date, date, datetime, str | None]":
    return select(
        col(IssuedReport.id),
        col(IssuedReport.number),
        col(IssuedReport.title),
        col(IssuedReport.period_from),
        col(IssuedReport.period_to),
        col(IssuedReport.issued_at),
        col(_Revision.number).label("revised_by"),
    ).outerjoin(_Revision, col(_Revision.revises_id) == col(IssuedReport.id))
