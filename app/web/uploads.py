"""Files that a form sends."""

from starlette.datastructures import UploadFile

from app.errors import Invalid
from app.i18n import N_


def sent_file(file: UploadFile | str | None) -> tuple[str, bytes]:
    """The name and content of the file that a form sent; browsers send an empty one where none was chosen."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file first."))
    return file.filename, file.file.read()
