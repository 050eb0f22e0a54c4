"""The forms that issue a report and revise one, with the figures that will be issued."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request, Response

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator, wita_today
from app.models import IssuedReport
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import (
    get_issued_report,
    get_last_signatories,
    list_late_uploads,
    list_open_uploads,
    list_reports_in_force,
    load_issued_figures,
    slug_of,
)
from app.reports.coverage.html import table_context
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.tables.matrix import totals_table
from app.reports.coverage.texts.wording import (
    closed_period_lines,
    filter_lines,
    headline,
    period_text,
    target_note,
)
from app.reports.official import CLASSIFICATION_NAMES
from app.services.issued_reports.issue import (
    draft_report,
    draft_revision,
    issue_report,
    preview_checksum,
    preview_report,
    revise_report,
)
from app.web.container import container_of
from app.web.coverage.page import filter_choices, render_by_query
from app.web.coverage.query import CoverageQuery
from app.web.dependencies import CurrentActor, Lang, LongReadDb, LongWriteDb, Translate
from app.web.forms import catch_problem
from app.web.issued_reports.form import IssueForm
from app.web.pages import redirect, render

router = APIRouter(prefix="/laporan", include_in_schema=False)

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@router.get("/terbitkan")
def issue_page(
    request: Request, db: LongReadDb, actor: CurrentActor, language: Lang, _: Translate
) -> Response:
    """Show the figures of the period and filters in the address, and the form that issues them."""
    actor.require(Permission.REPORT_ISSUE)

    def page(query: CoverageQuery) -> Response:
        report = preview_report(db, actor, query.filters)
        form = IssueForm.for_report(report, get_last_signatories(db))
        return _issue_page(request, db, actor, query, report, form, language, _)

    return render_by_query(request, db, actor, CoverageQuery, language, page)


@router.post("/terbitkan")
def issue(
    request: Request,
    read_db: LongReadDb,
    db: LongWriteDb,
    actor: CurrentActor,
    query: Annotated[CoverageQuery, Query()],
    form: Annotated[IssueForm, Form()],
    language: Lang,
    _: Translate,
) -> Response:
    actor.require(Permission.REPORT_ISSUE)
    problem = None
    if not form.add:
        to = (actor, query.filters, form.to_text(), _base_url(request))
        with catch_problem(db) as caught:
            report = issue_report(db, *to, draft_report(read_db, *to))
        if not caught.problem:
            return _redirect_to(report, _)
        problem = caught.problem
    preview = preview_report(db, actor, query.filters)
    return _issue_page(request, db, actor, query, preview, form, language, _, problem)


@router.get("/{report_number}/revisi")
def revision_page(
    request: Request, db: LongReadDb, actor: CurrentActor, report_number: str, language: Lang, _: Translate
) -> Response:
    actor.require(Permission.REPORT_ISSUE)
    return _revision_page(request, db, actor, report_number, None, language, _)


@router.post("/{report_number}/revisi")
def revise(
    request: Request,
    read_db: LongReadDb,
    db: LongWriteDb,
    actor: CurrentActor,
    report_number: str,
    form: Annotated[IssueForm, Form()],
    language: Lang,
    _: Translate,
) -> Response:
    actor.require(Permission.REPORT_ISSUE)
    problem = None
    if not form.add:
        to = (actor, report_number, form.to_text(), form.what_changed, _base_url(request))
        with catch_problem(db) as caught:
            report = revise_report(db, *to, draft_revision(read_db, *to))
        if not caught.problem:
            return _redirect_to(report, _)
        problem = caught.problem
    return _revision_page(request, db, actor, report_number, form, language, _, problem)


def _redirect_to(report: IssuedReport, _: Translator) -> Response:
    message = _("Report %(number)s is issued.") % {"number": report.number}
    return redirect(f"/laporan/{slug_of(report.number)}", message)


def _base_url(request: Request) -> str:
    return container_of(request).settings.base_url


def _local_address(request: Request) -> str:
    """Return the address of the service if only this computer can open it, "" otherwise."""
    address = _base_url(request)
    return address if urlsplit(address).hostname in LOCAL_HOSTS else ""


def _issue_page(
    request: Request,
    db: Db,
    actor: Actor,
    query: CoverageQuery,
    report: CoverageReport,
    form: IssueForm,
    language: Language,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "issued_reports/issue.html",
        problem=problem,
        form=query,
        issue_form=form.model_copy(update={"seen": preview_checksum(report)}),
        local_address=_local_address(request),
        in_force=list_reports_in_force(db, report.period, query.filters),
        **_preview_context(db, actor, report, query.filters, language, _),
        **filter_choices(db, actor, query, language),
    )


def _revision_page(
    request: Request,
    db: Db,
    actor: Actor,
    report_number: str,
    form: IssueForm | None,
    language: Language,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    former = get_issued_report(db, actor, report_number)
    issued = load_issued_figures(db, former.id)
    report = preview_report(db, actor, former.filters)
    form = form or IssueForm.for_revision(issued, report)
    return render(
        request,
        "issued_reports/revise.html",
        problem=problem,
        local_address=_local_address(request),
        former=former,
        issued=issued,
        issue_form=form.model_copy(update={"seen": preview_checksum(report)}),
        late_uploads=list_late_uploads(db, actor, former),
        **_preview_context(db, actor, report, former.filters, language, _),
    )


def _preview_context(
    db: Db,
    actor: Actor,
    report: CoverageReport,
    filters: CoverageFilters,
    language: Language,
    _: Translator,
) -> dict[str, Any]:
    """Return the template variables for the figures that will be issued, and what may speak against issuing them."""
    return {
        "report": report,
        "headline": headline(report, _, language),
        "period_line": period_text(report, _, language),
        "filter_lines": filter_lines(report.filters, _),
        "target_note": target_note(report, _, language),
        "closed_period_lines": closed_period_lines(report, _, language),
        "table": totals_table(report, _, language),
        "open_uploads": list_open_uploads(db, actor, report.period, filters),
        "is_over": report.period.to < wita_today(),
        "classifications": [(code.value, _(name)) for code, name in CLASSIFICATION_NAMES.items()],
        **table_context(language),
    }
