"""Workshop sessions: create, change, duplicate and cancel. The pages of a session are in `session_tabs`."""

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator, clock_text
from app.models import RegistrationStatus, WhatsAppList, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.messages.contacts import get_session_reach
from app.queries.workshops import workshop_sessions as queries
from app.queries.workshops.session_staff import list_assignable_staff
from app.queries.workshops.venues import list_venue_names
from app.queries.workshops.workshops import get_workshop_view
from app.services.messages.whatsapp_lists import count_recipients
from app.services.workshops import session_series
from app.services.workshops import workshop_sessions as services
from app.services.workshops.session_staff import assign_staff
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.messages.reach import build_reach_note
from app.web.pages import redirect, render
from app.web.registrations.moved_up import list_moved_up, list_waiting
from app.web.workshops.workshop_session_form import (
    NewSessionForm,
    Repetition,
    WorkshopSessionForm,
    begin_like_last_session,
    kept_fields,
)

router = APIRouter(include_in_schema=False)


class CopyForm(Repetition):
    code: str = ""
    day: str = ""
    starts: str = ""

    def to_start(self) -> datetime:
        """Return the naive WITA time of the start. Raises `Invalid` with the errors of a wrong date or time."""
        dates = FormDates()
        day, starts = (
            dates.day("day", self.day, required=True),
            dates.clock("starts", self.starts, required=True),
        )
        dates.require_valid()
        return datetime.combine(day or date.min, starts or time.min)


class CancellationForm(BaseModel):
    why: str = ""


@router.get("/kegiatan/{workshop_code}/sesi/baru")
def new_workshop_session_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    workshop_code: str,
    planned: Annotated[NewSessionForm, Query()],
    language: Lang,
) -> Response:
    """Show the form of a new session with a suggested code, filled in from the query string.

    The calendar links here with a day, and pages on coverage to plan a session for a gap. Times and venue are those of
    the last session, unless the query string has others.
    """
    actor.require(Permission.SESSION_WRITE)
    form = planned.model_copy(update={"code": queries.suggest_session_code(db, workshop_code)})
    begin_like_last_session(form, queries.find_last_session(db, actor, workshop_code))
    return _new_page(request, db, actor, workshop_code, form, language)


@router.post("/kegiatan/{workshop_code}/sesi/baru")
def create_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    workshop_code: str,
    form: Annotated[NewSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Create a session of the workshop, or several, and redirect to it.

    Several are shown first; they are created once days are ticked there. If a field is wrong, show the form again.
    """
    if form.back:
        return _new_page(request, db, actor, workshop_code, form, language)
    with catch_problem(db) as caught:
        data = form.to_input()
        days = form.to_days(form.to_first_day())
        if form.repeat and not form.chosen:
            workshop = get_workshop_view(db, actor, workshop_code)
            planned = session_series.plan_series(db, actor, data, days)
            return _preview_page(request, form, planned, workshop.title)
        if form.repeat:
            created = session_series.create_series(
                db, actor, workshop_code, data, days, staff=form.staff, next_code=form.next_code
            )
            return _to_series(created, _)
        workshop_session = services.create_workshop_session(db, actor, workshop_code, form.code, data)
        if form.staff:
            assign_staff(db, actor, workshop_session.code, form.staff)
    if problem := caught.problem:
        return _new_page(request, db, actor, workshop_code, form, language, problem)
    return redirect(f"/sesi/{workshop_session.code}", _("The session has been created."))


@router.get("/sesi/{code}/ubah")
def change_workshop_session_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    form = WorkshopSessionForm.from_saved(queries.get_workshop_session_view(db, actor, code))
    return _change_page(request, db, actor, code, form, language)


@router.post("/sesi/{code}/ubah")
def change_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Save a session; the people registered are told of a new time or place.

    If a field is wrong, or others have changed the session meanwhile, show the form again.
    """
    before = queries.get_workshop_session_view(db, actor, code)
    waited = list_waiting(db, actor, code) if actor.can(Permission.ATTENDANCE_WRITE) else set()
    moved_up = None
    with catch_problem(db) as caught:
        services.change_workshop_session(db, actor, code, form.to_input(), form_fingerprint=form.seen)
        if waited:
            moved_up = list_moved_up(db, actor, code, waited, _, language)
    if problem := caught.problem:
        return _change_page(request, db, actor, code, form, language, problem)
    return to_changed_session(db, actor, before, _, moved_up)


def to_changed_session(
    db: Db,
    actor: Actor,
    before: queries.WorkshopSessionView,
    _: Translator,
    moved_up: WhatsAppList | None = None,
) -> Response:
    """Return the redirect to a changed session; to the list of people to tell by WhatsApp if there are such people.

    `moved_up` is the list of those who got a place. Everybody is told of a new time or place, they among them.
    """
    after = queries.get_workshop_session_view(db, actor, before.code)
    if services.is_told(before, after) and count_recipients(db, actor, before.code)["by-hand"]:
        return redirect(
            f"/sesi/{before.code}/whatsapp?kepada=by-hand&tentang=changed",
            _("The changes are saved. Now tell those whom no e-mail reaches."),
        )
    if moved_up:
        return redirect(
            f"/sesi/{before.code}/whatsapp/{moved_up.id}",
            _("The changes are saved. Tell those who got a place from the waiting list here."),
        )
    return redirect(f"/sesi/{before.code}", _("The changes are saved."))


@router.get("/sesi/{code}/salin")
def copy_session_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _copy_page(request, db, actor, code)


@router.post("/sesi/{code}/salin")
def copy_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CopyForm, Form()],
    _: Translate,
) -> Response:
    """Create sessions with the settings of the session `code` at other times, and redirect to the first.

    Several are shown first; they are created once days are ticked there.
    """
    if form.back:
        return _copy_page(request, db, actor, code, form)
    with catch_problem(db) as caught:
        starts = form.to_start()
        if form.repeat:
            view = queries.get_workshop_session_view(db, actor, code)
            data = services.input_from(view, starts)
            days = form.to_days(starts.date())
            if not form.chosen:
                planned = session_series.plan_series(db, actor, data, days)
                return _preview_page(request, form, planned, view.workshop_title)
            created = session_series.copy_to_days(db, actor, code, data, days, next_code=form.next_code)
            return _to_series(created, _)
        workshop_session = services.copy_session(db, actor, code, form.code, starts)
    if problem := caught.problem:
        return _copy_page(request, db, actor, code, form, problem)
    return redirect(
        f"/sesi/{workshop_session.code}",
        _("The session has been created with the settings of %(code)s.") % {"code": code},
    )


@router.get("/sesi/{code}/batalkan")
def cancel_session_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _cancel_page(request, db, actor, code, CancellationForm())


@router.post("/sesi/{code}/batalkan")
def cancel_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CancellationForm, Form()],
    _: Translate,
) -> Response:
    """Cancel a session for a reason, which the people registered are told.

    Redirect to the list of those to write to by WhatsApp, or to the session if there are none.
    """
    with catch_problem(db) as caught:
        services.cancel_session(db, actor, code, form.why)
    if problem := caught.problem:
        return _cancel_page(request, db, actor, code, form, problem)
    if count_recipients(db, actor, code)["by-hand"]:
        return redirect(
            f"/sesi/{code}/whatsapp?kepada=by-hand",
            _("The session is cancelled. Now tell those whom no e-mail reaches."),
        )
    return redirect(f"/sesi/{code}", _("The session is cancelled."))


def _preview_page(
    request: Request,
    form: Repetition,
    planned: list[session_series.PlannedSession],
    title: str,
) -> Response:
    """Return the page that lists the sessions to be created, each day with a checkbox."""
    return render(
        request,
        "workshops/sessions/preview.html",
        form=form,
        planned=planned,
        title=title,
        kept=kept_fields(form),
    )


def _to_series(created: list[WorkshopSession], _: Translator) -> Response:
    """Return the redirect to the page of a new series, or to the session if only one was ticked."""
    first = created[0].code
    if len(created) == 1:
        return redirect(f"/sesi/{first}", _("The session has been created."))
    return redirect(
        f"/sesi/{first}/rangkaian", _("%(count)s sessions have been created.") % {"count": len(created)}
    )


def _new_page(
    request: Request,
    db: Db,
    actor: Actor,
    workshop_code: str,
    form: NewSessionForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    of_workshop = get_workshop_view(db, actor, workshop_code)
    return render(
        request,
        "workshops/sessions/new.html",
        form=form,
        next_code=queries.suggest_session_code(db, workshop_code),
        problem=problem,
        workshop=of_workshop,
        planned_for=next(
            (place.name for place in reference.list_kelurahan(db) if place.code == form.planned_for), ""
        ),
        venues=list_venue_names(db),
        groups=_groups(db, language, of_workshop.target_groups, form),
        staff=list_assignable_staff(db, of_workshop.organization_id),
    )


def _change_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: WorkshopSessionForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    workshop_session = queries.get_workshop_session_view(db, actor, code)
    groups = get_workshop_view(db, actor, workshop_session.workshop_code).target_groups
    return render(
        request,
        "workshops/sessions/change.html",
        form=form,
        problem=problem,
        workshop_session=workshop_session,
        saved=conflicting_form(problem, WorkshopSessionForm.from_saved(workshop_session)),
        told=build_reach_note(request, get_session_reach(db, actor, code)),
        told_of_places=build_reach_note(
            request, get_session_reach(db, actor, code, [RegistrationStatus.WAITLISTED])
        ),
        venues=list_venue_names(db),
        groups=_groups(db, language, groups, form),
    )


def _copy_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: CopyForm | None = None,
    problem: Problem | None = None,
) -> Response:
    workshop_session = queries.get_workshop_session_view(db, actor, code)
    if form is None:
        form = CopyForm(
            code=queries.suggest_session_code(db, workshop_session.workshop_code),
            starts=clock_text(workshop_session.starts_at),
        )
    return render(
        request,
        "workshops/sessions/copy.html",
        form=form,
        next_code=queries.suggest_session_code(db, workshop_session.workshop_code),
        problem=problem,
        workshop_session=workshop_session,
    )


def _cancel_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: CancellationForm,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "workshops/sessions/cancel.html",
        form=form,
        problem=problem,
        workshop_session=queries.get_workshop_session_view(db, actor, code),
        told=build_reach_note(request, get_session_reach(db, actor, code)),
    )


def _groups(
    db: Db, language: Language, of_workshop: tuple[str, ...], form: WorkshopSessionForm
) -> list[tuple[str, str]]:
    """Return code and label of the workshop's groups and of those filled in, in the order of reports.

    If the workshop is for everyone, of all groups.
    """
    shown = {*of_workshop, *form.groups}
    groups = reference.list_target_groups(db, language)
    return [(group.code, group.label) for group in groups if not of_workshop or group.code in shown]
