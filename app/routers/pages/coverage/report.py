"""The coverage report: its page with map and matrix, its files, and the sessions that it counts."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.database import Db
from app.i18n import Language, Translator
from app.permissions import Actor
from app.queries.areas.boundaries import add_boundaries
from app.queries.coverage.sessions import list_counted_sessions
from app.queries.issued_reports.closed_periods import list_closed_periods
from app.queries.issued_reports.figures import make_coverage_file
from app.reports.coverage.breakdowns import DIMENSION_NAMES, Breakdown
from app.reports.coverage.files.geojson import coverage_geojson
from app.reports.coverage.html import coverage_context
from app.reports.coverage.report import counting_rule
from app.reports.coverage.states import STATE_STYLES
from app.reports.coverage.texts.wording import (
    closed_period_line,
    filter_lines,
    group_lines,
    headline,
    subtitle,
    target_note,
)
from app.reports.coverage.trend import STEPS, Trend, trend_note
from app.reports.drawings.map import Link
from app.reports.formats.download import Format
from app.reports.periods import Period, presets
from app.reports.table import Heading
from app.web.coverage.links import FigureLinks, build_issue_url, people_url
from app.web.coverage.page import filter_choices, render_by_query, render_report
from app.web.coverage.query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag
from app.web.forms import EmptyIsNone, OptionalText
from app.web.pages import render

router = APIRouter(include_in_schema=False)

MAX_SESSIONS_SHOWN = 200


SortColumn = Literal["kelurahan", "kecamatan", "target", "peserta", "kurang", "keadaan"]


class CoveragePageQuery(CoverageReportQuery):
    """The query parameters of the page, and its URL with other parameters.

    `details` opens the columns of the target groups, `sort` is the column by which the kelurahan are sorted. `figures`
    asks for working figures also where the period is closed. `map_kind` chooses the map in the boundaries of the
    kelurahan, where there are any, instead of the hexagons.
    """

    details: Annotated[Literal["kelompok"] | None, EmptyIsNone] = Field(None, alias="rincian")
    sort: Annotated[SortColumn | None, EmptyIsNone] = Field(None, alias="urut")
    figures: Annotated[Literal["kerja"] | None, EmptyIsNone] = Field(None, alias="angka")
    map_kind: Annotated[Literal["batas"] | None, EmptyIsNone] = Field(None, alias="peta")

    def sort_link(self, heading: Heading) -> str | None:
        """Return the URL of the page sorted by a column, or unsorted if it is sorted by it; None if it can't be."""
        if not heading.sort:
            return None
        return self.url_with(sort=None if heading.sort == self.sort else heading.sort) + "#matrix"

    def url_with(self, **parameters: object) -> str:
        """Return the URL of the page with these parameters changed; None removes one."""
        return f"/cakupan{self.model_copy(update=parameters).query_string}"

    def trend_link(self, trend: Trend | None) -> Link | None:
        """Return the function from the key of a month or year of the trend to the URL of the page for its days."""
        if trend is None:
            return None
        periods = {part.key: part.period for step in STEPS for part in trend.parts(step)}
        return lambda key: self.url_with(from_=periods[key].from_, to=periods[key].to)

    def part_link(self, breakdown: Breakdown) -> Link:
        """Return the function from the key of a part of the breakdown to the URL of the page filtered by this part."""
        parameters = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        filters = {part.key: part.narrowed for part in breakdown.parts}
        return lambda key: f"/cakupan?{urlencode({**parameters, **filters[key]})}"


class SessionsQuery(CoverageQuery):
    """The filters of the report, a kelurahan, and whether sessions need registered or present people."""

    kelurahan: OptionalText = None
    counted: Annotated[Literal["present", "registered"] | None, EmptyIsNone] = None

    @property
    def report_query_string(self) -> str:
        """The query string of the coverage report with the same filters."""
        return self.model_copy(update={"kelurahan": None, "counted": None}).query_string

    def people_url(self, period: Period) -> str:
        """Return the URL of the people behind these sessions."""
        parameters = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        parameters |= {"from": period.from_, "to": period.to}
        return people_url(self.counted or "present", parameters)


@router.get("/cakupan")
def coverage_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: CoveragePageQuery) -> Response:
        return _page(request, db, report_db, actor, form, _, language)

    return render_report(request, db, report_db, actor, CoveragePageQuery, language, page)


def _page(
    request: Request,
    db: Db,
    report_db: Db,
    actor: Actor,
    form: CoveragePageQuery,
    _: Translator,
    language: Language,
) -> Response:
    report = form.load_report(report_db, actor, language, working=form.figures is not None)
    report = add_boundaries(report_db, report)
    links = FigureLinks(actor, report)
    context: dict[str, Any] = coverage_context(
        report,
        _,
        language,
        links.kelurahan_link,
        links.cell_link,
        details=form.details is not None,
        sort=form.sort or "",
        in_boundaries=form.map_kind is not None,
    )
    return render(
        request,
        "coverage/page.html",
        form=form,
        report=report,
        headline=headline(report, _, language),
        target_note=target_note(report, _, language),
        filter_lines=filter_lines(report.filters, _),
        subtitle=subtitle(report, _, language),
        rule=counting_rule(report.target_year, _),
        group_lines=group_lines(report, _, language),
        state_styles=STATE_STYLES,
        total_links=links.total_links,
        part_link=form.part_link,
        trend_row_link=form.trend_link(report.trend),
        trend_note=trend_note(_),
        presets=presets(report.period, _, language),
        issue_url=build_issue_url(report),
        late_uploads=sum(closed.late_uploads for closed in list_closed_periods(report_db, report.period))
        if report.official
        else 0,
        dimensions=DIMENSION_NAMES,
        **filter_choices(db, actor, form, language),
        **(context | {"sort_link": form.sort_link}),
    )


@router.get("/cakupan.geojson")
def coverage_geojson_file(
    request: Request,
    report_db: ReportDb,
    actor: CurrentActor,
    form: Annotated[CoveragePageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        is_working = form.figures is not None
        report = form.load_report(report_db, actor, language, trend=False, working=is_working)
        return download(coverage_geojson(add_boundaries(report_db, report), _))

    return respond_with_etag(request, report_db, actor, file)


@router.get("/cakupan.{file_format}")
def coverage_file(
    request: Request,
    report_db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[CoveragePageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        report = form.load_report(report_db, actor, language, working=form.figures is not None)
        return download(make_coverage_file(report_db, actor, report, form.filters, file_format, _, language))

    return respond_with_etag(request, report_db, actor, file)


@router.get("/cakupan/sesi")
def coverage_sessions_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    """Show the first `MAX_SESSIONS_SHOWN` sessions that a figure of the report counts."""

    def page(form: SessionsQuery) -> Response:
        counted = list_counted_sessions(
            report_db,
            actor,
            form.filters,
            language,
            kelurahan=form.kelurahan,
            counted=form.counted,
            limit=MAX_SESSIONS_SHOWN,
        )
        return render(
            request,
            "coverage/sessions.html",
            form=form,
            counted=counted,
            sessions=counted.sessions,
            closed_period_lines=[
                closed_period_line(closed, _, language) for closed in counted.closed_periods
            ],
        )

    return render_by_query(request, db, actor, SessionsQuery, language, page)
