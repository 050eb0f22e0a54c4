"""The lists of a batch, each by itself: choose its session or correct the proposed one, answer, leave out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.database import Db
from app.errors import NotFound, Problem
from app.i18n import N_, Language, Translator, date_text, translator
from app.permissions import Actor, Permission
from app.queries.accounts.organizations import get_organization
from app.queries.areas import reference
from app.queries.imports.batches import batches as queries
from app.queries.imports.batches.batch_lists import BatchListView, ListStatus
from app.queries.imports.batches.batch_sessions import NewSession
from app.queries.imports.batches.batches import BatchView
from app.queries.workshops.venues import list_venue_names
from app.queries.workshops.workshops import find_organization
from app.routers.pages.imports.batches import (
    created_message,
    list_candidates,
    list_workshop_choices,
    refused_page,
)
from app.services.imports.batches import choices
from app.services.imports.batches.new_sessions import choose_new_session, create_sessions
from app.spreadsheets.session_matching import KnownSession
from app.spreadsheets.stated_session import StatedSession
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False, prefix="/unggahan/banyak")

SESSIONS_SHOWN = 30
ASKING = frozenset({ListStatus.OPEN, ListStatus.NO_SESSION})


class NewSessionForm(BaseModel):
    """The fields of the session that is proposed for a list."""

    workshop: str = ""
    title: str = ""
    day: str = ""
    starts: str = ""
    ends: str = ""
    venue: str = ""
    target_groups: tuple[str, ...] = ()

    @classmethod
    def from_view(cls, one: BatchListView) -> "NewSessionForm":
        """Return the fields of the session that is proposed for a list; of what it states, if none is proposed.

        Of two days that it states a user types the right one.
        """
        new, stated = one.new_session or NewSession(), one.stated
        day = new.day or (stated.first_day if stated.other_day is None else None)
        starts, ends = new.starts or stated.starts, new.ends or stated.ends
        return cls(
            workshop=new.workshop,
            title=new.title or stated.title,
            day=date_text(day) if day else "",
            starts=f"{starts:%H.%M}" if starts else "",
            ends=f"{ends:%H.%M}" if ends else "",
            venue=new.venue or stated.venue,
            target_groups=new.target_groups or stated.target_groups,
        )

    def to_changes(self) -> dict[str, Any]:
        """Return the fields of a `NewSession`. Raises `Invalid` for dates and times that are missing or wrong."""
        dates = FormDates()
        changes = {
            "workshop": self.workshop,
            "title": self.title.strip(),
            "target_groups": self.target_groups,
            "day": dates.day("day", self.day, required=True),
            "starts": dates.clock("starts", self.starts, required=True),
            "ends": dates.clock("ends", self.ends, required=True),
            "venue": self.venue.strip(),
        }
        dates.require_valid()
        return changes


@router.get("/{batch_id}/{list_id:int}")
def session_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    language: Lang,
    batch_id: int,
    list_id: int,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the sessions that a list may be of, and the form of a new one."""
    return _session_page(request, db, actor, language, batch_id, list_id, q=q)


@router.post("/{batch_id}/{list_id}/sesi")
def choose_existing_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    language: Lang,
    batch_id: int,
    list_id: int,
    session: Annotated[str, Form()] = "",
) -> Response:
    """Choose an existing session for a list, which is judged for it in the background."""
    with catch_problem(db) as caught:
        choices.choose_session(db, actor, batch_id, [list_id], session)
    if problem := caught.problem:
        return _session_page(request, db, actor, language, batch_id, list_id, problem=problem)
    return _to_list(batch_id, list_id)


@router.post("/{batch_id}/{list_id}/sesi-baru")
def propose_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    language: Lang,
    batch_id: int,
    list_id: int,
    form: Annotated[NewSessionForm, Form()],
) -> Response:
    """Correct the session that is proposed for a list; it is created with the others, or by itself."""
    with catch_problem(db) as caught:
        choose_new_session(db, actor, batch_id, [list_id], form.to_changes())
    if problem := caught.problem:
        return _session_page(request, db, actor, language, batch_id, list_id, form=form, problem=problem)
    return _to_list(batch_id, list_id)


@router.post("/{batch_id}/{list_id}/buat")
def create_session(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, batch_id: int, list_id: int
) -> Response:
    """Create the session that is proposed for one list."""
    with catch_problem(db) as caught:
        created = create_sessions(db, actor, batch_id, [list_id])
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return _to_list(batch_id, list_id, created_message(len(created), _))


@router.post("/{batch_id}/{list_id}/jawab")
def answer_question(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    batch_id: int,
    list_id: int,
    question: Annotated[str, Form()] = "",
) -> Response:
    """Answer a question about a list by saving it all the same."""
    with catch_problem(db) as caught:
        choices.confirm_questions(db, actor, batch_id, [list_id], [question])
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return _to_next(db, actor, batch_id, list_id)


@router.post("/{batch_id}/{list_id}/lewati")
def leave_list_out(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, batch_id: int, list_id: int
) -> Response:
    """Leave a list out of what is saved."""
    with catch_problem(db) as caught:
        choices.leave_out(db, actor, batch_id, [list_id])
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return _to_next(db, actor, batch_id, list_id)


@router.post("/{batch_id}/{list_id}/pakai")
def take_list_in(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, batch_id: int, list_id: int
) -> Response:
    """Take in again a list that was left out."""
    with catch_problem(db) as caught:
        choices.take_in(db, actor, batch_id, [list_id])
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return _to_list(batch_id, list_id)


def _to_list(batch_id: int, list_id: int, message: str = "") -> Response:
    """Return a redirect to a list in the table of its batch."""
    return redirect(f"/unggahan/banyak/{batch_id}#daftar-{list_id}", message)


def _to_next(db: Db, actor: Actor, batch_id: int, list_id: int) -> Response:
    """Return a redirect to the next list of the batch that asks something; to its top if none is left."""
    lists = queries.get_batch_view(db, actor, batch_id).lists
    answered = next((one.position for one in lists if one.id == list_id), 0)
    # Not by their ids: the lists in the further sheets of a file are stored when it is read.
    asking = [one for one in lists if one.status in ASKING]
    following = next((one for one in asking if one.position > answered), asking[0] if asking else None)
    return redirect(f"/unggahan/banyak/{batch_id}" + (f"#daftar-{following.id}" if following else ""))


def _session_page(
    request: Request,
    db: Db,
    actor: Actor,
    language: Language,
    batch_id: int,
    list_id: int,
    *,
    q: str = "",
    form: NewSessionForm | None = None,
    problem: Problem | None = None,
) -> Response:
    actor.require(Permission.IMPORT_WRITE)
    batch = queries.get_batch_view(db, actor, batch_id)
    one = _find_list(batch, list_id)
    known = queries.list_known_sessions(db, actor, batch.organization_id)
    candidates = list_candidates(one, known)
    found = [session for session in reversed(known) if _matches(session, q)]
    if day := one.stated.first_day:
        found.sort(key=lambda session: abs(session.starts.date() - day))
    groups = [(group.code, group.label) for group in reference.list_target_groups(db, language)]
    _ = translator(language)
    return render(
        request,
        "imports/batches/session.html",
        problem=problem,
        batch=batch,
        one=one,
        form=form or NewSessionForm.from_view(one),
        stated=_stated_facts(one.stated, dict(groups), _),
        candidates=candidates,
        sessions=found[:SESSIONS_SHOWN],
        has_more=len(found) > SESSIONS_SHOWN,
        q=q,
        workshops=list_workshop_choices(db, actor),
        venues=list_venue_names(db),
        target_groups=groups,
        organization=_organization_name(db, actor, batch),
        may_create_sessions=actor.can(Permission.SESSION_WRITE),
    )


def _find_list(batch: BatchView, list_id: int) -> BatchListView:
    """Return the list of the batch with this id. Raises `NotFound` if there is none within the actor's scope."""
    found = next((one for one in batch.lists if one.id == list_id), None)
    if found is None:
        raise NotFound(N_("There is no such list in this upload."))
    return found


def _matches(session: KnownSession, query: str) -> bool:
    """Return whether all words of a query are in the title, place, code or date of a session."""
    day = session.starts.date()
    texts = (session.workshop_title, session.venue, session.code, date_text(day), day.isoformat())
    return all(word in " ".join(texts).casefold() for word in query.casefold().split())


def _organization_name(db: Db, actor: Actor, batch: BatchView) -> str:
    """Return the name of the organization to which new workshops of the batch belong."""
    if batch.organization_id is not None and actor.can(Permission.USER_WRITE):
        return get_organization(db, actor, batch.organization_id).name
    return find_organization(db, actor).name


def _stated_facts(
    stated: StatedSession, groups: Mapping[str, str], _: Translator
) -> Iterator[tuple[str, str]]:
    """Yield label and value of what a list says of its session."""
    yield _("Title"), stated.title
    day = _day_text(stated.first_day, stated.last_day)
    if stated.other_day is not None:
        day = _("%(day)s or %(other)s") % {"day": day, "other": date_text(stated.other_day)}
    yield _("Date"), day
    hours = [f"{clock:%H.%M}" for clock in (stated.starts, stated.ends) if clock]
    yield _("Time"), "–".join(hours)
    yield _("Place"), stated.venue
    yield _("Organizer"), stated.organizer
    yield _("For"), ", ".join(groups.get(code, code) for code in stated.target_groups)
    if stated.code:
        yield _("Code"), stated.code


def _day_text(first: date | None, last: date | None) -> str:
    if first is None:
        return ""
    return date_text(first) if last in (None, first) else f"{date_text(first)} – {date_text(last)}"
