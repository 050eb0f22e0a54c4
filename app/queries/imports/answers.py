"""The rows of an import that need an answer, as one list, and the registered people whom they may mean."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import AttendanceImport, AttendanceImportRow, Participant, Registration, RowKind
from app.nik_vault import NikVault
from app.people.remarks import Candidate
from app.people.values.names import name_key
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.questions import NEEDS_ATTENTION
from app.queries.imports.review import ReviewRow, get_review_page
from app.queries.people.records import shown_name
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.spreadsheets.attendance.judge import WHO_IS_MEANT

PAGE_LENGTH = 80
MAX_SET_ASIDE = 100
MAX_REGISTERED = 500

# The remarks about an attendance of which a mark is the answer.
_ANSWERED_BY_MARK = frozenset({"attendance-unclear", "duplicate-differs", "minutes-together"})
_REGISTRATION_CODE = re.compile(r"·\s*(?P<code>[A-Za-z0-9-]+)\s*$")


@dataclass(frozen=True)
class OpenRow:
    """A row that needs an answer, and what is asked of it.

    `candidates` are people of the database and rows of this file who may be meant, the most likely first.
    """

    row: ReviewRow
    candidates: tuple[Candidate, ...]

    @property
    def asks_person(self) -> bool:
        """Whether it must be said who it is."""
        return any(
            remark.code == "person-unclear" or remark.code in WHO_IS_MEANT for remark in self.row.remarks
        )

    @property
    def asks_name(self) -> bool:
        """Whether the cell may be no name of one person."""
        return any(
            remark.code in WHO_IS_MEANT or remark.code == "name-missing" for remark in self.row.remarks
        )

    @property
    def asks_kelurahan(self) -> bool:
        """Whether no kelurahan is known of the row, which a new person needs."""
        return self._has_question("kelurahan") or not self.row.place

    @property
    def asks_group(self) -> bool:
        """Whether no target group is known of the row, which a new person needs."""
        return self._has_question("target_group") or not self.row.target_group

    @property
    def asks_mark(self) -> bool:
        """Whether a mark answers what is asked about the attendance."""
        return any(remark.code in _ANSWERED_BY_MARK for remark in self.row.remarks)

    @property
    def asks_minutes(self) -> bool:
        """Whether it must be said how long the person took part."""
        return self._has_question("minutes")

    @property
    def asks_door(self) -> bool:
        """Whether the list contradicts what was recorded at the door."""
        return any(remark.code == "attendance-differs" for remark in self.row.remarks)

    @property
    def is_answerable(self) -> bool:
        """Whether this list has a field for each of its questions; other cells are corrected in a form of the row."""
        asked = {remark.field for remark in self.row.remarks if remark.level != "warning"}
        return asked <= {"name", "kelurahan", "target_group", "attendance", "minutes"}

    def _has_question(self, field: str) -> bool:
        return any(remark.field == field and remark.level != "warning" for remark in self.row.remarks)


@dataclass(frozen=True)
class RegisteredPerson:
    """A person who is registered for the session, and whom the list does not name. `text` identifies them in a form."""

    text: str
    place: str


@dataclass(frozen=True)
class OpenRows:
    """A page of the rows that need an answer, and one of the rows that are set aside.

    `following` is the row number after which the next page begins, None on the last page; `following_set_aside` is that
    of the rows that are set aside.
    """

    rows: tuple[OpenRow, ...]
    following: int | None
    set_aside: tuple[ReviewRow, ...]
    following_set_aside: int | None
    registered: tuple[RegisteredPerson, ...]


def get_open_rows(
    db: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    import_id: int,
    *,
    after: int = 0,
    after_set_aside: int = 0,
) -> OpenRows:
    """Return the first rows after row `after` that need an answer, with what a form needs to answer them, and the first
    after `after_set_aside` that are set aside.

    The caller has checked that the import is within the actor's scope.
    """
    page = get_review_page(
        db, vault, actor, language, import_id, kinds=NEEDS_ATTENTION, after=after, limit=PAGE_LENGTH
    )
    skipped = get_review_page(
        db,
        vault,
        actor,
        language,
        import_id,
        kinds=(RowKind.SKIP,),
        after=after_set_aside,
        limit=MAX_SET_ASIDE,
    )
    return OpenRows(
        rows=tuple(OpenRow(row, _list_candidates(row)) for row in page.rows),
        following=page.following,
        set_aside=skipped.rows,
        following_set_aside=skipped.following,
        registered=_list_registered(db, actor, import_id),
    )


def find_registered_person(db: Db, actor: Actor, import_id: int, typed: str) -> int | None:
    """Return the id of the person registered for the import's session whom a typed text names, or None.

    The text ends with the code of the registration, as the form offers it, or is the whole name of one person alone.
    """
    match = _REGISTRATION_CODE.search(typed)
    wanted = (
        col(Registration.code) == match["code"] if match else col(Participant.name_key) == name_key(typed)
    )
    found = db.scalars(
        select(col(Participant.id))
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .where(_is_registered(db, actor, import_id), wanted)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _list_candidates(row: ReviewRow) -> tuple[Candidate, ...]:
    """Return the people and rows that the row's remarks offer, each once."""
    return tuple(
        dict.fromkeys(
            candidate
            for remark in row.remarks
            if remark.level != "warning"
            for candidate in remark.candidates
            if candidate.kind in {"person", "row"}
        )
    )


def _list_registered(db: Db, actor: Actor, import_id: int) -> tuple[RegisteredPerson, ...]:
    """Return the people registered for the import's session who are on no row of it, by name."""
    listed = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.participant_id).is_not(None),
    )
    people = db.execute(
        select(shown_name(), col(Registration.code), col(Registration.kelurahan_code))
        .select_from(Participant)
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .where(_is_registered(db, actor, import_id), col(Participant.id).not_in(listed))
        .order_by(shown_name(), col(Participant.id))
        .limit(MAX_REGISTERED)
    )
    places = {place.code: place.name for place in reference.list_kelurahan(db)}
    return tuple(
        RegisteredPerson(f"{name} · {code}", places.get(kelurahan, "")) for name, code, kelurahan in people
    )


def _is_registered(db: Db, actor: Actor, import_id: int) -> ColumnElement[bool]:
    """Return the condition for registrations for the import's session that the actor may see."""
    session_id = db.get_one(AttendanceImport, import_id).workshop_session_id
    return (
        (col(Registration.workshop_session_id) == session_id)
        & col(Registration.status).in_(COUNTED_AS_REGISTERED)
        & registrations_within(actor, Permission.PARTICIPANT_READ)
    )
