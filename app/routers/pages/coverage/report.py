"""Which kelurahan and groups were reached: the page with map and matrix, and the same as a file."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.database import Db
from app.i18n import Language, Translator
from app.permissions import Actor
from app.queries.coverage.sessions import sessions_behind
from app.queries.workshops.workshops import own_workshop_codes
from app.reports.coverage.download import Format, coverage_download
from app.reports.coverage.html import coverage_parts
from app.reports.coverage.parts import DIVISION_NAMES, Breakdown
from app.reports.coverage.report import counting_rule
from app.reports.coverage.states import LOOKS
from app.reports.coverage.wording import group_lines, headline, subtitle
from app.reports.drawings.map import Link
from app.reports.periods import presets
from app.web.coverage.links import FigureLinks
from app.web.coverage.page import answered, filter_choices
from app.web.coverage.query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.downloads import download
from app.web.etags import unless_unchanged
from app.web.forms import OptionalText, render_form
from app.web.pages import render

router = APIRouter(include_in_schema=False)

SESSIONS_SHOWN = 200


class CoveragePageQuery(CoverageReportQuery):
    """What the page shows, and from it to the same with something else chosen."""

    def changed(self, **fields: object) -> str:
        """The address of the page with some of its fields changed."""
        return f"/cakupan{self.model_copy(update=fields).address}"

    def part_link(self, breakdown: Breakdown) -> Link:
        """From a part's key to the address of the page with that part alone."""
        given = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        narrowed = {part.key: part.narrowed for part in breakdown.parts}
        return lambda key: f"/cakupan?{urlencode({**given, **narrowed[key]})}"


class SessionsQuery(CoverageQuery):
    """The filters, and a kelurahan."""

    kelurahan: OptionalText = None


@router.get("/cakupan")
def coverage_page(
    request: Request,
    look: Reader,
    db: ReportReader,
    actor: PageActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: CoveragePageQuery) -> Response:
        return _page(request, look, db, actor, form, _, language)

    def answer() -> Response:
        return answered(request, look, actor, CoveragePageQuery, _, language, page)

    return unless_unchanged(request, db, actor, answer)


def _page(
    request: Request,
    look: Db,
    db: Db,
    actor: Actor,
    form: CoveragePageQuery,
    _: Translator,
    language: Language,
) -> Response:
    report = form.report(db, actor, language)
    links = FigureLinks(actor, report, own_workshop_codes(look, actor))
    parts: dict[str, Any] = coverage_parts(report, _, language, links.to_people, links.of_cell)
    return render_form(
        request,
        "coverage/page.html",
        form,
        _,
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
        **filter_choices(look, actor, form, language),
        **parts,
    )


@router.get("/cakupan.{file_format}")
def coverage_file(
    request: Request,
    db: ReportReader,
    actor: PageActor,
    file_format: Format,
    form: Annotated[CoveragePageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        return download(coverage_download(form.report(db, actor, language), file_format, _, language))

    return unless_unchanged(request, db, actor, file)


@router.get("/cakupan/sesi")
def coverage_sessions_page(
    request: Request,
    look: Reader,
    db: ReportReader,
    actor: PageActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: SessionsQuery) -> Response:
        behind = sessions_behind(
            db, actor, form.filters, language, kelurahan=form.kelurahan, limit=SESSIONS_SHOWN + 1
        )
        return render(
            request,
            "coverage/sessions.html",
            form=form,
            behind=behind,
            sessions=behind.sessions[:SESSIONS_SHOWN],
            more=len(behind.sessions) > SESSIONS_SHOWN,
        )

    return answered(request, look, actor, SessionsQuery, _, language, page)
