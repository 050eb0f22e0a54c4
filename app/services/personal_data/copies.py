"""Hand out everything that is held about one person, as JSON or PDF, with a line in the activity log before it."""

from dataclasses import asdict
from typing import Literal

import orjson
from sqlalchemy import Engine

from app.database import Db
from app.i18n import Language, Translator
from app.models import Registration
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import CITIZEN, Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.queries.personal_data.held_data import load_held_data
from app.queries.personal_data.requests import get_person_at_desk, get_request
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.held_data import held_data_json, render_held_data_pdf
from app.services.activities import log_access
from app.services.personal_data.requests import require_whole_person

Format = Literal["json", "pdf"]


def hand_out_at_desk(
    read_db: Db,
    engine: Engine,
    vault: NikVault,
    actor: Actor,
    request_id: int,
    format_: Format,
    _: Translator,
    language: Language,
) -> Download:
    """Return the copy for the person of a request, with their NIK masked, and log it.

    Raises `Forbidden` without `DATA_REQUEST_WRITE`, `NotFound` out of the actor's scope, and `Conflict` if the person
    is also registered with other organizations.
    """
    actor.require(Permission.DATA_REQUEST_WRITE)
    request = get_request(read_db, actor, request_id)
    person = get_person_at_desk(read_db, actor, request.participant_id or 0)
    require_whole_person(read_db, actor, request)
    details = {"format": format_, "request": request_id}
    log_access(engine, actor, "hand-out-data", "participant", person.id, details=details)
    return _render(read_db, vault, person.id, format_, _, language, with_niks=False)


def hand_out_by_ticket(
    read_db: Db,
    engine: Engine,
    vault: NikVault,
    registration: Registration,
    format_: Format,
    _: Translator,
    language: Language,
) -> Download:
    """Return the copy for the holder of a ticket, with their NIK in full, and log it.

    The caller has checked the code that was sent to the person (`access_codes.require_access`).
    """
    person_id = registration.participant_id
    details = {"format": format_, "registration": registration.code}
    log_access(engine, CITIZEN, "hand-out-data", "participant", person_id, details=details)
    return _render(read_db, vault, person_id, format_, _, language, with_niks=True)


def _render(
    read_db: Db,
    vault: NikVault,
    participant_id: int,
    format_: Format,
    _: Translator,
    language: Language,
    *,
    with_niks: bool,
) -> Download:
    held, moment = asdict(load_held_data(read_db, vault, participant_id, with_niks=with_niks)), now()
    content = (
        orjson.dumps(held_data_json(held, moment), option=orjson.OPT_INDENT_2)
        if format_ == "json"
        else render_held_data_pdf(held, moment, get_letterhead(read_db), _, language)
    )
    stem = _("my-data")
    return Download(f"{stem}.{format_}", MEDIA_TYPES[format_], content)
