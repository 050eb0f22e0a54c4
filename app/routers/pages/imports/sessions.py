"""A shared upload: one file read for several sessions of a workshop, saved and undone together."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Problem
from app.models import Basis, ImportStatus
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.shared_uploads import (
    SessionProposal,
    list_session_proposals,
    list_shared_imports,
)
from app.routers.pages.imports.review import FormTexts, RowFilter, render_review
from app.services.imports.commit import CommitChoices
from app.services.imports.review import judge_import_again
from app.services.imports.shared.commit import commit_together_or_queue
from app.services.imports.shared.sessions import SessionChoice, read_for_sessions
from app.services.imports.shared.undo import undo_together
from app.services.imports.undo_obstacles import list_undo_obstacles
from app.web.dependencies import CurrentActor, Lang, LongWriteDb, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

# The names of the form's fields, each followed by a session's code.
SESSION_PREFIX = "session-"
SHEET_PREFIX = "sheet-"
DAY_PREFIX = "day-"


@router.get("/unggahan/{import_id}/sesi")
def sessions_form(request: Request, db: ReadDb, actor: CurrentActor, import_id: int) -> Response:
    """Show for each session of the workshop which sheet and column of the file would be read, to correct and apply."""
    actor.require(Permission.IMPORT_WRITE)
    return _form(request, db, actor, import_id)


@router.post("/unggahan/{import_id}/sesi")
def read_sessions(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    _: Translate,
    import_id: int,
    data: FormTexts,
) -> Response:
    """Read the file for the sessions that are ticked, and redirect to the review."""
    choices = [
        SessionChoice(code, data.get(SHEET_PREFIX + code) or None, data.get(DAY_PREFIX + code) or None)
        for name in data
        if (code := name.removeprefix(SESSION_PREFIX)) != name
    ]
    with catch_problem(db) as caught:
        read_for_sessions(read_db, db, vault, actor, import_id, choices)
    if problem := caught.problem:
        return _form(request, read_db, actor, import_id, data, problem)
    message = _("The file is read for %(count)s sessions. Nothing is saved yet.") % {"count": len(choices)}
    return redirect(f"/unggahan/{import_id}", message)


@router.post("/unggahan/{import_id}/simpan-semua")
def commit_sessions(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    basis: Annotated[Literal["public-task", "paper-consent"], Form()] = "public-task",
    others: Annotated[str, Form()] = "leave",
    only_valid: Annotated[bool, Form()] = False,
    confirm: Annotated[tuple[str, ...], Form()] = (),
    missing: Annotated[str, Form()] = "leave",
) -> Response:
    """Commit all sessions of the file, or queue the commit of long lists, and redirect to the import's page.

    If they can't be committed, they are judged again and the review is shown with the reason.
    """
    choices = CommitChoices(only_valid, others, Basis(basis), frozenset(confirm), missing=missing)
    with catch_problem(db) as caught:
        commit_together_or_queue(db, vault, actor, import_id, choices)
    attendance_import = get_attendance_import_view(db, actor, import_id)
    if problem := caught.problem:
        for shared in list_shared_imports(db, actor, attendance_import):
            if shared.attendance_import.status is ImportStatus.REVIEW:
                judge_import_again(db, vault, actor, shared.attendance_import.id)
        attendance_import = get_attendance_import_view(db, actor, import_id)
        return render_review(
            request,
            db,
            vault,
            actor,
            language,
            attendance_import,
            RowFilter(),
            choices,
            problem,
            together=True,
        )
    is_committed = attendance_import.status is ImportStatus.COMMITTED
    return redirect(
        f"/unggahan/{import_id}", _("The attendance of all sessions is saved.") if is_committed else ""
    )


@router.get("/unggahan/{import_id}/batalkan-semua")
def undo_form(request: Request, db: ReadDb, actor: CurrentActor, import_id: int) -> Response:
    """Show what an undo of all sessions would take back, and what stands in its way."""
    return _undo_page(request, db, actor, import_id)


@router.post("/unggahan/{import_id}/batalkan-semua")
def undo_sessions(
    request: Request, read_db: ReadDb, db: LongWriteDb, actor: CurrentActor, _: Translate, import_id: int
) -> Response:
    """Undo all sessions of the file, and redirect to the import's page; or show what stands in the way."""
    with catch_problem(db) as caught:
        undo_together(db, actor, import_id)
    if problem := caught.problem:
        return _undo_page(request, read_db, actor, import_id, problem)
    return redirect(f"/unggahan/{import_id}", _("All sessions of the file are undone."))


def _form(
    request: Request,
    db: Db,
    actor: Actor,
    import_id: int,
    data: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the form with the proposals, or with the `data` that was sent."""
    attendance_import = get_attendance_import_view(db, actor, import_id)
    proposals = list_session_proposals(db, actor, attendance_import)
    return render(
        request,
        "imports/sessions/form.html",
        problem=problem,
        attendance_import=attendance_import,
        proposals=proposals,
        chosen={proposal.workshop_session.code: _chosen(proposal, data) for proposal in proposals},
    )


def _chosen(proposal: SessionProposal, data: dict[str, str] | None) -> dict[str, Any]:
    """Return how the fields of a session are filled: `read` tells whether it is ticked."""
    code = proposal.workshop_session.code
    if data is None:
        return {
            "read": proposal.chosen,
            "sheet": proposal.sheet or "",
            "day_column": proposal.day_column or "",
        }
    return {
        "read": SESSION_PREFIX + code in data,
        "sheet": data.get(SHEET_PREFIX + code, ""),
        "day_column": data.get(DAY_PREFIX + code, ""),
    }


def _undo_page(
    request: Request, db: Db, actor: Actor, import_id: int, problem: Problem | None = None
) -> Response:
    actor.require(Permission.IMPORT_COMMIT)
    attendance_import = get_attendance_import_view(db, actor, import_id)
    shared_imports = [
        shared.attendance_import
        for shared in list_shared_imports(db, actor, attendance_import)
        if shared.attendance_import.status is ImportStatus.COMMITTED
    ]
    return render(
        request,
        "imports/sessions/undo.html",
        problem=problem,
        attendance_import=attendance_import,
        shared_imports=shared_imports,
        obstacles=[
            (shared, obstacle) for shared in shared_imports for obstacle in list_undo_obstacles(db, shared.id)
        ],
    )
