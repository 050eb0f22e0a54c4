"""Which kelurahan and groups were reached: the page with map and matrix, and the same as a file."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Invalid
from app.i18n import Language
from app.permissions import Actor, Permission, Reach
from app.queries import reference
from app.queries.coverage import coverage
from app.queries.coverage_counts import CoverageFilters
from app.queries.workshops import workshops
from app.reports.coverage import CoverageReport, counting_rule
from app.reports.download import Format, coverage_download
from app.reports.html import coverage_parts
from app.reports.map import Link
from app.reports.states import LOOKS
from app.reports.wording import headline, subtitle
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.downloads import attachment
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText, render_form

router = APIRouter(include_in_schema=False)

# More than anyone scrolls through in a list of choices; older workshops are reached from their own page.
WORKSHOPS_OFFERED = 200


class CoverageQuery(BaseModel):
    """The filters as they stand in the address; what is empty or missing doesn't narrow."""

    from_: OptionalDate = Field(None, alias="from")
    to: OptionalDate = None
    workshop: OptionalText = None
    group: OptionalText = None
    sex: Annotated[Literal["L", "P"] | None, EmptyIsNone] = None

    @property
    def filters(self) -> CoverageFilters:
        return CoverageFilters(self.from_, self.to, self.workshop, self.group, self.sex)

    @property
    def address(self) -> str:
        """The filters as the query part of an address, with its question mark; empty without any."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        return f"?{urlencode(given)}" if given else ""


@router.get("/cakupan")
def coverage_page(
    request: Request,
    look: Reader,
    db: ReportReader,
    actor: PageActor,
    form: Annotated[CoverageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    choices = _choices(look, actor, form, language)
    try:
        report = coverage(db, actor, form.filters, language)
    except Invalid as problem:
        return render_form(request, "coverage/refused.html", form, _, problem, **choices)
    parts: dict[str, Any] = coverage_parts(report, _, language, _link_to_people(actor, report))
    return render_form(
        request,
        "coverage/page.html",
        form,
        _,
        report=report,
        headline=headline(report, _, language),
        subtitle=subtitle(report, _),
        rule=counting_rule(report.target_year, _),
        looks=LOOKS,
        **choices,
        **parts,
    )


@router.get("/cakupan.{file_format}")
def coverage_file(
    db: ReportReader,
    actor: PageActor,
    file_format: Format,
    form: Annotated[CoverageQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    report = coverage(db, actor, form.filters, language)
    file = coverage_download(report, file_format, _, language)
    return attachment(file.name, file.content, file.media_type)


def _choices(look: Db, actor: Actor, form: CoverageQuery, language: Language) -> dict[str, Any]:
    """What the filters offer, as pairs of code and text; a workshop that is filtered by is always among them."""
    titles = {
        workshop.code: f"{workshop.title} ({workshop.code})"
        for workshop in workshops(look, actor, limit=WORKSHOPS_OFFERED)
    }
    if form.workshop:
        titles.setdefault(form.workshop, form.workshop)
    groups = reference.target_groups(look, language)
    return {"workshops": titles.items(), "target_groups": [(group.code, group.label) for group in groups]}


def _link_to_people(actor: Actor, report: CoverageReport) -> Link | None:
    """Only for those who may see everyone: a list of fewer people would contradict the figure."""
    if actor.reach(Permission.PARTICIPANT_READ) is not Reach.ALL:
        return None
    filters = report.filters
    narrowed = {"workshop": filters.workshop, "target_group": filters.group, "sex": filters.sex}
    given = {"from": report.period.from_, "to": report.period.to} | {k: v for k, v in narrowed.items() if v}
    return lambda kelurahan: f"/peserta?{urlencode({'kelurahan': kelurahan, **given})}"
