"""Where to go next, and the RT that were reached: pages beside the coverage report, and the same as files."""

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
from app.web.coverage.page import WORKSHOPS_OFFERED, answered
from app.web.coverage.query import CoverageQuery
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.downloads import download
from app.web.etags import unless_unchanged
from app.web.forms import EmptyIsNone, OptionalText
from app.web.pages import render
from app.web.workshop_session_form import OF_GROUP

router = APIRouter(include_in_schema=False)

GAPS_SHOWN = 20
SESSIONS_SHOWN = 10


class GapsQuery(CoverageQuery):
    """The filters of the coverage report; how the gaps are ranked, the workshop to plan sessions in, and whether
    all of the gaps are shown."""

    order: Annotated[Order | None, EmptyIsNone] = Field(None, alias="urut")
    planned_in: OptionalText = Field(None, alias="rencana")
    all_of_them: Annotated[Literal["semua"] | None, EmptyIsNone] = Field(None, alias="tampil")

    @property
    def kept(self) -> dict[str, Any]:
        """What stays while another workshop is chosen."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"planned_in"})

    @property
    def report(self) -> str:
        """As `address`, of the report whose gaps these are."""
        return self.model_copy(update={"order": None, "planned_in": None, "all_of_them": None}).address

    @property
    def whole(self) -> str:
        """As `address`, with all of the gaps."""
        return self.model_copy(update={"all_of_them": "semua"}).address

    def ranked(self, order: Order) -> str:
        """As `address`, with the gaps in that order."""
        return self.model_copy(update={"order": order}).address


@router.get("/cakupan/berikutnya")
def coverage_gaps_page(
    request: Request,
    look: Reader,
    db: ReportReader,
    actor: PageActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: GapsQuery) -> Response:
        found = coverage_gaps(db, actor, form.filters, language, form.order or "gap")
        offered = _workshops(look, actor)
        return render(
            request,
            "coverage/gaps/page.html",
            found=found,
            gaps=found.gaps if form.all_of_them else found.gaps[:GAPS_SHOWN],
            form=form,
            headline=gaps_headline(found, _, language),
            subtitle=subtitle(found.report, _),
            sessions=sessions_without_outcomes(db, actor, found.report, form.filters, SESSIONS_SHOWN),
            workshops=[(one.code, f"{one.title} ({one.code})") for one in offered],
            plan_address=lambda gap: _plan_address(gap, _planned_in(gap, offered, form.planned_in)),
            state_text=lambda state, why: state_text(state, why, _),
            **table_parts(language),
        )

    def answer() -> Response:
        return answered(request, look, actor, GapsQuery, _, language, page)

    return unless_unchanged(request, db, actor, answer)


@router.get("/cakupan/berikutnya.{file_format}")
def coverage_gaps_file(
    request: Request,
    db: ReportReader,
    actor: PageActor,
    file_format: Format,
    form: Annotated[GapsQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        found = coverage_gaps(db, actor, form.filters, language, form.order or "gap")
        return download(gaps_download(found, file_format, _, language))

    return unless_unchanged(request, db, actor, file)


@router.get("/cakupan/rt")
def rt_coverage_page(
    request: Request,
    look: Reader,
    db: ReportReader,
    actor: PageActor,
    _: Translate,
    language: Lang,
) -> Response:
    def page(form: CoverageQuery) -> Response:
        found = rt_coverage(db, actor, form.filters, language)
        return render(
            request,
            "coverage/gaps/rt.html",
            form=form,
            headline=rt_headline(found, _, language),
            subtitle=subtitle(found.report, _),
            table=rt_table(found, _, language).for_people(),
            **table_parts(language),
        )

    def answer() -> Response:
        return answered(request, look, actor, CoverageQuery, _, language, page)

    return unless_unchanged(request, db, actor, answer)


@router.get("/cakupan/rt.{file_format}")
def rt_coverage_file(
    request: Request,
    db: ReportReader,
    actor: PageActor,
    file_format: Format,
    form: Annotated[CoverageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    def file() -> Response:
        return download(rt_download(rt_coverage(db, actor, form.filters, language), file_format, _, language))

    return unless_unchanged(request, db, actor, file)


def _workshops(look: Db, actor: Actor) -> list[WorkshopView]:
    """Where the actor may plan a session, the workshop of the newest session first."""
    if not actor.may(Permission.SESSION_WRITE):
        return []
    return workshops(look, actor, archived=False, limit=WORKSHOPS_OFFERED)


def _plan_address(gap: CoverageGap, workshop: WorkshopView) -> str:
    """The form of a new session of the workshop, filled in for the gap."""
    filled: dict[str, str | int] = {
        "venue": gap.venues.best,
        "capacity": gap.gap,
        "planned_for": gap.kelurahan,
    }
    if gap.group:
        filled[OF_GROUP + gap.group] = gap.gap
    return f"/kegiatan/{workshop.code}/sesi/baru?{urlencode(filled)}"


def _planned_in(gap: CoverageGap, offered: Sequence[WorkshopView], chosen: str | None) -> WorkshopView:
    """The workshop chosen, else the first that is for the gap's group, else the first."""

    def fits(workshop: WorkshopView) -> bool:
        return gap.group is None or not workshop.target_groups or gap.group in workshop.target_groups

    by_choice = (workshop for workshop in offered if workshop.code == chosen)
    return next(by_choice, None) or next(filter(fits, offered), offered[0])
