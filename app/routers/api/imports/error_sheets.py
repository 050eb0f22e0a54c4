"""The rows of an import that need attention, as a file."""

from fastapi import APIRouter, Response

from app.services.imports.error_sheets import download_error_sheet
from app.web.dependencies import ApiActor, Lang, Reader, Translate, Vault, Writer
from app.web.downloads import attachment

router = APIRouter(prefix="/api/v1", tags=["attendance imports"])


@router.get("/attendance-imports/{import_id}/errors.xlsx", response_class=Response)
def get_error_sheet(
    import_id: int,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
) -> Response:
    """The sheet with the rows that need attention, to correct and to upload again; 409 where none does."""
    file = download_error_sheet(look, db, vault, actor, import_id, translate, language)
    return attachment(file.name, file.content, file.media_type)
