"""Coverage gaps (where to go next) and coverage of RT, as pages and as files."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.database import Db
from app.permissions import Actor, Permission
from app.queries.coverage.gaps import coverage_gaps, sessions_without_outcomes
from app.queries.coverage.rt import rt_coverage
from app.queries.workshops.workshops import WorkshopView, workshops
from app.reports.coverage.download import Format
from app.reports.coverage.gaps import CoverageGap, Order, gaps_download, gaps_headline
from app.reports.coverage.html import table_parts
from app.reports.coverage.rt import rt_download, rt_headline, rt_table
from app.reports.coverage.states import state_text
from app.reports.coverage.wording import subtitle
from app.web.coverage.page import MAX_WORKSHOPS, render_report
from app.web.coverage.query import CoverageQuery
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag
from app.web.forms import EmptyIsNone, OptionalText
from app.web.pages import render
from app.web.workshop_session_form import GROUP_PREFIX

router = APIRouter(include_in_schema=False)

MAX_GAPS = 20
MAX_SESSIONS = 10


class GapsQuery(CoverageQuery):
    """The filters of the coverage report, the order of the gaps, the workshop to plan sessions in, and whether all gaps
    are shown."""

    order: Annotated[Order | None, EmptyIsNone] = Field(None, alias="urut")
    planned_in: OptionalText = Field(None, alias="rencana")
    show_all: Annotated[Literal["semua"] | None, EmptyIsNone] = Field(None, alias="tampil")

    @property
    def kept(self) -> dict[str, Any]:
        """The parameters that the page keeps while another workshop is chosen."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"planned_in"})

    @property
    def report(self) -> str:
        """The query string of the coverage report that these gaps belong to."""
        return self.model_copy(update={"order": None, "planned_in": None, "show_all": None}).address

    @property
    def whole(self) -> str:
        """The query string of this page with all gaps."""
        return self.model_copy(update={"show_all": "semua"}).address

    def ranked(self, order: Order) -> str:
        """Return the query string of this page with the gaps in another order."""
        return self.model_copy(update={"order": order}).address


@router.get("/cakupan/berikutnya")
def coverage_gaps_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: GapsQuery) -> Response:
        gaps = coverage_gaps(report_db, actor, form.filters, language, form.order or "gap")
        planned_workshops = _workshops_to_plan_in(db, actor)
        return render(
            request,
            "coverage/gaps/page.html",
            all_gaps=gaps,
            gaps=gaps.gaps if form.show_all else gaps.gaps[:MAX_GAPS],
            form=form,
            headline=gaps_headline(gaps, _, language),
            subtitle=subtitle(gaps.report, _),
            sessions=sessions_without_outcomes(report_db, actor, gaps.report, form.filters, MAX_SESSIONS),
            workshops=[
                (workshop.code, f"{workshop.title} ({workshop.code})") for workshop in planned_workshops
            ],
            plan_address=lambda gap: _plan_url(
                gap, _choose_workshop(gap, planned_workshops, form.planned_in)
            ),
            state_text=lambda state, why: state_text(state, why, _),
            **table_parts(language),
        )

    return render_report(request, db, report_db, actor, GapsQuery, language, page)


@router.get("/cakupan/berikutnya.{file_format}")
def coverage_gaps_file(
    request: Request,
    db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[GapsQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        gaps = coverage_gaps(db, actor, form.filters, language, form.order or "gap")
        return download(gaps_download(gaps, file_format, _, language))

    return respond_with_etag(request, db, actor, file)


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
        rt = rt_coverage(report_db, actor, form.filters, language)
        return render(
            request,
            "coverage/gaps/rt.html",
            form=form,
            headline=rt_headline(rt, _, language),
            subtitle=subtitle(rt.report, _),
            table=rt_table(rt, _, language).for_people(),
            **table_parts(language),
        )

    return render_report(request, db, report_db, actor, CoverageQuery, language, page)


@router.get("/cakupan/rt.{file_format}")
def rt_coverage_file(
    request: Request,
    db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[CoverageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        return download(rt_download(rt_coverage(db, actor, form.filters, language), file_format, _, language))

    return respond_with_etag(request, db, actor, file)


def _workshops_to_plan_in(db: Db, actor: Actor) -> list[WorkshopView]:
    """Return the workshops in which the actor may plan a session, the one with the newest session first."""
    if not actor.can(Permission.SESSION_WRITE):
        return []
    return workshops(db, actor, archived=False, limit=MAX_WORKSHOPS)


def _plan_url(gap: CoverageGap, workshop: WorkshopView) -> str:
    """Return the URL of the form for a new session of the workshop, filled in for the gap."""
    fields: dict[str, str | int] = {
        "venue": gap.venues.best,
        "capacity": gap.gap,
        "planned_for": gap.kelurahan,
    }
    if gap.group:
        fields[GROUP_PREFIX + gap.group] = gap.gap
    return f"/kegiatan/{workshop.code}/sesi/baru?{urlencode(fields)}"


def _choose_workshop(gap: CoverageGap, workshops: Sequence[WorkshopView], chosen: str | None) -> WorkshopView:
    """Return the chosen workshop, else the first that is for the gap's group, else the first."""

    def fits(workshop: WorkshopView) -> bool:
        return gap.group is None or not workshop.target_groups or gap.group in workshop.target_groups

    by_choice = (workshop for workshop in workshops if workshop.code == chosen)
    return next(by_choice, None) or next(filter(fits, workshops), workshops[0])
