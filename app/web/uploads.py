"""Files that are uploaded by a form."""

from starlette.datastructures import UploadFile

from app.errors import Invalid
from app.i18n import N_


def read_upload(file: UploadFile | str | None) -> tuple[str, bytes]:
    """Return name and content of an uploaded file. Raises `Invalid` if none was chosen: browsers send an empty one."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file first."))
    return file.filename, file.file.read()
