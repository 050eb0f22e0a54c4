"""Upload the boundaries of the kelurahan, show them on maps once they were looked at, and remove them."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound, UnreadableFile
from app.geography.features import Refused
from app.geography.findings import Finding
from app.geography.uploads import read_boundaries
from app.i18n import N_, wita_today
from app.models import BoundarySet, BoundaryStage
from app.models.base import YEARS, now
from app.permissions import Actor, Permission
from app.queries.areas.boundaries import list_places
from app.services.activities import log_activity

MAX_SOURCE_LENGTH = 200


class BoundariesRefused(UnreadableFile):
    """A file of boundaries that can't be used; `findings` is everything that is wrong with it."""

    code = "boundaries-refused"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(N_("These boundaries can't be used. Nothing was changed."))
        self.findings = findings


@dataclass(frozen=True)
class BoundariesInput:
    """An uploaded file, the source of its boundaries, and the day for which they hold."""

    content: bytes
    source: str
    as_of: date | None


def check_upload(read_db: Db, actor: Actor, upload: BoundariesInput) -> BoundarySet:
    """Return the boundaries of an uploaded file, checked and simplified, for `save_upload`.

    Takes a second or more, so it is done before the transaction that writes. Raises `Forbidden` for all but
    administrators, `Invalid` for a missing source or day, and `BoundariesRefused`.
    """
    actor.require(Permission.USER_WRITE)
    source, as_of = upload.source.strip(), _require_valid(upload)
    try:
        checked = read_boundaries(upload.content, list_places(read_db))
    except Refused as refused:
        raise BoundariesRefused(refused.findings) from refused
    text = "\n".join((checked.geojson, source, str(as_of)))
    return BoundarySet(
        stage=BoundaryStage.UPLOADED,
        geojson=checked.geojson,
        source=source,
        as_of=as_of,
        remarks=[asdict(remark) for remark in checked.remarks],
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        uploaded_by=actor.user_id,
    )


def save_upload(db: Db, actor: Actor, boundary_set: BoundarySet) -> None:
    """Save checked boundaries to be looked at, in place of earlier ones. Raises `Forbidden` as `check_upload`."""
    actor.require(Permission.USER_WRITE)
    db.merge(boundary_set)
    log_activity(db, actor, "upload", "boundaries", BoundaryStage.UPLOADED, after=_facts(boundary_set))


def show_boundaries(db: Db, actor: Actor, checksum: str) -> None:
    """Show the uploaded boundaries on all maps, in place of earlier ones.

    Raises `Forbidden` for all but administrators, and `Conflict` unless they are those with this checksum, which the
    administrator has seen.
    """
    actor.require(Permission.USER_WRITE)
    uploaded = db.get(BoundarySet, BoundaryStage.UPLOADED, with_for_update=True)
    if uploaded is None or uploaded.checksum != checksum:
        raise Conflict(N_("Somebody has uploaded or removed boundaries meanwhile. Look at them again."))
    values = uploaded.model_dump(exclude={"stage", "uploaded_at"})
    db.merge(BoundarySet(**values, stage=BoundaryStage.SHOWN, uploaded_at=now()))
    db.delete(uploaded)
    log_activity(db, actor, "show", "boundaries", BoundaryStage.SHOWN, after=_facts(uploaded))


def remove_boundaries(db: Db, actor: Actor, stage: BoundaryStage) -> None:
    """Remove the boundaries of a stage. Raises `Forbidden` for all but administrators, `NotFound` without any."""
    actor.require(Permission.USER_WRITE)
    boundary_set = db.get(BoundarySet, stage, with_for_update=True)
    if boundary_set is None:
        raise NotFound(N_("There are no boundaries."))
    db.delete(boundary_set)
    log_activity(db, actor, "delete", "boundaries", stage, before=_facts(boundary_set))


def _facts(boundary_set: BoundarySet) -> dict[str, object]:
    """Return what the log says of boundaries."""
    return {
        "source": boundary_set.source,
        "as_of": boundary_set.as_of.isoformat(),
        "checksum": boundary_set.checksum,
    }


def _require_valid(upload: BoundariesInput) -> date:
    """Return the day of the boundaries. Raises `Invalid` with the fields that are missing or wrong."""
    errors = {}
    if not upload.source.strip():
        errors["source"] = N_("Say where the boundaries come from; maps print it.")
    elif len(upload.source) > MAX_SOURCE_LENGTH:
        errors["source"] = N_("At most 200 characters.")
    if upload.as_of is None or upload.as_of.year not in YEARS or upload.as_of > wita_today():
        errors["as_of"] = N_("Give the day for which the boundaries hold, not after today.")
    if errors or upload.as_of is None:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return upload.as_of
