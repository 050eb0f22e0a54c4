"""The desk: requests of people about their data, with the clock that runs for each."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.personal_data.held_data import count_held_data
from app.queries.personal_data.requests import (
    get_person_at_desk,
    get_request_view,
    is_whole_person_within,
    list_closed_requests,
    list_open_requests,
    list_requests_of_person,
)
from app.services.personal_data.copies import Format, hand_out_at_desk
from app.services.personal_data.erasure import cancel_upcoming, erase_person, preview_erasure
from app.services.personal_data.requests import close_request, file_request_at_desk
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

PATH = "/permintaan-data"


class RequestForm(BaseModel):
    """A request made at the desk, and by what staff know who asks."""

    kind: str = ""
    identity: str = ""
    note: str = ""


class ErasureForm(BaseModel):
    """The second confirmation of an erasure: `sure` is "yes" if it was ticked."""

    sure: str = ""


class ClosingForm(BaseModel):
    status: str = ""
    outcome: str = ""


@router.get(PATH)
def requests_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    """List the open requests with their clocks, and the latest answered ones. 403 without `DATA_REQUEST_WRITE`."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    return render(
        request,
        "personal_data/requests.html",
        open_requests=list_open_requests(db, actor),
        closed_requests=list_closed_requests(db, actor),
    )


@router.get(f"{PATH}/{{request_id}}")
def request_page(request: Request, db: ReadDb, actor: CurrentActor, request_id: int) -> Response:
    """Show one request, what to do for it, and the form that closes it."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    return _request_page(request, db, actor, request_id, ClosingForm())


@router.post(f"{PATH}/{{request_id}}")
def close(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    request_id: int,
    form: Annotated[ClosingForm, Form()],
    _: Translate,
) -> Response:
    """Close a request with what became of it, and redirect to the list."""
    with catch_problem(db) as caught:
        close_request(db, actor, request_id, form.status, form.outcome)
    if problem := caught.problem:
        return _request_page(request, db, actor, request_id, form, problem)
    return redirect(PATH, _("The answer is recorded."))


@router.get(f"{PATH}/{{request_id}}/salinan.{{format_}}")
def copy_at_desk(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    request_id: int,
    format_: Format,
    _: Translate,
    language: Lang,
) -> Response:
    """Download everything held about the person of a request, to hand it to them. Logged before the first byte."""
    engine = container_of(request).engine
    return download(hand_out_at_desk(db, engine, vault, actor, request_id, format_, _, language))


@router.get(f"{PATH}/{{request_id}}/hapus")
def erasure_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, request_id: int
) -> Response:
    """Show what erasing the person would remove, what stays, and what stands in the way."""
    return _erasure_page(request, db, vault, actor, request_id)


@router.post(f"{PATH}/{{request_id}}/hapus")
def erase(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    request_id: int,
    form: Annotated[ErasureForm, Form()],
    _: Translate,
) -> Response:
    """Erase the person of a request for good, and redirect to the list of requests."""
    with catch_problem(db) as caught:
        outcome = _("Erased. Figures that name nobody stay.")
        erase_person(read_db, db, vault, actor, request_id, confirmed=form.sure == "yes", outcome=outcome)
    if problem := caught.problem:
        return _erasure_page(request, db, vault, actor, request_id, problem)
    return redirect(PATH, _("The person is erased. The figures are as they were."))


@router.post(f"{PATH}/{{request_id}}/batalkan-pendaftaran")
def cancel_upcoming_registrations(
    db: WriteDb,
    actor: CurrentActor,
    request_id: int,
    _: Translate,
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Cancel the person's registrations for sessions to come, and redirect to the request.

    With `next` "erasure", redirect to the page of the erasure, which was waiting for that.
    """
    count = cancel_upcoming(db, actor, request_id)
    page = f"{PATH}/{request_id}/hapus" if next_ == "erasure" else f"{PATH}/{request_id}"
    return redirect(page, _("Registrations cancelled: %(count)s") % {"count": count})


@router.get("/peserta/{participant_id}/data")
def person_page(request: Request, db: ReadDb, actor: CurrentActor, participant_id: int) -> Response:
    """Show how much is held about a person, their requests, and the form for a new one."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    return _person_page(request, db, actor, participant_id, RequestForm())


@router.post("/peserta/{participant_id}/data")
def file_request(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    participant_id: int,
    form: Annotated[RequestForm, Form()],
    _: Translate,
) -> Response:
    """Record what a person asks at the desk, and redirect to the request."""
    with catch_problem(db) as caught:
        filed = file_request_at_desk(
            db, actor, participant_id, form.kind, identity=form.identity, note=form.note
        )
    if problem := caught.problem:
        return _person_page(request, db, actor, participant_id, form, problem)
    return redirect(f"{PATH}/{filed.id}", _("The request is recorded. The clock of 3×24 hours runs."))


def _request_page(
    request: Request,
    db: Db,
    actor: Actor,
    request_id: int,
    form: ClosingForm,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "personal_data/request.html",
        problem=problem,
        form=form,
        data_request=get_request_view(db, actor, request_id),
    )


def _erasure_page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    request_id: int,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "personal_data/erasure.html",
        problem=problem,
        data_request=get_request_view(db, actor, request_id),
        preview=preview_erasure(db, vault, actor, request_id),
    )


def _person_page(
    request: Request,
    db: Db,
    actor: Actor,
    participant_id: int,
    form: RequestForm,
    problem: Problem | None = None,
) -> Response:
    person = get_person_at_desk(db, actor, participant_id)
    return render(
        request,
        "personal_data/person.html",
        problem=problem,
        form=form,
        person=person,
        counts=count_held_data(db, participant_id),
        requests=list_requests_of_person(db, participant_id),
        is_whole=is_whole_person_within(db, actor, participant_id),
    )
