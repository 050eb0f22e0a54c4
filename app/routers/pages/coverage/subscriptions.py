"""Saved filters of the coverage report, subscriptions to them, and the monthly report by e-mail."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Request, Response

from app.database import Db
from app.errors import Problem
from app.models import ReportFrequency
from app.permissions import Actor, Permission
from app.queries.report_mails.filters import list_saved_filters
from app.queries.report_mails.mails import (
    get_mailing,
    gets_monthly_report,
    list_monthly_mails,
    list_possible_recipients,
)
from app.services.report_mails import filters, mailing
from app.services.report_mails.unsubscribing import get_subscription, unsubscribe
from app.web.container import container_of
from app.web.coverage.query import CoverageReportQuery
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb, limit_guessing
from app.web.forms import EmptyIsNone, catch_problem, parse_query, parse_whole_number
from app.web.pages import redirect, render

PATH = "/cakupan/langganan"

router = APIRouter(include_in_schema=False)

Frequency = Annotated[ReportFrequency | None, EmptyIsNone, Form()]


@router.get(PATH)
def subscriptions_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _page(request, db, actor)


@router.post(PATH)
def save_filter(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    name: Annotated[str, Form()] = "",
    query: Annotated[str, Form()] = "",
) -> Response:
    """Save the filters in the query string of the coverage page under a name."""
    with catch_problem(db) as caught:
        form, error = parse_query(CoverageReportQuery, dict(parse_qsl(query.removeprefix("?"))))
        if error:
            raise error
        parameters = form.model_dump(mode="json", by_alias=True, exclude_none=True)
        filters.save_filter(db, actor, name, parameters)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem=problem, new=(name, query))
    return redirect(PATH, _("The filter is saved."))


@router.post(f"{PATH}/bulanan")
def change_mailing(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    day: Annotated[str, Form()] = "",
    recipient: Annotated[list[int] | None, Form()] = None,
) -> Response:
    """Turn the monthly report by e-mail on or off, and choose who gets it."""
    with catch_problem(db) as caught:
        mailing.change_mailing(db, actor, parse_whole_number(day), recipient or [])
    if problem := caught.problem:
        return _page(
            request, read_db, actor, problem=problem, chosen=(parse_whole_number(day), recipient or [])
        )
    return redirect(f"{PATH}#bulanan", _("The changes are saved."))


@router.post(f"{PATH}/berhenti")
def stop_monthly_report(db: WriteDb, actor: CurrentActor, _: Translate) -> Response:
    mailing.stop_monthly_report(db, actor)
    return redirect(PATH, _("You no longer get the monthly report."))


@router.post(f"{PATH}/{{filter_id}}")
def change_filter(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    filter_id: int,
    _: Translate,
    name: Annotated[str, Form()] = "",
    frequency: Frequency = None,
) -> Response:
    """Rename a saved filter, and begin or end the subscription to it."""
    with catch_problem(db) as caught:
        filters.rename_filter(db, actor, filter_id, name)
        filters.subscribe(db, actor, filter_id, frequency)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem=problem, changed=filter_id)
    return redirect(PATH, _("The changes are saved."))


@router.post(f"{PATH}/{{filter_id}}/hapus")
def delete_filter(db: WriteDb, actor: CurrentActor, filter_id: int, _: Translate) -> Response:
    filters.delete_filter(db, actor, filter_id)
    return redirect(PATH, _("The filter is deleted."))


@router.get("/cakupan/berhenti/{token}", dependencies=[Depends(limit_guessing)])
def unsubscribe_page(request: Request, db: ReadDb, token: str) -> Response:
    """Ask whether to end the mails of a link. Programs that open links in mails change nothing."""
    subscription = get_subscription(db, container_of(request).settings.secret, token)
    return render(request, "coverage/unsubscribe.html", subscription=subscription)


@router.post("/cakupan/berhenti/{token}", dependencies=[Depends(limit_guessing)])
def end_subscription(request: Request, db: WriteDb, token: str) -> Response:
    """End the mails of a link, for its page and for mail programs (RFC 8058)."""
    secret = container_of(request).settings.secret
    unsubscribe(db, secret, token)
    db.flush()
    subscription = get_subscription(db, secret, token)
    return render(request, "coverage/unsubscribe.html", subscription=subscription)


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    *,
    problem: Problem | None = None,
    new: tuple[str, str] | None = None,
    changed: int | None = None,
    chosen: tuple[int | None, list[int]] | None = None,
) -> Response:
    """Return the page; with a `problem` of the form for a `new` filter, the `changed` one, or those `chosen`."""
    may_choose = actor.can(Permission.REPORT_ISSUE)
    people = list_possible_recipients(db, actor) if may_choose else []
    saved = get_mailing(db)
    day, recipients = chosen or (saved.day, [person.id for person in people if person.is_chosen])
    return render(
        request,
        "coverage/subscriptions.html",
        problem=problem,
        saved_filters=list_saved_filters(db, actor),
        new=new,
        changed=changed,
        mailing=saved,
        day=day,
        recipients=recipients,
        choosing_failed=chosen is not None,
        people_choices=[(person.id, f"{person.name} ({person.organization})") for person in people],
        may_choose=may_choose,
        mails=list_monthly_mails(db, actor) if may_choose else [],
        is_recipient=gets_monthly_report(db, actor),
        has_mail_server=container_of(request).settings.sends_mail,
        day_choices=[(day, day) for day in mailing.DAYS],
    )
