"""The gaps of the coverage report and the RT coverage, as pages and as files."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.database import Db
from app.permissions import Actor, Permission
from app.queries.coverage.gaps import build_coverage_gaps, sessions_without_outcomes
from app.queries.coverage.rt import build_rt_coverage
from app.queries.workshops.workshops import WorkshopView, list_workshops
from app.reports.coverage.gaps import Order, gaps_download
from app.reports.coverage.html import table_context
from app.reports.coverage.report import CoverageGap
from app.reports.coverage.rt import rt_download, rt_headline, rt_table
from app.reports.coverage.states import state_text
from app.reports.coverage.texts.wording import gaps_headline, subtitle, target_note
from app.reports.formats.download import Format
from app.web.coverage.links import FigureLinks
from app.web.coverage.page import MAX_WORKSHOP_CHOICES, render_report
from app.web.coverage.query import CoverageQuery
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag
from app.web.forms import EmptyIsNone, OptionalText
from app.web.pages import render
from app.web.workshops.workshop_session_form import GROUP_PREFIX

router = APIRouter(include_in_schema=False)

MAX_GAPS_SHOWN = 20
MAX_SESSIONS_SHOWN = 10


class GapsQuery(CoverageQuery):
    """The filters of the coverage report, the order of the gaps, and the workshop in which sessions are planned."""

    order: Annotated[Order | None, EmptyIsNone] = Field(None, alias="urut")
    workshop_to_plan: OptionalText = Field(None, alias="rencana")
    shown: Annotated[Literal["semua"] | None, EmptyIsNone] = Field(None, alias="tampil")

    @property
    def hidden_fields(self) -> dict[str, Any]:
        """The parameters that are set, by name, except the workshop to plan in: its form sends them along."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"workshop_to_plan"})

    @property
    def report_query_string(self) -> str:
        """The query string of the coverage report with the same filters."""
        parameters = {"order": None, "workshop_to_plan": None, "shown": None}
        return self.model_copy(update=parameters).query_string

    @property
    def show_all_query_string(self) -> str:
        """The query string of this page with all gaps."""
        return self.model_copy(update={"shown": "semua"}).query_string

    def order_query_string(self, order: Order) -> str:
        """Return the query string of this page with the gaps in this order."""
        return self.model_copy(update={"order": order}).query_string


@router.get("/cakupan/berikutnya")
def coverage_gaps_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    """Show the first `MAX_GAPS_SHOWN` gaps, or all with `tampil`, and sessions with missing attendance.

    Users who may create sessions get a link from each gap to the form of a session for it.
    """

    def page(form: GapsQuery) -> Response:
        gaps = build_coverage_gaps(report_db, actor, form.filters, language, form.order or "gap")
        choices = _plannable_workshops(db, actor)
        return render(
            request,
            "coverage/gaps/page.html",
            order=gaps.order,
            gaps=gaps.gaps if form.shown else gaps.gaps[:MAX_GAPS_SHOWN],
            gap_count=len(gaps.gaps),
            form=form,
            headline=gaps_headline(gaps.report, gaps.gaps, _, language),
            subtitle=subtitle(gaps.report, _, language),
            target_note=target_note(gaps.report, _, language),
            target_year=gaps.report.target_year,
            kelurahan_link=FigureLinks(actor, gaps.report).kelurahan_link,
            sessions=sessions_without_outcomes(
                report_db, actor, gaps.report, form.filters, MAX_SESSIONS_SHOWN
            ),
            workshops=[(workshop.code, f"{workshop.title} ({workshop.code})") for workshop in choices],
            plan_url=lambda gap: _plan_url(gap, _workshop_for(gap, choices, form.workshop_to_plan)),
            state_text=lambda state, why: state_text(state, why, _),
            **table_context(language),
        )

    return render_report(request, db, report_db, actor, GapsQuery, language, page)


@router.get("/cakupan/berikutnya.{file_format}")
def coverage_gaps_file(
    request: Request,
    report_db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[GapsQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        gaps = build_coverage_gaps(report_db, actor, form.filters, language, form.order or "gap")
        return download(gaps_download(gaps, file_format, _, language))

    return respond_with_etag(request, report_db, actor, file)


@router.get("/cakupan/rt")
def rt_coverage_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: CoverageQuery) -> Response:
        rt = build_rt_coverage(report_db, actor, form.filters, language)
        links = FigureLinks(actor, rt.report)
        return render(
            request,
            "coverage/gaps/rt.html",
            form=form,
            headline=rt_headline(rt, _, language),
            subtitle=subtitle(rt.report, _, language),
            table=rt_table(rt, _, language).for_people(),
            **table_context(language, links.kelurahan_link, links.cell_link),
        )

    return render_report(request, db, report_db, actor, CoverageQuery, language, page)


@router.get("/cakupan/rt.{file_format}")
def rt_coverage_file(
    request: Request,
    report_db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[CoverageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        rt = build_rt_coverage(report_db, actor, form.filters, language)
        return download(rt_download(rt, file_format, _, language))

    return respond_with_etag(request, report_db, actor, file)


def _plannable_workshops(db: Db, actor: Actor) -> list[WorkshopView]:
    """Return the workshops in which the actor may plan a session, as `list_workshops` sorts them.

    Archived ones are left out. Empty if the actor may not create sessions.
    """
    if not actor.can(Permission.SESSION_WRITE):
        return []
    return list_workshops(db, actor, archived=False, limit=MAX_WORKSHOP_CHOICES)


def _plan_url(gap: CoverageGap, workshop: WorkshopView) -> str:
    """Return the URL of the form for a new session of the workshop, filled in for the gap.

    The venue is the suggested one, the seats are the people missing to the target if there is one.
    """
    parameters: dict[str, str | int] = {"venue": gap.venues.best, "planned_for": gap.kelurahan}
    if gap.gap is not None:
        parameters["capacity"] = gap.gap
        if gap.group:
            parameters[GROUP_PREFIX + gap.group] = gap.gap
    return f"/kegiatan/{workshop.code}/sesi/baru?{urlencode(parameters)}"


def _workshop_for(gap: CoverageGap, workshops: Sequence[WorkshopView], code: str | None) -> WorkshopView:
    """Return the workshop with this code, else the first that is open to the gap's target group, else the first.

    Raises `IndexError` if `workshops` is empty.
    """

    def fits(workshop: WorkshopView) -> bool:
        return gap.group is None or not workshop.target_groups or gap.group in workshop.target_groups

    chosen = (workshop for workshop in workshops if workshop.code == code)
    return next(chosen, None) or next(filter(fits, workshops), workshops[0])
