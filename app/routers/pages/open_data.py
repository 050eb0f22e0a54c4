"""Open data, for everyone: the page of what is published, its files, and the metadata of Satu Data Indonesia."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from app.database import Db
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.permissions import Permission
from app.queries.open_data import get_portal_status, list_published_reports, load_open_data
from app.reports.formats.download import Download
from app.reports.open_data.catalogue import JSON_TITLE, PACKAGE_NAME, data_package, dcat_catalogue
from app.reports.open_data.files import (
    CSV_TYPE,
    JSON_NAME,
    LICENCE_NAME,
    LICENCE_URL,
    coverage_json,
    open_csv,
)
from app.reports.open_data.published import OpenData
from app.reports.open_data.satu_data import fill_in_forms, satu_data_json
from app.reports.open_data.tables import TABLES, OpenTable
from app.services.open_data.pushes import request_push
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, ReportDb, Translate, Visitor, WriteDb
from app.web.etags import respond_with_public_etag
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

# Programs on other sites may read the files, but not the pages.
CROSS_ORIGIN = {"access-control-allow-origin": "*", "access-control-expose-headers": "etag"}

JSON_TYPE = "application/json"


def _csv_maker(table: OpenTable) -> Callable[[OpenData], Download]:
    return lambda data: Download(table.file_name, CSV_TYPE, open_csv(table, data))


# What is served as /data/{file_name}. These addresses never change.
FILES: Mapping[str, Callable[[OpenData], Download]] = {
    **{table.file_name: _csv_maker(table) for table in TABLES},
    JSON_NAME: lambda data: Download(JSON_NAME, JSON_TYPE, coverage_json(data)),
    PACKAGE_NAME: lambda data: Download(PACKAGE_NAME, JSON_TYPE, data_package(data)),
    "katalog.jsonld": lambda data: Download("katalog.jsonld", "application/ld+json", dcat_catalogue(data)),
    "metadata.json": lambda data: Download("metadata.json", JSON_TYPE, satu_data_json(data)),
}


@router.get("/data")
def open_data_page(request: Request, db: ReadDb, actor: Visitor) -> Response:
    """Show what is published and how to get it; to users who may issue reports also the portal that gets it."""
    settings = container_of(request).settings
    may_push = actor is not None and actor.can(Permission.REPORT_ISSUE)
    return render(
        request,
        "open_data/page.html",
        data=_load(request, db),
        portal=get_portal_status(db, actor) if may_push and settings.pushes_open_data and actor else None,
        may_push=may_push,
        portal_address=settings.ckan_url,
        tables=TABLES,
        json_name=JSON_NAME,
        json_title=JSON_TITLE,
        licence=LICENCE_NAME,
        licence_url=LICENCE_URL,
    )


@router.post("/data/kirim")
def push_open_data(request: Request, db: WriteDb, actor: CurrentActor, _: Translate) -> Response:
    """Have the figures sent to the data portal by the background work. Raises `Conflict` where none is set up."""
    actor.require(Permission.REPORT_ISSUE)
    if not container_of(request).settings.pushes_open_data:
        raise Conflict(N_("No data portal is set up."))
    request_push(db, actor)
    return redirect("/data", _("The figures are sent to the data portal now."))


@router.get("/data/metadata")
def metadata_page(request: Request, db: ReadDb, actor: Visitor) -> Response:
    """Show the metadata of Satu Data Indonesia as its forms have them."""
    return render(request, "open_data/metadata.html", forms=fill_in_forms(_load(request, db)))


@router.api_route("/data/{file_name}", methods=["GET", "HEAD"])
def open_data_file(request: Request, db: ReportDb, file_name: str) -> Response:
    """Return a file of `FILES`, shown by browsers that can. 404 for other names."""
    make_file = FILES.get(file_name)
    if make_file is None:
        raise NotFound(N_("There is no such file."))

    def response() -> Response:
        file = make_file(_load(request, db))
        name = {"content-disposition": f'inline; filename="{file.name}"'}
        return Response(file.content, media_type=file.media_type, headers=name)

    published = list_published_reports(db)
    # Before the first report the files name the publisher of the letterhead, which may still change.
    answer = respond_with_public_etag(request, published, response) if published else response()
    answer.headers.update(CROSS_ORIGIN)
    return answer


def _load(request: Request, db: Db) -> OpenData:
    return load_open_data(db, container_of(request).settings.base_url)
