"""Issues a coverage report: gives it a number, and stores its figures and files, which never change."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import uuid4

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound
from app.i18n import N_, Language, translator, wita
from app.models import ClosedPeriod, IssuedReport, IssuedReportFile
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.coverage.documents import add_document_parts
from app.queries.coverage.filters import CoverageFilters, resolve_period
from app.queries.coverage.report import build_coverage_report
from app.queries.issued_reports.closed_periods import get_closing_report
from app.queries.issued_reports.reports import NO_SUCH_REPORT, number_of, slug_of
from app.reports.coverage.breakdowns import dimensions_for
from app.reports.coverage.files.download import coverage_download
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.stored import canonical_figures, checksum_of, dump_report
from app.reports.coverage.texts.draft import MAX_TITLE
from app.reports.formats.download import MEDIA_TYPES, Download, Format
from app.reports.official import Classification, OfficialDetails, Signatory
from app.services.activities import log_activity
from app.services.locks import lock_issued_reports
from app.services.open_data.pushes import queue_push_of

ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
OFFICE = "JGK"
"""Stands for Jangkau in the numbers of reports."""
LANGUAGE: Language = "id"
"""Of issued reports: they are official documents."""

MAX_TEXT = 20_000
MAX_SIGNATORIES = 6


@dataclass(frozen=True, kw_only=True)
class ReportText:
    """What the issuer writes. A second call with the same `request_key` issues nothing more.

    `seen` is the checksum of the figures that the issuer has seen in the preview; None issues any.
    """

    title: str
    classification: str
    narrative: str
    signatories: tuple[Signatory, ...]
    request_key: str
    seen: str | None = None


def preview_report(db: Db, actor: Actor, filters: CoverageFilters) -> CoverageReport:
    """Return the report as it would be issued now, without a number. Raises like `issue_report`.

    It names the closed periods that it touches, except one that its own revision keeps closed.
    """
    actor.require(Permission.REPORT_ISSUE)
    report = build_coverage_report(db, actor, filters, LANGUAGE, dimensions=dimensions_for(None), trend=True)
    filters = replace(filters, from_=report.period.from_, to=report.period.to)
    is_whole = filters_document(filters) == {}
    others = tuple(
        closed for closed in report.closed_periods if not (is_whole and closed.period == report.period)
    )
    return replace(add_document_parts(db, report, filters), closed_periods=others)


def preview_checksum(report: CoverageReport) -> str:
    """Return the checksum of figures that are not issued yet, by which a form tells whether they have changed."""
    return checksum_of(canonical_figures(report, translator(LANGUAGE)))


@dataclass(frozen=True)
class ReportDraft:
    """A report as it would be issued now, with its figures and files, which take longest to make.

    Nobody can register while a report is issued, so its files are made before, and stored if nothing has changed.
    """

    report: CoverageReport
    official: OfficialDetails
    sequence: int
    figures: str
    files: Mapping[Format, Download]


def draft_report(
    read_db: Db, actor: Actor, filters: CoverageFilters, text: ReportText, base_url: str
) -> ReportDraft:
    """Return what `issue_report` would store now. Raises `Forbidden`, `Invalid`, and for filters as that does."""
    actor.require(Permission.REPORT_ISSUE)
    return _draft(read_db, preview_report(read_db, actor, filters), _validated(text), base_url)


def draft_revision(
    read_db: Db, actor: Actor, slug: str, text: ReportText, what_changed: str, base_url: str
) -> ReportDraft:
    """Return what `revise_report` would store now. Raises `Forbidden`, `Invalid` and `NotFound` as that does."""
    actor.require(Permission.REPORT_ISSUE)
    what_changed = what_changed.strip()
    text = _validated(text, what_changed)
    former = _get_former(read_db, slug)
    preview = preview_report(read_db, actor, _filters_of(former))
    return _draft(read_db, preview, text, base_url, former, what_changed)


def issue_report(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    text: ReportText,
    base_url: str,
    draft: ReportDraft | None = None,
) -> IssuedReport:
    """Issue the report with these filters: store its figures and all files, log it, and return it with its number.

    `base_url` is the URL of the service, for the address that verifies the report. The files of the `draft` are stored
    if they are still true, otherwise they are made while others wait.

    Raises `Forbidden` without `REPORT_ISSUE`, `Invalid` with a sentence for each wrong field, `Conflict` with the code
    "figures-changed" if the figures are not those in the preview, or "period-closed" if the report of the closed period
    is to be revised instead, and for the filters like `build_coverage_report`.
    """
    actor.require(Permission.REPORT_ISSUE)
    text = _validated(text)
    lock_issued_reports(db)
    if earlier := _find_by_request_key(db, text.request_key):
        return earlier
    _require_not_closed(db, filters)
    return _issue(db, actor, filters, text, base_url, draft=draft)


def revise_report(
    db: Db,
    actor: Actor,
    slug: str,
    text: ReportText,
    what_changed: str,
    base_url: str,
    draft: ReportDraft | None = None,
) -> IssuedReport:
    """Issue the report anew with the figures as they are now, in place of the one with this number.

    The period that the former one closed is then closed by the revision. `what_changed` says what and why. Raises like
    `issue_report`, `NotFound`, and `Conflict` with the code "already-revised" if another revision has replaced it.
    """
    actor.require(Permission.REPORT_ISSUE)
    what_changed = what_changed.strip()
    text = _validated(text, what_changed)
    lock_issued_reports(db)
    if earlier := _find_by_request_key(db, text.request_key):
        return earlier
    former = _get_former(db, slug)
    revision = db.scalars(select(IssuedReport).where(col(IssuedReport.revises_id) == former.id)).first()
    if revision:
        raise Conflict(
            N_("This report was revised already, by %(number)s."),
            code="already-revised",
            number=revision.number,
        )
    filters = _filters_of(former)
    _require_not_closed(db, filters, former)
    report = _issue(db, actor, filters, text, base_url, former, what_changed, draft)
    closed = db.scalars(select(ClosedPeriod).where(col(ClosedPeriod.issued_report_id) == former.id)).first()
    if closed:
        closed.issued_report_id = report.id
    return report


def _get_former(db: Db, slug: str) -> IssuedReport:
    """Return the report with this number, to be revised. Raises `NotFound`."""
    former = db.scalars(select(IssuedReport).where(col(IssuedReport.number) == number_of(slug))).first()
    if former is None:
        raise NotFound(NO_SUCH_REPORT)
    return former


def _filters_of(former: IssuedReport) -> CoverageFilters:
    """Return the period and filters of a report."""
    return CoverageFilters(former.period_from, former.period_to, **former.filters)


def _require_not_closed(db: Db, filters: CoverageFilters, former: IssuedReport | None = None) -> None:
    """Raise `Conflict` ("period-closed") if another report than `former` has closed the period, for unfiltered reports.

    So the newest report of a closed period, which open data publish, is the official one.
    """
    closing = get_closing_report(db, resolve_period(db, filters))
    if closing and closing != former and filters_document(filters) == {}:
        raise Conflict(
            N_("This period is closed by report %(number)s: revise that report."),
            code="period-closed",
            number=closing.number,
        )


def _issue(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    text: ReportText,
    base_url: str,
    revises: IssuedReport | None = None,
    what_changed: str = "",
    draft: ReportDraft | None = None,
) -> IssuedReport:
    """Issue a report. The caller has checked permission and text, and holds the lock."""
    preview = preview_report(db, actor, filters)
    if text.seen is not None and text.seen != preview_checksum(preview):
        raise Conflict(
            N_(
                "The figures have changed since you saw them. "
                "Look at them again, also in the text, then issue the report."
            ),
            code="figures-changed",
        )
    draft = _draft(db, preview, text, base_url, revises, what_changed, draft)
    report, official = draft.report, draft.official
    issued_at, number, checksum = official.issued_at, official.number, official.checksum
    issued = IssuedReport(
        number=number,
        year=wita(issued_at).year,
        sequence=draft.sequence,
        title=text.title,
        classification=text.classification,
        narrative=text.narrative,
        signatories=[asdict(signatory) for signatory in text.signatories],
        period_from=report.period.from_,
        period_to=report.period.to,
        filters=filters_document(filters),
        figures=draft.figures,
        report=dump_report(report),
        checksum=checksum,
        revises_id=revises.id if revises else None,
        what_changed=what_changed,
        request_key=text.request_key,
        issued_at=issued_at,
        issued_by=actor.user_id,
    )
    db.add(issued)
    db.flush()
    _store_files(db, issued, draft.files)
    queue_push_of(db, issued)
    log_activity(
        db,
        actor,
        "revise" if revises else "issue",
        "issued-report",
        slug_of(number),
        after={"title": text.title, "sha256": checksum, "revises": official.revises},
        reason=what_changed,
    )
    return issued


def _draft(
    db: Db,
    preview: CoverageReport,
    text: ReportText,
    base_url: str,
    revises: IssuedReport | None = None,
    what_changed: str = "",
    earlier: ReportDraft | None = None,
) -> ReportDraft:
    """Return the report with the next number, its figures and files; the `earlier` draft if it would be the same now.

    The time of issue is then that of the draft: what was changed since then changes nothing of the report.
    """
    issued_at = earlier.official.issued_at if earlier else now()
    figures_key = earlier.report.figures_key if earlier else secrets.token_hex(16)
    report = replace(preview, figures_key=figures_key)
    figures = canonical_figures(report, translator(LANGUAGE))
    checksum = checksum_of(figures)
    today = wita(issued_at).date()
    sequence = _next_sequence(db, today.year)
    number = format_number(sequence, today)
    official = OfficialDetails(
        number=number,
        title=text.title,
        classification=Classification(text.classification),
        narrative=text.narrative,
        signatories=text.signatories,
        issued_at=issued_at,
        checksum=checksum,
        verify_url=f"{base_url.rstrip('/')}/verifikasi/{slug_of(number)}",
        revises=revises.number if revises else "",
        revision=_count_revisions(db, revises),
        what_changed=what_changed,
    )
    report = replace(report, generated_at=issued_at.replace(microsecond=0), official=official)
    if earlier and earlier.report == report:
        return earlier
    if earlier:
        return _draft(db, preview, text, base_url, revises, what_changed)
    files = {kind: coverage_download(report, kind, translator(LANGUAGE), LANGUAGE) for kind in MEDIA_TYPES}
    return ReportDraft(report, official, sequence, figures, files)


def _store_files(db: Db, issued: IssuedReport, files: Mapping[Format, Download]) -> None:
    """Store the report's file of each format."""
    for kind, media_type in MEDIA_TYPES.items():
        file = files[kind]
        db.add(
            IssuedReportFile(
                issued_report_id=issued.id,
                kind=kind,
                name=f"{slug_of(issued.number)}-{file.name}",
                media_type=media_type,
                size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
                content=file.content,
            )
        )
    db.flush()


def format_number(sequence: int, day: date) -> str:
    """Return a number as it is printed: "001/JGK/XI/2026"."""
    return f"{sequence:03}/{OFFICE}/{ROMAN_MONTHS[day.month - 1]}/{day.year}"


def filters_document(filters: CoverageFilters) -> dict[str, str | int]:
    """Return the filters that are set, without the period, by name."""
    return {
        name: value
        for name, value in asdict(filters).items()
        if name not in {"from_", "to"} and value is not None
    }


def _next_sequence(db: Db, year: int) -> int:
    """Return the first sequence of the WITA year that is not given yet."""
    return (db.scalar(select(func.max(IssuedReport.sequence)).where(col(IssuedReport.year) == year)) or 0) + 1


def _count_revisions(db: Db, former: IssuedReport | None) -> int:
    """Return how many reports come before a revision of `former`, 0 if that is None."""
    count, earlier_id = 0, former.id if former else None
    while earlier_id:
        count += 1
        earlier_id = db.scalar(select(col(IssuedReport.revises_id)).where(col(IssuedReport.id) == earlier_id))
    return count


def _find_by_request_key(db: Db, request_key: str) -> IssuedReport | None:
    """Return the report that was issued by the same form."""
    return db.scalars(select(IssuedReport).where(col(IssuedReport.request_key) == request_key)).first()


def _validated(text: ReportText, what_changed: str | None = None) -> ReportText:
    """Return the text without blanks around its parts. Raises `Invalid` with a sentence for each wrong field.

    Fields of signatories are named "signatory-1-name" and so on. `what_changed` is required unless it is None.
    """
    fields = {}
    title, narrative = " ".join(text.title.split()), text.narrative.strip().replace("\r\n", "\n")
    if not title:
        fields["title"] = N_("Enter a title.")
    elif len(title) > MAX_TITLE:
        fields["title"] = N_("The title is too long.")
    if text.classification not in set(Classification):
        fields["classification"] = N_("There is no such choice.")
    if len(narrative) > MAX_TEXT:
        fields["narrative"] = N_("The text is too long.")
    if what_changed == "":
        fields["what_changed"] = N_("Say what has changed, and why.")
    elif what_changed and len(what_changed) > MAX_TEXT:
        fields["what_changed"] = N_("The text is too long.")
    signatories = [_without_blanks(signatory) for signatory in text.signatories]
    fields |= _signatory_errors(signatories)
    if fields:
        raise Invalid(PLEASE_CORRECT, fields=fields)
    return replace(
        text,
        title=title,
        narrative=narrative,
        signatories=tuple(signatories),
        request_key=text.request_key or uuid4().hex,
    )


def _signatory_errors(signatories: Sequence[Signatory]) -> dict[str, str]:
    """Return a sentence for each wrong field of a signatory, by the field's name."""
    fields = {}
    if not signatories:
        fields["signatory-1-name"] = N_("Name at least one person who signs.")
    if len(signatories) > MAX_SIGNATORIES:
        fields[f"signatory-{MAX_SIGNATORIES}-name"] = N_("There are too many signatories.")
    for number, signatory in enumerate(signatories, 1):
        for name in ("name", "role"):
            value = getattr(signatory, name)
            if not value:
                fields[f"signatory-{number}-{name}"] = N_("Enter name and position of each signatory.")
        if max(len(signatory.name), len(signatory.role), len(signatory.rank)) > MAX_TITLE:
            fields[f"signatory-{number}-name"] = N_("The text is too long.")
        if signatory.has_wrong_nip:
            fields[f"signatory-{number}-nip"] = N_("A NIP has 18 digits.")
    return fields


def _without_blanks(signatory: Signatory) -> Signatory:
    """Return the signatory without superfluous blanks, and without any in the NIP."""
    return replace(
        signatory,
        name=" ".join(signatory.name.split()),
        role=" ".join(signatory.role.split()),
        rank=" ".join(signatory.rank.split()),
        nip="".join(signatory.nip.split()),
    )
