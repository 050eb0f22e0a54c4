"""What the address of a report on coverage asks for; the same words on the pages and in the API."""

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
    """The filters as they stand in the address; what is empty or missing doesn't narrow."""

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
        """The filters as the query part of an address, with its question mark; empty without any."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        return f"?{urlencode(given)}" if given else ""

    @property
    def besides(self) -> dict[str, Any]:
        """What the address says besides the filters; it stays while others are chosen."""
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude=set(CoverageQuery.model_fields)
        )


class CoverageReportQuery(CoverageQuery):
    """The filters, how the report is divided further, and whether it is compared with the period before."""

    by: Annotated[Divided | None, EmptyIsNone] = None
    compare: Annotated[Literal["before"] | None, EmptyIsNone] = None

    def report(self, db: Db, actor: Actor, language: Language) -> CoverageReport:
        """The report that the address asks for. Raises as `coverage` does."""
        return coverage(
            db, actor, self.filters, language, divisions=divisions_of(self.by), compared=bool(self.compare)
        )
