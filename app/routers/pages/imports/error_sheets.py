"""The rows of an import that need attention, as a file to correct and to upload again."""

from fastapi import APIRouter, Response

from app.services.imports.error_sheets import download_error_sheet
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.downloads import attachment

router = APIRouter(include_in_schema=False)


@router.get("/unggahan/{import_id}/perbaikan.xlsx")
def error_sheet(
    look: Reader, db: Writer, vault: Vault, actor: PageActor, import_id: int, language: Lang, _: Translate
) -> Response:
    """Personal data: a GET that writes one line, of who took it, before the first byte."""
    file = download_error_sheet(look, db, vault, actor, import_id, _, language)
    return attachment(file.name, file.content, file.media_type)
