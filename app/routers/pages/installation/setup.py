"""The steps by which an administrator sets up a new installation."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Problem
from app.models import SetupStep
from app.permissions import Actor, Permission
from app.queries.installation.setup import list_setup_steps
from app.services.installation.setup import reopen_setup_step, skip_setup_step
from app.services.messages.mail_server import mail_server_address
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

PATH = "/administrasi/mulai"

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def setup_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return _page(request, db, actor)


@router.post("/{setup_step}/lewati")
def skip_step(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    setup_step: SetupStep,
    _: Translate,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Skip a step for a reason. Without a reason, show the page with its form open."""
    with catch_problem(db) as caught:
        skip_setup_step(db, actor, setup_step, reason)
    if problem := caught.problem:
        return _page(request, read_db, actor, setup_step, problem)
    return redirect(PATH, _("The step is skipped. You can take it later all the same."))


@router.post("/{setup_step}/buka")
def reopen_step(db: WriteDb, actor: CurrentActor, setup_step: SetupStep, _: Translate) -> Response:
    reopen_setup_step(db, actor, setup_step)
    return redirect(PATH, _("The step is open again."))


def _page(
    request: Request, db: Db, actor: Actor, refused: SetupStep | None = None, problem: Problem | None = None
) -> Response:
    """Return the page; `refused` is the step whose reason was refused by `problem`."""
    steps = list_setup_steps(db, actor, mail_server_address(container_of(request).settings))
    return render(request, "installation/setup.html", steps=steps, refused=refused, problem=problem)
