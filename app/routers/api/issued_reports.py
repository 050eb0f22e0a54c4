"""Issued reports: their list, each with its files, and the files as they were stored."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.queries.issued_reports.reports import (
    IssuedFile,
    IssuedReportView,
    get_issued_file,
    get_issued_report,
    list_issued_files,
    list_issued_reports,
)
from app.web.dependencies import FiguresActor, ReadDb
from app.web.downloads import download

router = APIRouter(prefix="/api/v1/reports/issued", tags=["reports"])

MAX_LIMIT = 200


@router.get("")
def issued_reports(
    db: ReadDb,
    actor: FiguresActor,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    cursor: Annotated[int | None, Query(description="`next` of the previous page.")] = None,
) -> dict[str, Any]:
    """Return issued reports, the newest first. `next` is the cursor of the next page, null on the last."""
    reports = list_issued_reports(db, actor, before=cursor, limit=limit + 1)
    shown = reports[:limit]
    return {
        "reports": [_report_document(report) for report in shown],
        "next": shown[-1].id if len(reports) > limit else None,
    }


@router.get("/{report_number}")
def issued_report(db: ReadDb, actor: FiguresActor, report_number: str) -> dict[str, Any]:
    """Return an issued report with its stored files. Its number has hyphens: 001-JGK-XI-2026. 404 if there is none."""
    report = get_issued_report(db, actor, report_number)
    files = [_file_document(report, file) for file in list_issued_files(db, report.id)]
    return {**_report_document(report), "files": files}


@router.get("/{report_number}/{file_kind}", response_class=Response)
def issued_report_file(db: ReadDb, actor: FiguresActor, report_number: str, file_kind: str) -> Response:
    """Return a stored file, byte for byte as it was made. 404 for an unknown number or kind of file."""
    return download(get_issued_file(db, actor, report_number, file_kind))


def _report_document(report: IssuedReportView) -> dict[str, Any]:
    """Return the report as JSON; its filters have the names of the coverage report's parameters."""
    filters = {name: value for name, value in vars(report.filters).items() if name not in {"from_", "to"}}
    return {
        "number": report.number,
        "title": report.title,
        "classification": report.classification,
        "period": {"from": report.period.from_, "to": report.period.to},
        "filters": filters,
        "checksum": report.checksum,
        "issued_at": report.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        "revises": report.revises or None,
        "revised_by": report.revised_by or None,
        "what_changed": report.what_changed or None,
        "closes_period": report.closes,
    }


def _file_document(report: IssuedReportView, file: IssuedFile) -> dict[str, Any]:
    return {
        "kind": file.kind,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "url": f"/api/v1/reports/issued/{report.slug}/{file.kind}",
    }
