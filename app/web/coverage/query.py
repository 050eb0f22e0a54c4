"""The query parameters of reports on coverage, the same for pages and API."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.database import Db
from app.i18n import Language
from app.permissions import Actor
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.report import coverage
from app.reports.coverage.parts import Divided, Pillar, divisions_of
from app.reports.coverage.report import CoverageReport
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText


class CoverageQuery(BaseModel):
    """The filters of a report. An empty or missing parameter doesn't filter."""

    from_: OptionalDate = Field(None, alias="from")
    to: OptionalDate = None
    workshop: OptionalText = None
    group: OptionalText = None
    sex: Annotated[Literal["L", "P"] | None, EmptyIsNone] = None
    kecamatan: OptionalText = None
    pillar: Annotated[Pillar | None, EmptyIsNone] = None
    organization: Annotated[int | None, EmptyIsNone] = None

    @property
    def filters(self) -> CoverageFilters:
        return CoverageFilters(
            self.from_,
            self.to,
            self.workshop,
            self.group,
            self.sex,
            self.kecamatan,
            self.pillar,
            self.organization,
        )

    @property
    def address(self) -> str:
        """The URL's query string for these filters, with its question mark; empty without any."""
        params = self.model_dump(by_alias=True, exclude_none=True)
        return f"?{urlencode(params)}" if params else ""

    @property
    def besides(self) -> dict[str, Any]:
        """The parameters that are no filters, which a page keeps while other filters are chosen."""
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude=set(CoverageQuery.model_fields)
        )


class CoverageReportQuery(CoverageQuery):
    """The filters, what the report is divided by, and whether it is compared with the previous period."""

    by: Annotated[Divided | None, EmptyIsNone] = None
    compare: Annotated[Literal["before"] | None, EmptyIsNone] = None

    def report(self, db: Db, actor: Actor, language: Language) -> CoverageReport:
        """Return the report for these parameters. Raises as `coverage` does."""
        return coverage(
            db, actor, self.filters, language, divisions=divisions_of(self.by), compared=bool(self.compare)
        )
