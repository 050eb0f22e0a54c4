"""A session's attendance list as a file, to fill in or to sign."""

from fastapi import APIRouter, Request, Response

from app.services.registrations.rosters import RosterFormat, download_roster
from app.web.container import container_of
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.downloads import attachment

router = APIRouter(include_in_schema=False)


@router.get("/sesi/{code}/daftar-hadir.{file_format}")
def roster_file(
    request: Request,
    look: Reader,
    db: Writer,
    actor: PageActor,
    code: str,
    file_format: RosterFormat,
    language: Lang,
    _: Translate,
) -> Response:
    """Personal data: a GET that writes one line, of who took it, before the first byte."""
    base_url = container_of(request).settings.base_url
    file = download_roster(look, db, actor, code, file_format, base_url, _, language)
    return attachment(file.name, file.content, file.media_type)
