"""Which kelurahan and groups were reached: the page with map and matrix, and the same as a file."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.database import Db
from app.errors import Invalid
from app.i18n import Language, Translator
from app.permissions import Actor
from app.queries import reference
from app.queries.coverage_filters import organizers
from app.queries.coverage_sessions import sessions_behind
from app.queries.workshops import workshops
from app.reports.coverage import counting_rule
from app.reports.coverage_parts import DIVISION_NAMES, PILLARS, Breakdown
from app.reports.download import Format, coverage_download
from app.reports.html import coverage_parts
from app.reports.map import Link
from app.reports.periods import presets
from app.reports.states import LOOKS
from app.reports.wording import group_lines, headline, subtitle
from app.web.coverage_links import link_of_cells, link_to_people, links_of_totals
from app.web.coverage_query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.downloads import download
from app.web.etags import unless_unchanged
from app.web.forms import OptionalText, render_form
from app.web.pages import render

router = APIRouter(include_in_schema=False)

# More than anyone scrolls through in a list of choices; older workshops are reached from their own page.
WORKSHOPS_OFFERED = 200
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
    form: Annotated[CoveragePageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    return unless_unchanged(request, db, actor, lambda: _page(request, look, db, actor, form, _, language))


def _page(
    request: Request,
    look: Db,
    db: Db,
    actor: Actor,
    form: CoveragePageQuery,
    _: Translator,
    language: Language,
) -> Response:
    choices = _choices(look, actor, form, language)
    try:
        report = form.report(db, actor, language)
    except Invalid as problem:
        return render_form(request, "coverage/refused.html", form, _, problem, **choices)
    parts: dict[str, Any] = coverage_parts(
        report, _, language, link_to_people(actor, report), link_of_cells(actor, report)
    )
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
        behind=links_of_totals(actor, report),
        part_link=form.part_link,
        presets=presets(report.period, _, language),
        divisions=DIVISION_NAMES,
        **choices,
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
    db: ReportReader,
    actor: PageActor,
    form: Annotated[SessionsQuery, Query()],
    language: Lang,
) -> Response:
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


def _choices(look: Db, actor: Actor, form: CoverageQuery, language: Language) -> dict[str, Any]:
    """What the filters offer, as pairs of code and text; a workshop that is filtered by is always among them."""
    titles = {
        workshop.code: f"{workshop.title} ({workshop.code})"
        for workshop in workshops(look, actor, limit=WORKSHOPS_OFFERED)
    }
    if form.workshop:
        titles.setdefault(form.workshop, form.workshop)
    places = reference.kelurahan(look)
    return {
        "workshops": titles.items(),
        "target_groups": [(group.code, group.label) for group in reference.target_groups(look, language)],
        "kecamatan": {place.kecamatan_code: place.kecamatan for place in places}.items(),
        "organizers": organizers(look),
        "pillars": PILLARS.items(),
    }
