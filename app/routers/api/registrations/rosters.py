"""A session's attendance list as a file."""

from fastapi import APIRouter, Request, Response

from app.services.registrations.rosters import RosterFormat, download_roster
from app.web.container import container_of
from app.web.dependencies import ApiActor, Lang, Reader, Translate, Writer
from app.web.downloads import attachment

router = APIRouter(prefix="/api/v1", tags=["sessions"])


@router.get("/sessions/{code}/roster.{file_format}", response_class=Response)
def get_roster(
    request: Request,
    code: str,
    file_format: RosterFormat,
    look: Reader,
    db: Writer,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
) -> Response:
    """The list to fill in (xlsx, read back by its hidden registration codes) or to sign (pdf); each is logged."""
    base_url = container_of(request).settings.base_url
    file = download_roster(look, db, actor, code, file_format, base_url, translate, language)
    return attachment(file.name, file.content, file.media_type)
