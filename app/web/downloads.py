"""Responses that a browser saves as a file (RFC 6266)."""

from urllib.parse import quote

from starlette.responses import Response

from app.reports.formats.download import ANY_FILE, Download


def attachment(name: str, content: bytes, media_type: str = ANY_FILE) -> Response:
    """Return a 200 response that a browser saves as a file named `name`, which may have any characters."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})


def download(file: Download) -> Response:
    """Return a 200 response that a browser saves as this file."""
    return attachment(file.name, file.content, file.media_type)
