"""What is done with several people of a session at once: a page that says what will happen, and the action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response

from app.database import Db
from app.errors import Problem
from app.i18n import Translator, long_time_text
from app.models import AttendanceStatus, WhatsAppList, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.messages.contacts import Reach, list_contacts_of
from app.queries.registrations import registrations as queries
from app.queries.registrations.registrations import RegistrationView
from app.queries.registrations.sorting import RegistrationOrder
from app.queries.workshops import workshop_sessions
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.messages.notes import send_note
from app.services.messages.whatsapp_lists import list_people_to_tell
from app.services.registrations.selections import cancellations, marks, moves
from app.services.registrations.selections.downloads import download_chosen_people
from app.services.registrations.selections.moves import MoveObstacle, MovePlan
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.messages.reach import build_reach_note
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_session_lines
from app.web.registrations.moved_up import list_moved_up, list_waiting
from app.web.registrations.registration_query import (
    Action,
    CancellationForm,
    MarksForm,
    MessageForm,
    MoveForm,
    RegistrationQuery,
    SelectionForm,
    SelectionQuery,
)

router = APIRouter(prefix="/sesi/{code}/peserta", include_in_schema=False)

Selection = Annotated[SelectionQuery, Query()]


@dataclass(frozen=True)
class Target:
    """A session to which the chosen can be moved, and what that would do."""

    session: WorkshopSessionView
    plan: MovePlan


@router.get("/pilihan")
def selection_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, form: Selection, _: Translate
) -> Response:
    """Show what an action will do to how many of the chosen people, and who is left out and why."""
    workshop_session = _workshop_session(db, actor, code)
    people = _list_chosen(db, actor, workshop_session, form)
    if not people:
        return redirect(form.address(code), _("Choose people of the list first."))
    chosen = SelectionForm.model_validate(form.model_dump(by_alias=True, exclude={"chosen"}))
    chosen.chosen, chosen.key = [person.id for person in people], uuid4().hex
    return _page(request, db, actor, code, form.action, chosen)


@router.get("/unduh.xlsx")
def chosen_people_file(
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Selection,
    _: Translate,
    language: Lang,
) -> Response:
    """Download the chosen people as an Excel file. This GET writes to the activity log."""
    people = _list_chosen(read_db, actor, _workshop_session(read_db, actor, code), form)
    if not people:
        return redirect(form.address(code), _("Choose people of the list first."))
    view = workshop_sessions.get_workshop_session_view(read_db, actor, code)
    return download(download_chosen_people(read_db, db, actor, view, people, _, language))


@router.post("/tandai")
def mark_chosen(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[MarksForm, Form()],
    _: Translate,
) -> Response:
    """Mark the chosen people, and redirect to the list, which offers to undo it."""
    workshop_session = _workshop_session(db, actor, code)
    key = form.key or uuid4().hex
    with catch_problem(db) as caught:
        result = marks.mark_registrations(db, actor, workshop_session, form.chosen, form.mark, key)
    if problem := caught.problem:
        return _page(request, db, actor, code, form.mark.value, form, problem)
    sentences = {
        AttendanceStatus.PRESENT: _("%(count)s people are marked present."),
        AttendanceStatus.ABSENT: _("%(count)s people are marked absent."),
        AttendanceStatus.EXCUSED: _("%(count)s people are marked excused."),
    }
    undo = {"ditandai": key} if result.changed else {}
    return redirect(form.address(code, **undo), sentences[form.mark] % {"count": result.changed})


@router.post("/urungkan")
def undo_marks(
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[SelectionForm, Form()],
    _: Translate,
) -> Response:
    """Give the people whom one action marked their former outcome back, and redirect to the list."""
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db) as caught:
        result = marks.undo_marks(db, actor, workshop_session, form.key)
    if problem := caught.problem:
        return redirect(form.address(code), problem.sentence(_))
    sentence = _("%(count)s people have their former outcome again.") % {"count": result.changed}
    if result.left_out:
        sentence += " " + _("%(count)s were marked again since and stay.") % {"count": result.left_out}
    return redirect(form.address(code), sentence)


@router.get("/sisa")
def rest_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Ask whether everyone without an outcome was absent."""
    return _rest_page(request, db, actor, code)


@router.post("/sisa")
def mark_rest_absent(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[SelectionForm, Form()],
    _: Translate,
) -> Response:
    """Mark everyone absent who has no outcome, and redirect to the list, which offers to undo it."""
    workshop_session = _workshop_session(db, actor, code)
    key = form.key or uuid4().hex
    with catch_problem(db) as caught:
        result = marks.mark_rest_absent(db, actor, workshop_session, key)
    if problem := caught.problem:
        return _rest_page(request, db, actor, code, problem)
    undo = {"ditandai": key} if result.changed else {}
    message = _("%(count)s people are marked absent.") % {"count": result.changed}
    return redirect(RegistrationQuery().address(code, **undo), message)


@router.post("/pindahkan")
def move_chosen(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[MoveForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Move the chosen people to another session of the workshop, all or none, and redirect to the list."""
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db) as caught:
        waited = list_waiting(db, actor, code)
        target = _find_target(db, actor, workshop_session, form)
        plan = moves.move_registrations(
            db, actor, workshop_session, target, form.chosen, expected_seats=form.expected_seats
        )
        moved = queries.list_chosen_registrations(db, actor, target, plan.moved)
        lines = build_session_lines(
            workshop_sessions.get_workshop_session_view(db, actor, target.code), language
        )
        to_tell = list_people_to_tell(
            db,
            actor,
            target.code,
            [person.code for person in moved],
            "\n".join((_("Your session has changed. It is now:"), *lines)),
        )
        moved_up = list_moved_up(db, actor, code, waited, _, language)
    if problem := caught.problem:
        return _page(request, db, actor, code, "move", form, problem)
    message = _("%(count)s people are moved to the session of %(time)s.") % {
        "count": len(plan.moved),
        "time": long_time_text(target.starts_at, language),
    }
    if plan.waiting:
        message += " " + _("%(count)s of them wait for a place there.") % {"count": len(plan.waiting)}
    return _redirect_to_list(form, code, message, target.code, to_tell, _, moved_up=moved_up)


@router.post("/pesan")
def write_to_chosen(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[MessageForm, Form()],
    _: Translate,
) -> Response:
    """Write a text to the chosen people, and redirect to the list, or to those who are written to by hand."""
    workshop_session = _workshop_session(db, actor, code)
    people = queries.list_chosen_registrations(db, actor, workshop_session, form.chosen)
    with catch_problem(db) as caught:
        note = send_note(db, actor, code, [person.code for person in people], form.text, key=form.key)
    if problem := caught.problem:
        return _page(request, db, actor, code, "message", form, problem)
    to_tell = db.get(WhatsAppList, note.list_id) if note.list_id else None
    by_email, by_whatsapp = note.reach.by_email, note.reach.by_whatsapp
    message = ""
    if container_of(request).settings.sends_whatsapp:
        message = _("%(count)s messages are being sent.") % {"count": by_email + by_whatsapp}
    elif by_email or to_tell is None:
        message = _("%(count)s e-mails are being sent.") % {"count": by_email}
    return _redirect_to_list(form, code, message, code, to_tell, _)


@router.post("/batalkan")
def cancel_chosen(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CancellationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Cancel the chosen registrations for a reason, and redirect to the list."""
    workshop_session = _workshop_session(db, actor, code)
    with catch_problem(db) as caught:
        waited = list_waiting(db, actor, code)
        result = cancellations.cancel_registrations(db, actor, workshop_session, form.chosen, form.why)
        lines = build_session_lines(workshop_sessions.get_workshop_session_view(db, actor, code), language)
        text = "\n".join((_("Your registration for this session is cancelled:"), *lines))
        to_tell = list_people_to_tell(db, actor, code, result.codes, text)
        moved_up = list_moved_up(db, actor, code, waited, _, language)
    if problem := caught.problem:
        return _page(request, db, actor, code, "cancel", form, problem)
    message = _("%(count)s registrations are cancelled.") % {"count": result.changed}
    return _redirect_to_list(form, code, message, code, to_tell, _, moved_up=moved_up)


def _redirect_to_list(
    form: RegistrationQuery,
    code: str,
    message: str,
    told_code: str,
    to_tell: WhatsAppList | None,
    _: Translator,
    *,
    moved_up: WhatsAppList | None = None,
) -> Response:
    """Redirect to the list of people; if some have to be told by hand, to the list of those, in their session.

    `moved_up` is the list of those who got a place in the session `code`. Where there are two lists in one session, the
    page that links to both is shown.
    """
    by_hand = _("Tell those without an e-mail address here.")
    if moved_up and (to_tell is None or told_code == code):
        address = f"/sesi/{code}/whatsapp" + ("" if to_tell else f"/{moved_up.id}")
        sentences = [message, _("People of the waiting list got a place."), by_hand]
    elif to_tell:
        address, sentences = f"/sesi/{told_code}/whatsapp/{to_tell.id}", [message, by_hand]
        if moved_up:
            sentences.append(_("In the session that they left, people of the waiting list got a place."))
    else:
        address, sentences = form.address(code), [message]
    return redirect(address, " ".join(filter(None, sentences)))


def _workshop_session(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """Return the session. Raises `Forbidden` and `NotFound` without `ATTENDANCE_WRITE` for it."""
    return workshop_sessions.get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)


def _list_chosen(
    db: Db, actor: Actor, workshop_session: WorkshopSession, form: SelectionQuery
) -> list[RegistrationView]:
    """Return the chosen people by name: those with a chosen id, or everyone whom the filters find."""
    if form.everyone:
        order = RegistrationOrder()
        return queries.list_sorted_registrations(db, actor, workshop_session, form.filters, order)
    return queries.list_chosen_registrations(db, actor, workshop_session, form.chosen)


def _find_target(db: Db, actor: Actor, source: WorkshopSession, form: MoveForm) -> WorkshopSession:
    """Return the session that the form names; the one that people leave, which is refused, if it names none."""
    if not form.target_code:
        return source
    return _workshop_session(db, actor, form.target_code)


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    action: Action,
    form: SelectionForm,
    problem: Problem | None = None,
) -> Response:
    """Return the page of an action for the chosen people of the form, with what it will do now."""
    workshop_session = _workshop_session(db, actor, code)
    people = queries.list_chosen_registrations(db, actor, workshop_session, form.chosen)
    context = _context(db, actor, workshop_session, action, people)
    told = [person.code for person in context["included"]]
    reach = Reach(tuple(list_contacts_of(db, actor, code, told)))
    return render(
        request,
        f"registrations/selection/{'mark' if action in set(AttendanceStatus) else action}.html",
        problem=problem,
        workshop_session=workshop_sessions.get_workshop_session_view(db, actor, code),
        form=form,
        action=action,
        people=people,
        told=build_reach_note(request, reach),
        **context,
    )


def _context(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    action: Action,
    people: Sequence[RegistrationView],
) -> dict[str, Any]:
    """Return what the page of an action says: who is `included`, who is `left_out` by reason, and more."""
    obstacles: Mapping[int, StrEnum | None]
    match action:
        case "move":
            return _move_context(db, actor, workshop_session, people)
        case "message":
            return {"included": people}
        case "cancel":
            obstacles = {
                person.id: cancellations.find_cancellation_obstacle(person.status, person.attendance)
                for person in people
            }
        case _:
            status = AttendanceStatus(action)
            obstacles = {
                person.id: marks.find_mark_obstacle(person.status, person.attendance, status)
                for person in people
            }
    return _group_by_obstacle(people, obstacles)


def _group_by_obstacle(
    people: Sequence[RegistrationView], obstacles: Mapping[int, StrEnum | None]
) -> dict[str, Any]:
    """Return who is `included` of these people, and those `left_out` by the reason."""
    left_out: dict[str, list[RegistrationView]] = {}
    for person in people:
        if obstacle := obstacles.get(person.id):
            left_out.setdefault(obstacle.value, []).append(person)
    return {
        "included": [person for person in people if not obstacles.get(person.id)],
        "left_out": left_out,
    }


def _move_context(
    db: Db, actor: Actor, source: WorkshopSession, people: Sequence[RegistrationView]
) -> dict[str, Any]:
    """Return the sessions to which people can be moved, each with what that would do to the chosen."""
    ids = [person.id for person in people]
    source_view = workshop_sessions.get_workshop_session_view(db, actor, source.code)
    sessions = workshop_sessions.list_workshop_sessions(db, actor, source_view.workshop_code)
    views = {view.id: view for view in sessions}
    targets = [
        Target(views[session_id], plan)
        for session_id, plan in moves.plan_moves(db, actor, source, ids).items()
    ]
    left_out = targets[0].plan.left_out if targets else {}
    obstacles = {id_: why for id_, why in left_out.items() if why is not MoveObstacle.IN_OTHER_SESSION}
    return _group_by_obstacle(people, obstacles) | {
        "targets": targets,
        "in_other_session": MoveObstacle.IN_OTHER_SESSION,
        "waiting_here": source_view.waiting,
    }


def _rest_page(request: Request, db: Db, actor: Actor, code: str, problem: Problem | None = None) -> Response:
    workshop_session = _workshop_session(db, actor, code)
    filters = queries.RegistrationFilters(outcome="none")
    return render(
        request,
        "registrations/selection/rest.html",
        problem=problem,
        workshop_session=workshop_sessions.get_workshop_session_view(db, actor, code),
        form=SelectionForm(kunci=uuid4().hex),
        people=queries.list_sorted_registrations(db, actor, workshop_session, filters, RegistrationOrder()),
    )
