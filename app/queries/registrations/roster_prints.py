"""Printed attendance lists: the session of a print, and the layouts by which photos of its pages are read."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Area, Participant, Registration, RosterPrint, Workshop, WorkshopSession
from app.paper.layout import PrintLayout, layout_from_json, layout_to_json
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.participants import place_name
from app.queries.people.records import shown_name
from app.queries.scope import sessions_within


def layout_sha256(layout: PrintLayout) -> str:
    """Return the SHA-256 of a layout, by which a list that is printed again is recognised.

    Page by page: the JSON of a list of 10,000 people takes 20 MB.
    """
    digest = hashlib.sha256()
    for page in layout.pages:
        digest.update(json.dumps(layout_to_json(PrintLayout((page,))), sort_keys=True).encode())
    return digest.hexdigest()


def find_print_code(db: Db, session_code: str, layout: PrintLayout) -> str | None:
    """Return the code of the session's print with this layout, or None if there is none yet."""
    return db.scalars(
        select(col(RosterPrint.code))
        .join(WorkshopSession, col(WorkshopSession.id) == col(RosterPrint.workshop_session_id))
        .where(
            col(WorkshopSession.code) == session_code, col(RosterPrint.layout_sha256) == layout_sha256(layout)
        )
        .order_by(col(RosterPrint.id))
        .limit(1)
    ).first()


def get_session_code_of_print(db: Db, actor: Actor, print_code: str) -> str:
    """Return the code of the session of a print, in whose QR codes `print_code` is.

    Raises `Forbidden` without `IMPORT_WRITE`, and `NotFound` if there is no such print within the actor's scope.
    """
    actor.require(Permission.IMPORT_WRITE)
    session_code = db.scalars(
        select(col(WorkshopSession.code))
        .join(RosterPrint, col(RosterPrint.workshop_session_id) == col(WorkshopSession.id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(RosterPrint.code) == print_code.upper(), sessions_within(actor, Permission.IMPORT_WRITE))
    ).first()
    if session_code is None:
        raise NotFound(N_("No attendance list was printed with this code."))
    return session_code


def is_printed(db: Db, workshop_session_id: int) -> bool:
    """Return whether an attendance list of the session was printed."""
    prints = select(col(RosterPrint.id)).where(col(RosterPrint.workshop_session_id) == workshop_session_id)
    return db.scalars(prints.limit(1)).first() is not None


def list_print_layouts(db: Db, workshop_session_id: int) -> dict[str, PrintLayout]:
    """Return the layouts of all prints of a session by their codes."""
    rows: Any = db.execute(
        select(col(RosterPrint.code), col(RosterPrint.layout))
        .where(col(RosterPrint.workshop_session_id) == workshop_session_id)
        .order_by(col(RosterPrint.id))
    )
    return {code: layout_from_json(layout) for code, layout in rows}


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """The person of a line to sign, as the session's lists show them. `place` and `target_group` are as in a sheet.

    `elsewhere`: the registration was moved to another session after the list was printed.
    """

    name: str
    sex: str | None
    place: str
    target_group: str
    elsewhere: bool


def load_registered_people(
    db: Db, workshop_session_id: int, registration_codes: Collection[str]
) -> dict[str, RegisteredPerson]:
    """Return the people of registrations by their codes, also of cancelled ones. Erased people have another code."""
    statement = (
        select(
            col(Registration.code),
            shown_name(),
            col(Registration.sex),
            col(Area.name),
            col(Registration.outside_place),
            col(Registration.target_group_code),
            col(Registration.workshop_session_id),
        )
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .where(in_values(db, col(Registration.code), registration_codes))
    )
    rows: Any = db.execute(statement)
    return {
        code: RegisteredPerson(
            name,
            sex.value if sex else None,
            place_name(kelurahan, place),
            group,
            session != workshop_session_id,
        )
        for code, name, sex, kelurahan, place, group, session in rows
    }


def find_prints(db: Db, print_codes: Collection[str]) -> dict[str, RosterPrint]:
    """Return the prints with these codes, of any session, without their layouts."""
    prints = db.scalars(
        select(RosterPrint)
        .where(in_values(db, col(RosterPrint.code), print_codes))
        .options(defer(RosterPrint.layout))  # type: ignore[arg-type]
    )
    return {roster_print.code: roster_print for roster_print in prints}
