"""The query parameters of reports on coverage, the same for pages and API."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.database import Db
from app.i18n import Language
from app.permissions import Actor
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.figures import load_coverage_report
from app.reports.coverage.breakdowns import DimensionChoice, Pillar
from app.reports.coverage.report import CoverageReport
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText


class CoverageQuery(BaseModel):
    """The filters of a report; an empty or missing parameter doesn't filter."""

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
        return CoverageFilters(**self.model_dump(include=set(CoverageQuery.model_fields)))

    @property
    def query_string(self) -> str:
        """All parameters that are set, as "?name=value&…"; "" without any."""
        parameters = self.model_dump(by_alias=True, exclude_none=True)
        return f"?{urlencode(parameters)}" if parameters else ""

    @property
    def other_parameters(self) -> dict[str, Any]:
        """Parameters that aren't filters, by name, without those that have no value.

        The filter form sends them along as hidden fields, except `compare`, which has a checkbox there.
        """
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude=set(CoverageQuery.model_fields)
        )


class CoverageReportQuery(CoverageQuery):
    """The filters, the dimensions of the breakdowns, and whether to compare with the period before."""

    by: Annotated[DimensionChoice | None, EmptyIsNone] = None
    compare: Annotated[Literal["before"] | None, EmptyIsNone] = None

    def load_report(
        self, db: Db, actor: Actor, language: Language, *, trend: bool = True, working: bool = False
    ) -> CoverageReport:
        """Return the report for these parameters, with its trend if asked for: the issued one of a closed period.

        `working` asks for working figures in any case. Raises like `build_coverage_report`.
        """
        return load_coverage_report(
            db,
            actor,
            self.filters,
            language,
            by=self.by,
            compare=bool(self.compare),
            trend=trend,
            working=working,
        )
