"""The list of issued reports, the page of each, and their stored files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.permissions import Permission
from app.queries.issued_reports.reports import (
    get_issued_file,
    get_issued_report,
    list_issued_files,
    list_issued_reports,
    list_late_uploads,
    list_revisions,
    load_issued_figures,
)
from app.queries.issued_reports.signatures import get_report_to_sign, list_scans
from app.reports.coverage.html import table_context
from app.reports.coverage.tables.matrix import totals_table
from app.reports.coverage.texts.wording import filter_lines, headline
from app.web.coverage.links import build_issue_url, report_parameters
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate
from app.web.downloads import download
from app.web.pages import build_url, render

router = APIRouter(prefix="/laporan", include_in_schema=False)

PAGE_SIZE = 50


@router.get("")
def issued_reports_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    before: Annotated[int | None, Query(alias="sebelum")] = None,
) -> Response:
    """Show `PAGE_SIZE` issued reports, the newest first."""
    reports = list_issued_reports(db, actor, before=before, limit=PAGE_SIZE + 1)
    shown = reports[:PAGE_SIZE]
    return render(
        request,
        "issued_reports/list.html",
        reports=shown,
        first="/laporan" if before else "",
        next=build_url("/laporan", {"sebelum": shown[-1].id}) if len(reports) > PAGE_SIZE else "",
    )


@router.get("/{report_number}")
def issued_report_page(
    request: Request, db: ReadDb, actor: CurrentActor, report_number: str, language: Lang, _: Translate
) -> Response:
    report = get_issued_report(db, actor, report_number)
    figures = load_issued_figures(db, report.id)
    return render(
        request,
        "issued_reports/one.html",
        report=report,
        figures=figures,
        headline=headline(figures, _, language),
        filter_lines=filter_lines(figures.filters, _),
        table=totals_table(figures, _, language),
        files=list_issued_files(db, report.id),
        revisions=list_revisions(db, report),
        late_uploads=list_late_uploads(db, actor, report),
        scans=list_scans(db, get_report_to_sign(db, actor, report_number)),
        may_issue=actor.can(Permission.REPORT_ISSUE),
        issue_url=build_issue_url(figures),
        working_url=build_url("/cakupan", {**report_parameters(figures), "angka": "kerja"}),
        **table_context(language),
    )


@router.get("/{report_number}/berkas/{file_kind}")
def issued_report_file(db: ReadDb, actor: CurrentActor, report_number: str, file_kind: str) -> Response:
    """Return a stored file, byte for byte as it was made."""
    return download(get_issued_file(db, actor, report_number, file_kind))
