"""Dossiers as pages show them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import Dossier, DossierStatus
from app.models.base import now
from app.permissions import Actor, Permission


def list_dossiers(db: Db, actor: Actor, instrument: str, year: int) -> Sequence[Dossier]:
    """Return the dossiers of an instrument and a year, the newest first: those under way, kept, and failed.

    Raises `Forbidden` without `REPORT_ISSUE`.
    """
    actor.require(Permission.REPORT_ISSUE)
    is_kept = (col(Dossier.status) != DossierStatus.READY) | (col(Dossier.expires_at) > now())
    return db.scalars(
        select(Dossier)
        .where(col(Dossier.instrument) == instrument, col(Dossier.year) == year, is_kept)
        .order_by(col(Dossier.id).desc())
    ).all()
