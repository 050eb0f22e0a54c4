"""The form that issues or revises a report."""

from itertools import zip_longest
from typing import Annotated
from uuid import uuid4

from pydantic import BaseModel, Field

from app.reports.coverage.report import CoverageReport
from app.reports.coverage.texts.draft import draft_narrative, draft_title
from app.reports.official import Classification, Signatory
from app.services.issued_reports.issue import MAX_SIGNATORIES, ReportText, preview_checksum

SIGNS, ACKNOWLEDGES = "signs", "acknowledges"

Texts = Annotated[list[str], Field(default_factory=list, max_length=MAX_SIGNATORIES)]


class IssueForm(BaseModel):
    """The fields as sent. Those of signatories come once for each row of them; rows without a name and role are empty.

    `seen` is the checksum of the figures that the page showed, `key` tells a form that is sent twice. `add` is the
    button that asks for another row.
    """

    title: str = ""
    classification: str = Classification.ORDINARY
    narrative: str = ""
    what_changed: str = ""
    signatory_name: Texts
    signatory_role: Texts
    signatory_rank: Texts
    signatory_nip: Texts
    signatory_part: Texts
    seen: str = ""
    key: str = ""
    add: str = ""

    @classmethod
    def for_report(cls, report: CoverageReport, signatories: tuple[Signatory, ...]) -> "IssueForm":
        """Return the form for a new report, with a suggested title and text."""
        return cls(
            title=draft_title(report),
            narrative=draft_narrative(report),
            key=uuid4().hex,
            seen=preview_checksum(report),
            **_signatory_fields(signatories),
        )

    @classmethod
    def for_revision(cls, issued: CoverageReport, report: CoverageReport) -> "IssueForm":
        """Return the form for a revision with the figures of `report`, filled in from the former report, `issued`.

        What was suggested as its text then is replaced by what is suggested now, with the present figures.
        """
        official = issued.official
        if official is None:
            raise ValueError("only an issued report is revised")
        return cls(
            title=official.title,
            classification=official.classification,
            narrative=official.narrative.replace(draft_narrative(issued), draft_narrative(report)),
            key=uuid4().hex,
            seen=preview_checksum(report),
            **_signatory_fields(official.signatories),
        )

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """The signatories whose row is not empty."""
        rows = zip_longest(
            self.signatory_name,
            self.signatory_role,
            self.signatory_rank,
            self.signatory_nip,
            self.signatory_part,
            fillvalue="",
        )
        return tuple(
            Signatory(name=name, role=role, rank=rank, nip=nip, acknowledges=part == ACKNOWLEDGES)
            for name, role, rank, nip, part in rows
            if any(text.strip() for text in (name, role, rank, nip))
        )

    @property
    def rows(self) -> tuple[Signatory, ...]:
        """The rows to show: the signatories and, without any, an empty one; with `add` one more than were sent."""
        signatories = self.signatories
        count = len(self.signatory_name) + 1 if self.add else max(len(signatories), 1)
        empty = Signatory(name="", role="")
        return signatories + (empty,) * (min(count, MAX_SIGNATORIES) - len(signatories))

    @property
    def may_add(self) -> bool:
        """Whether there may be another row."""
        return len(self.rows) < MAX_SIGNATORIES

    def to_text(self) -> ReportText:
        return ReportText(
            title=self.title,
            classification=self.classification,
            narrative=self.narrative,
            signatories=self.signatories,
            request_key=self.key[:64],
            seen=self.seen,
        )


def _signatory_fields(signatories: tuple[Signatory, ...]) -> dict[str, list[str]]:
    """Return the fields of the signatories by name."""
    return {
        "signatory_name": [signatory.name for signatory in signatories],
        "signatory_role": [signatory.role for signatory in signatories],
        "signatory_rank": [signatory.rank for signatory in signatories],
        "signatory_nip": [signatory.nip for signatory in signatories],
        "signatory_part": [ACKNOWLEDGES if signatory.acknowledges else SIGNS for signatory in signatories],
    }
