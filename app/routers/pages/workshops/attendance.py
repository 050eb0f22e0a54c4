"""The attendance of a workshop: its people at each of its sessions, as a page and as files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.queries.workshops.attendance import AttendanceFilters, get_workshop_attendance
from app.services.people.searches import log_search
from app.services.workshops.attendance import AttendanceFormat, download_workshop_attendance
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import EmptyIsNone
from app.web.pages import build_url, render

router = APIRouter(include_in_schema=False)


class AttendanceQuery(BaseModel):
    """The filters of the list of people, and the participant that the page of it begins after."""

    q: str = Field("", max_length=200)
    at_least: Annotated[int | None, EmptyIsNone] = Field(None, alias="minimal", ge=0, le=1000)
    after: Annotated[int | None, EmptyIsNone] = Field(None, alias="sesudah")

    @property
    def filters(self) -> AttendanceFilters:
        return AttendanceFilters(self.q, self.at_least or 0)

    def address(self, path: str, *, after: int | None = None) -> str:
        """Return the URL of a list or file with these filters, after the participant with the id `after`."""
        return build_url(path, self.model_dump(by_alias=True) | {"sesudah": after})


@router.get("/kegiatan/{code}/kehadiran")
def attendance_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    form: Annotated[AttendanceQuery, Query()],
) -> Response:
    """Show the people of a workshop by name, with their outcome at each session.

    403 for roles that may not see participants. A search writes to the activity log.
    """
    attendance = get_workshop_attendance(db, actor, code, form.filters, after=form.after)
    log_search(container_of(request).engine, vault, actor, "workshop", code, form.q)
    path = f"/kegiatan/{code}/kehadiran"
    return render(
        request,
        "workshops/attendance.html",
        attendance=attendance,
        form=form,
        first=form.address(path) if form.after else "",
        next=form.address(path, after=attendance.following) if attendance.following else "",
        files={file_format: form.address(f"{path}.{file_format}") for file_format in ("xlsx", "csv")},
    )


@router.get("/kegiatan/{code}/kehadiran.{file_format}")
def attendance_file(
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    file_format: AttendanceFormat,
    form: Annotated[AttendanceQuery, Query()],
    language: Lang,
    _: Translate,
) -> Response:
    """Download all people who match the filters with their outcomes, as Excel or CSV.

    This GET writes to the activity log, because the file has personal data.
    """
    return download(
        download_workshop_attendance(read_db, db, actor, code, form.filters, file_format, _, language)
    )
