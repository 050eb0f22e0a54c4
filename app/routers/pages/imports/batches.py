"""Many lists at once: upload them, see what becomes of each, create their sessions, and save them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_urlsafe
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import JSONResponse, Response

from app.database import Db
from app.errors import Problem
from app.i18n import Translator
from app.models import Basis
from app.permissions import Actor, Permission, Scope
from app.queries.accounts.organizations import list_organizations
from app.queries.areas import reference
from app.queries.imports.batches import batches as queries
from app.queries.imports.batches.batch_lists import BatchListView, ListStatus
from app.queries.imports.batches.batches import BatchView
from app.queries.workshops.workshops import list_workshops
from app.routers.pages.imports.review import FormTexts, is_htmx
from app.services.imports.batches import choices, saving
from app.services.imports.batches.archives import MAX_FILES, MAX_TOTAL_BYTES
from app.services.imports.batches.new_sessions import choose_new_session, create_sessions
from app.services.imports.batches.uploads import add_to_batch, upload_batch
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.session_matching import KnownSession, match_session
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, has_upload, is_whole_number, parse_whole_number, read_upload
from app.web.languages import language_of
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False, prefix="/unggahan/banyak")

MEGABYTE = 1024**2
BATCHES_SHOWN = 50

Files = Annotated[Sequence[UploadFile | str], File()]


@dataclass(frozen=True)
class SharedQuestion:
    """A question that several lists of a batch ask."""

    code: str
    lists: int


@router.get("")
def upload_form(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _upload_page(request, db, actor)


@router.post("")
def upload_lists(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    _: Translate,
    files: Files = (),
    organization: Annotated[str, Form()] = "",
    batch: Annotated[str, Form()] = "",
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Store the files as a new batch, which is read in the background, and redirect to its page.

    A script sends the files in several requests, all but the first with the id of the `batch`. It accepts only JSON,
    and is told the address of that page.
    """
    with catch_problem(db) as caught:
        uploads = [read_upload(file) for file in files if has_upload(file)]
        if not uploads:
            read_upload(None)
        if batch:
            stored = add_to_batch(db, vault, actor, parse_whole_number(batch) or 0, uploads)
        else:
            name = _common_name(path for path, _content in uploads)
            organization_id = int(organization) if is_whole_number(organization) else None
            stored = upload_batch(
                db, vault, actor, name, uploads, organization_id=organization_id, request_key=key or None
            )
    accepts_json = request.headers.get("accept") == "application/json"
    if problem := caught.problem:
        if accepts_json:
            raise problem
        return _upload_page(request, db, actor, organization, problem)
    page = f"/unggahan/banyak/{stored.id}"
    return JSONResponse({"batch": stored.id, "page": page}) if accepts_json else redirect(page)


@router.get("/{batch_id}")
def batch_page(request: Request, db: ReadDb, actor: CurrentActor, _: Translate, batch_id: int) -> Response:
    """Show the lists of a batch. A request of htmx is the page's poll for progress, until the work is done."""
    batch = queries.get_batch_view(db, actor, batch_id)
    if not is_htmx(request):
        return _batch_page(request, db, actor, _, batch)
    if batch.is_under_way:
        return render(request, "imports/batches/progress.html", batch=batch)
    return Response(headers={"HX-Refresh": "true"})


@router.post("/{batch_id}/sesi-baru")
def create_proposed_sessions(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, batch_id: int, data: FormTexts
) -> Response:
    """Create all proposed sessions, with what was corrected for all lists of a workshop, and redirect to the batch."""
    with catch_problem(db) as caught:
        _correct_together(db, actor, _lock_and_view(db, actor, batch_id), data)
        created = create_sessions(db, actor, batch_id)
    if problem := caught.problem:
        batch = queries.get_batch_view(db, actor, batch_id)
        return _batch_page(request, db, actor, _, batch, problem, data)
    return redirect(f"/unggahan/banyak/{batch_id}", created_message(len(created), _))


@router.post("/{batch_id}/jawab")
def answer_question_of_all(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    batch_id: int,
    question: Annotated[str, Form()] = "",
) -> Response:
    """Answer a question about all lists that ask it, by saving them all the same."""
    with catch_problem(db) as caught:
        asking = _asking(_lock_and_view(db, actor, batch_id), question)
        choices.confirm_questions(db, actor, batch_id, asking, [question])
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return redirect(f"/unggahan/banyak/{batch_id}")


@router.post("/{batch_id}/lewati")
def leave_all_out(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    batch_id: int,
    question: Annotated[str, Form()] = "",
) -> Response:
    """Leave out all lists that ask a question."""
    with catch_problem(db) as caught:
        choices.leave_out(db, actor, batch_id, _asking(_lock_and_view(db, actor, batch_id), question))
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    return redirect(f"/unggahan/banyak/{batch_id}")


@router.post("/{batch_id}/simpan")
def save_lists(
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    batch_id: int,
    basis: Annotated[Literal["public-task", "paper-consent"], Form()] = "public-task",
) -> Response:
    """Queue the saving of all lists that are ready, and redirect to the batch, which shows what became of them."""
    saving.save_ready(db, actor, batch_id, basis=Basis(basis))
    return redirect(f"/unggahan/banyak/{batch_id}")


@router.post("/{batch_id}/buang")
def discard_lists(
    request: Request, db: WriteDb, actor: CurrentActor, _: Translate, batch_id: int
) -> Response:
    """Delete what was not saved, and redirect to the batch, or to all uploads if nothing of it is left."""
    with catch_problem(db) as caught:
        is_deleted = saving.discard_batch(db, actor, batch_id)
    if problem := caught.problem:
        return refused_page(request, db, actor, _, batch_id, problem)
    page = "/unggahan" if is_deleted else f"/unggahan/banyak/{batch_id}"
    return redirect(page, _("The upload is discarded."))


def refused_page(
    request: Request, db: Db, actor: Actor, _: Translator, batch_id: int, problem: Problem
) -> Response:
    """Return the batch as it is now, with the problem that kept it from being changed."""
    return _batch_page(request, db, actor, _, queries.get_batch_view(db, actor, batch_id), problem)


def _lock_and_view(db: Db, actor: Actor, batch_id: int) -> BatchView:
    """Return a batch, locked, so that a second press of the same button sees what the first one has done."""
    choices.lock_batch(db, actor, batch_id)
    return queries.get_batch_view(db, actor, batch_id)


def _asking(batch: BatchView, code: str) -> list[int]:
    """Return the ids of the lists that ask a question."""
    return [one.id for one in batch.lists if any(question.code == code for question in one.questions)]


def _shared_questions(batch: BatchView) -> list[SharedQuestion]:
    """Return the questions that several lists ask, to answer them together."""
    asked = Counter(
        question.code for one in batch.lists for question in one.questions if question.can_confirm
    )
    return [SharedQuestion(code, count) for code, count in asked.items() if count > 1]


def created_message(count: int, _: Translator) -> str:
    """Return the message after sessions were created for lists."""
    if not count:
        return _("No session is created yet. First fill in what the lists lack.")
    return _("%(count)s sessions are created. Nothing of the lists is saved yet.") % {"count": count}


def _correct_together(db: Db, actor: Actor, batch: BatchView, data: Mapping[str, str]) -> None:
    """Change what a user has corrected for all lists of a proposed workshop, and the times of lists without any.

    Raises `Invalid` for a wrong time, and what `choose_new_session` raises.
    """
    dates = FormDates()
    starts, ends = (dates.clock(name, data.get(name, "")) for name in ("starts", "ends"))
    dates.require_valid()
    for proposed in batch.proposed_workshops:
        key = proposed.lists[0].id
        changes = {
            "workshop": data.get(f"workshop-{key}", proposed.code),
            "title": data.get(f"title-{key}", proposed.title).strip(),
            "target_groups": (group,) if (group := data.get(f"group-{key}")) else proposed.target_groups,
        }
        before = {
            "workshop": proposed.code,
            "title": proposed.title,
            "target_groups": proposed.target_groups,
        }
        if changes != before:
            choose_new_session(db, actor, batch.id, [one.id for one in proposed.lists], changes)
    without_hours = [
        one.id
        for one in batch.lists
        if one.status is ListStatus.NEW_SESSION and one.new_session and not one.new_session.starts
    ]
    if without_hours and starts and ends:
        choose_new_session(db, actor, batch.id, without_hours, {"starts": starts, "ends": ends})


def _upload_page(
    request: Request, db: Db, actor: Actor, organization: str = "", problem: Problem | None = None
) -> Response:
    actor.require(Permission.IMPORT_WRITE)
    may_choose = actor.scope(Permission.IMPORT_WRITE) is Scope.ALL
    return render(
        request,
        "imports/batches/upload.html",
        problem=problem,
        organizations=[(str(one.id), one.name) for one in list_organizations(db, actor)]
        if may_choose
        else [],
        organization=organization,
        key=token_urlsafe(),
        batches=queries.list_batches(db, actor, limit=BATCHES_SHOWN),
        max_files=MAX_FILES,
        max_bytes=MAX_TOTAL_BYTES,
        max_megabytes=MAX_TOTAL_BYTES // MEGABYTE,
        max_list_bytes=MAX_BYTES,
    )


def _batch_page(
    request: Request,
    db: Db,
    actor: Actor,
    _: Translator,
    batch: BatchView,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    workshops = list_workshop_choices(db, actor)
    known = (
        queries.list_known_sessions(db, actor, batch.organization_id)
        if batch.counts[ListStatus.NO_SESSION]
        else []
    )
    return render(
        request,
        "imports/batches/page.html",
        problem=problem,
        batch=batch,
        headline=_headline(batch, _),
        file_count=len({one.path for one in batch.lists}),
        workshops=workshops,
        workshop_titles=dict(workshops),
        candidates_of={
            one.id: list_candidates(one, known) for one in batch.lists if one.status is ListStatus.NO_SESSION
        },
        target_groups=[
            (group.code, group.label) for group in reference.list_target_groups(db, language_of(request))
        ],
        create_label=_create_label(batch, _),
        shared_questions=_shared_questions(batch),
        incomplete=sum(
            bool(set(one.new_session.missing) - {"starts", "ends"})
            for one in batch.lists
            if one.status is ListStatus.NEW_SESSION and one.new_session
        ),
        translate=_,
        may_create_sessions=actor.can(Permission.SESSION_WRITE),
        may_discard=not batch.is_under_way,
        typed=typed or {},
    )


def _common_name(paths: Iterable[str]) -> str:
    """Return the folder that all files are in, or the name of an only file; "" if they have nothing in common."""
    parts = [PurePosixPath(path.replace("\\", "/")).parts for path in paths]
    if len(parts) == 1:
        return parts[0][0] if parts[0] else ""
    folders = {path[0] for path in parts if len(path) > 1}
    return folders.pop() if len(folders) == 1 and all(len(path) > 1 for path in parts) else ""


def list_candidates(one: BatchListView, known: Sequence[KnownSession]) -> list[KnownSession]:
    """Return the sessions that the list may be of, the likeliest first."""
    match = match_session(one.stated, known, name=one.label)
    by_code = {session.code: session for session in known}
    codes = [match.session] if match.session else [candidate.code for candidate in match.candidates]
    return [by_code[code] for code in codes]


def list_workshop_choices(db: Db, actor: Actor) -> list[tuple[str, str]]:
    """Return code and title of the workshops to which the actor may add sessions, the latest first."""
    if not actor.can(Permission.SESSION_WRITE):
        return []
    return [(workshop.code, workshop.title) for workshop in list_workshops(db, actor, archived=False)]


def _headline(batch: BatchView, _: Translator) -> str:
    """Return how many lists are ready, and how many need an answer."""
    if batch.is_under_way:
        return _("Lists are being saved") if batch.counts[ListStatus.SAVING] else _("Lists are being read")
    ready, needing = len(batch.ready), len(batch.needing_answers)
    saved = batch.counts[ListStatus.SAVED]
    if not ready and not needing:
        return _("%(saved)s lists saved") % {"saved": saved} if saved else _("Nothing to be saved")
    sentence = _("%(ready)s ready to be saved, %(needing)s need an answer") % {
        "ready": ready,
        "needing": needing,
    }
    return sentence + (", " + _("%(saved)s saved") % {"saved": saved} if saved else "")


def _create_label(batch: BatchView, _: Translator) -> str:
    """Return the label of the button that creates the sessions that lack nothing, with their workshops."""
    proposed = batch.proposed_workshops
    sessions = sum(workshop.count_sessions(workshop.complete) for workshop in proposed)
    workshops = sum(not workshop.code and bool(workshop.complete) for workshop in proposed)
    if not sessions:
        return _("Create the proposed sessions")
    if not workshops:
        return _("Create %(sessions)s sessions") % {"sessions": sessions}
    return _("Create %(sessions)s sessions and %(workshops)s workshops") % {
        "sessions": sessions,
        "workshops": workshops,
    }
