"""The coverage report (which kelurahan and groups were reached), as a page with map and matrix, and as files."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.database import Db
from app.i18n import Language, Translator
from app.permissions import Actor
from app.queries.coverage.sessions import sessions_behind
from app.queries.workshops.workshops import list_own_workshop_codes
from app.reports.coverage.download import Format, coverage_download
from app.reports.coverage.html import coverage_parts
from app.reports.coverage.parts import DIVISION_NAMES, Breakdown
from app.reports.coverage.report import counting_rule
from app.reports.coverage.states import LOOKS
from app.reports.coverage.wording import group_lines, headline, subtitle
from app.reports.drawings.map import Link
from app.reports.periods import presets
from app.web.coverage.links import FigureLinks
from app.web.coverage.page import filter_choices, render_by_query, render_report
from app.web.coverage.query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag
from app.web.forms import OptionalText
from app.web.pages import render

router = APIRouter(include_in_schema=False)

MAX_SESSIONS = 200


class CoveragePageQuery(CoverageReportQuery):
    """The parameters of the page, and the URLs of the page with some of them changed."""

    def changed(self, **fields: object) -> str:
        """Return the URL of the page with some parameters changed."""
        return f"/cakupan{self.model_copy(update=fields).address}"

    def part_link(self, breakdown: Breakdown) -> Link:
        """Return the function from a part's key to the URL of the report of that part alone."""
        params = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        narrowed = {part.key: part.narrowed for part in breakdown.parts}
        return lambda key: f"/cakupan?{urlencode({**params, **narrowed[key]})}"


class SessionsQuery(CoverageQuery):
    """The filters of the report, and a kelurahan."""

    kelurahan: OptionalText = None


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
    report = form.report(report_db, actor, language)
    links = FigureLinks(actor, report, list_own_workshop_codes(db, actor))
    parts: dict[str, Any] = coverage_parts(report, _, language, links.to_people, links.of_cell)
    return render(
        request,
        "coverage/page.html",
        form=form,
        report=report,
        headline=headline(report, _, language),
        subtitle=subtitle(report, _),
        rule=counting_rule(report.target_year, _),
        group_lines=group_lines(report, _, language),
        looks=LOOKS,
        behind=links.of_totals,
        part_link=form.part_link,
        presets=presets(report.period, _, language),
        divisions=DIVISION_NAMES,
        **filter_choices(db, actor, form, language),
        **parts,
    )


@router.get("/cakupan.{file_format}")
def coverage_file(
    request: Request,
    db: ReportDb,
    actor: CurrentActor,
    file_format: Format,
    form: Annotated[CoveragePageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        return download(coverage_download(form.report(db, actor, language), file_format, _, language))

    return respond_with_etag(request, db, actor, file)


@router.get("/cakupan/sesi")
def coverage_sessions_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: SessionsQuery) -> Response:
        behind = sessions_behind(
            report_db, actor, form.filters, language, kelurahan=form.kelurahan, limit=MAX_SESSIONS + 1
        )
        return render(
            request,
            "coverage/sessions.html",
            form=form,
            behind=behind,
            sessions=behind.sessions[:MAX_SESSIONS],
            more=len(behind.sessions) > MAX_SESSIONS,
        )

    return render_by_query(request, db, actor, SessionsQuery, language, page)
