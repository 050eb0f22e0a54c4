"""Files that a browser saves instead of showing (RFC 6266)."""

from urllib.parse import quote

from starlette.responses import Response

from app.reports.formats.download import Download

ANY_FILE = "application/octet-stream"


def attachment(name: str, content: bytes, media_type: str = ANY_FILE) -> Response:
    """A file to save under `name`, whatever characters that has."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})


def download(file: Download) -> Response:
    """A report as a file to save."""
    return attachment(file.name, file.content, file.media_type)
