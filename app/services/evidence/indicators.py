"""Create and change the indicators of evaluations, and tie evidence to them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import Attachment, EvaluationIndicator, Evidence, EvidenceFigure, IssuedReport
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.evidence.indicators import get_indicator
from app.queries.in_values import in_values
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

LEVELS = range(1, 6)
CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,19}")
MAX_INSTRUMENT_LENGTH, MAX_DIMENSION_LENGTH, MAX_NAME_LENGTH, MAX_LEVEL_LENGTH = 40, 100, 200, 300


@dataclass(frozen=True)
class IndicatorInput:
    """The fields of an indicator's form; `levels` are the texts of the levels 1 to 5."""

    instrument: str
    code: str
    dimension: str
    name: str
    levels: tuple[str, ...]
    source: str = ""
    as_of: date | None = None
    provisional: bool = True
    active: bool = True


def indicator_input(indicator: EvaluationIndicator) -> IndicatorInput:
    """Return an indicator's current values as the input of its form."""
    return IndicatorInput(
        indicator.instrument,
        indicator.code,
        indicator.dimension,
        indicator.name,
        tuple(indicator.levels),
        indicator.source,
        indicator.as_of,
        indicator.provisional,
        indicator.active,
    )


def create_indicator(db: Db, actor: Actor, data: IndicatorInput) -> EvaluationIndicator:
    """Create an indicator and log it.

    Raises `Forbidden` without `USER_WRITE`, `Invalid` for invalid fields, and `Conflict` if the instrument has one of
    this code.
    """
    actor.require(Permission.USER_WRITE)
    _require_valid(db, data)
    indicator = EvaluationIndicator(**{**asdict(data), "levels": list(data.levels)})
    db.add(indicator)
    db.flush()
    log_activity(db, actor, "create", "evaluation-indicator", indicator.id, after=snapshot(indicator))
    return indicator


def change_indicator(
    db: Db, actor: Actor, indicator_id: int, data: IndicatorInput, *, form_fingerprint: str = ""
) -> EvaluationIndicator:
    """Replace the values of an indicator and log it. Raises as `create_indicator` does, and `NotFound`.

    `form_fingerprint` is the fingerprint of the values that the form was filled with, "" without a form; `Conflict` if
    they have changed since and `data` would change them.
    """
    actor.require(Permission.USER_WRITE)
    indicator = lock_row(db, EvaluationIndicator, get_indicator(db, indicator_id).id)
    _require_valid(db, data, indicator_id)
    if data != indicator_input(indicator):
        require_unchanged(form_fingerprint, indicator_input(indicator))
    before = snapshot(indicator)
    for field, value in asdict(data).items():
        setattr(indicator, field, list(value) if field == "levels" else value)
    log_activity(
        db, actor, "change", "evaluation-indicator", indicator.id, before=before, after=snapshot(indicator)
    )
    return indicator


def tie_evidence(
    db: Db,
    actor: Actor,
    indicator_id: int,
    year: int,
    level: int,
    *,
    attachments: Sequence[int] = (),
    reports: Sequence[int] = (),
    figures: Sequence[str] = (),
) -> int:
    """Tie attachments and issued reports (ids) and figures to a level of an indicator in a year, and log it.

    What is tied to the indicator already gets the new level. Return how many were tied. Raises `Forbidden` without
    `REPORT_ISSUE`, `NotFound` for an unknown indicator, attachment or report, and `Invalid` for another level or
    figure, or without any evidence.
    """
    actor.require(Permission.REPORT_ISSUE)
    indicator = lock_row(db, EvaluationIndicator, get_indicator(db, indicator_id).id)
    errors = {}
    if level not in LEVELS or year not in YEARS:
        errors["level"] = N_("Choose a level from 1 to 5.")
    if not (attachments or reports or figures) or set(figures) - set(EvidenceFigure):
        errors["evidence"] = N_("Tick at least one piece of evidence.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    _require_rows(db, col(Attachment.id), attachments)
    _require_rows(db, col(IssuedReport.id), reports)
    sources: list[dict[str, Any]] = [
        *({"figure": EvidenceFigure(figure)} for figure in figures),
        *({"issued_report_id": id_} for id_ in reports),
        *({"attachment_id": id_} for id_ in attachments),
    ]
    known = {
        (row.attachment_id, row.issued_report_id, row.figure): row
        for row in db.scalars(select(Evidence).filter_by(evaluation_indicator_id=indicator.id, year=year))
    }
    for source in sources:
        row = Evidence(
            evaluation_indicator_id=indicator.id, year=year, level=level, tied_by=actor.user_id, **source
        )
        key = row.attachment_id, row.issued_report_id, row.figure
        if key in known:
            known[key].level = level
        else:
            known[key] = row
            db.add(row)
    after = {
        "year": year,
        "level": level,
        "attachments": list(attachments),
        "reports": list(reports),
        "figures": list(figures),
    }
    log_activity(db, actor, "tie-evidence", "evaluation-indicator", indicator.id, after=after)
    return len(sources)


def untie_evidence(db: Db, actor: Actor, evidence_id: int) -> Evidence:
    """Remove evidence from its indicator, log it, and return it. The file or report itself stays.

    Raises `Forbidden` without `REPORT_ISSUE`, and `NotFound`.
    """
    actor.require(Permission.REPORT_ISSUE)
    evidence = db.get(Evidence, evidence_id)
    if evidence is None:
        raise NotFound(N_("There is no such evidence."))
    db.delete(evidence)
    log_activity(
        db,
        actor,
        "untie-evidence",
        "evaluation-indicator",
        evidence.evaluation_indicator_id,
        before=snapshot(evidence),
    )
    return evidence


def _require_rows(db: Db, column: Mapped[int], ids: Sequence[int]) -> None:
    """Raise `NotFound` unless all ids are in the column."""
    if ids and len(db.scalars(select(column).where(in_values(db, column, ids))).all()) < len(set(ids)):
        raise NotFound(N_("There is no such evidence."))


def _require_valid(db: Db, data: IndicatorInput, indicator_id: int | None = None) -> None:
    """Raise `Invalid` for invalid fields, and `Conflict` if another indicator of the instrument has the code."""
    errors = {}
    for field, limit in (
        ("instrument", MAX_INSTRUMENT_LENGTH),
        ("dimension", MAX_DIMENSION_LENGTH),
        ("name", MAX_NAME_LENGTH),
    ):
        if not 0 < len(getattr(data, field)) <= limit:
            errors[field] = N_("This is needed, and not longer than the field.")
    if not CODE.fullmatch(data.code):
        errors["code"] = N_("Use capital letters, digits, hyphens and dots, at most 20.")
    for number, text in enumerate(data.levels, start=1):
        if not 0 < len(text) <= MAX_LEVEL_LENGTH:
            errors[f"level_{number}"] = N_(
                "Say in a sentence what this level needs, in at most 300 characters."
            )
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    taken = select(col(EvaluationIndicator.id)).where(
        col(EvaluationIndicator.instrument) == data.instrument, col(EvaluationIndicator.code) == data.code
    )
    if db.scalar(taken) not in (None, indicator_id):
        raise Conflict(N_("The instrument has an indicator with this code already."), code="code-taken")
