"""Venues (tempat): list, create, change, delete, and upload a list of them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.models import VenueKind
from app.permissions import Actor, Permission
from app.queries.accounts.organizations import list_organizations
from app.queries.areas import reference
from app.queries.workshops import venues as queries
from app.queries.workshops.venues import WIFI_ANSWERS, VenueFilters, VenueView, WifiAnswer
from app.reports.formats.download import MEDIA_TYPES
from app.services.edit_conflicts import fingerprint
from app.services.workshops import venues as services
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.plain_tables import MAX_VENUES
from app.spreadsheets.venues import venue_template
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.downloads import attachment
from app.web.forms import EmptyIsNone, catch_problem, conflicting_form, read_upload
from app.web.pages import build_url, redirect, render

router = APIRouter(include_in_schema=False)

MEGABYTE = 1024**2


class VenueQuery(BaseModel):
    """The filters of the list, and the venue that the page of it begins after."""

    q: str = ""
    kelurahan: str = ""
    kind: Annotated[VenueKind | None, EmptyIsNone] = None
    wifi: Annotated[WifiAnswer | None, EmptyIsNone] = None
    after: Annotated[int | None, EmptyIsNone] = None

    @property
    def filters(self) -> VenueFilters:
        return VenueFilters(self.q, self.kelurahan, self.kind, self.wifi)

    def address(self, *, after: int | None) -> str:
        """Return the URL of the list with these filters, after the venue with the id `after`.

        None is the first page.
        """
        return build_url("/tempat", self.model_dump() | {"after": after})


class VenueForm(BaseModel):
    name: str = ""
    address: str = ""
    kind: str = VenueKind.LAINNYA
    kelurahan: str = ""
    wifi: WifiAnswer = "unknown"
    owner: Annotated[int | None, EmptyIsNone] = None
    seen: str = ""

    @classmethod
    def from_saved(cls, venue: VenueView) -> "VenueForm":
        """Return the form filled with a saved venue; `seen` is the fingerprint of its values."""
        answers = {has_wifi: answer for answer, has_wifi in WIFI_ANSWERS.items()}
        return cls(
            name=venue.name,
            address=venue.address,
            kind=venue.kind,
            kelurahan=venue.kelurahan_code or "",
            wifi=answers[venue.public_wifi],
            owner=venue.organization_id,
            seen=fingerprint(services.venue_input(venue)),
        )

    def to_input(self) -> services.VenueInput:
        return services.VenueInput(
            self.name,
            self.kind,
            self.kelurahan or None,
            WIFI_ANSWERS[self.wifi],
            self.owner,
            self.address,
        )


@router.get("/tempat")
def venues_page(
    request: Request, db: ReadDb, actor: CurrentActor, form: Annotated[VenueQuery, Query()]
) -> Response:
    page = queries.list_venues(db, form.filters, after=form.after)
    return render(
        request,
        "workshops/venues/list.html",
        venues=page.venues,
        can_change=lambda venue: queries.can_change_venue(actor, venue),
        form=form,
        narrowed=form.filters != VenueFilters(),
        first=form.address(after=None) if form.after else "",
        following=form.address(after=page.following) if page.following else "",
        places=reference.list_kelurahan(db),
        without_wifi=queries.list_kelurahan_without_wifi(db),
    )


@router.get("/tempat/baru")
def new_venue_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.VENUE_WRITE)
    return _new_page(request, db, actor, VenueForm(owner=actor.organization_id))


@router.post("/tempat/baru")
def create_venue(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[VenueForm, Form()], _: Translate
) -> Response:
    """Create a venue, and redirect to the list, narrowed to it."""
    with catch_problem(db) as caught:
        venue = services.create_venue(db, actor, form.to_input())
    if problem := caught.problem:
        return _new_page(request, db, actor, form, problem)
    return redirect(build_url("/tempat", {"q": venue.name}), _("The venue is added."))


@router.get("/tempat/{venue_id}/ubah")
def change_venue_page(request: Request, db: ReadDb, actor: CurrentActor, venue_id: int) -> Response:
    """Show the form that changes a venue. 403 for the venue of another organization."""
    actor.require(Permission.VENUE_WRITE)
    venue = queries.get_venue_view(db, venue_id)
    services.require_own_venue(actor, venue)
    return _change_page(request, db, actor, venue_id, VenueForm.from_saved(venue))


@router.post("/tempat/{venue_id}/ubah")
def change_venue(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    venue_id: int,
    form: Annotated[VenueForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        venue = services.change_venue(db, actor, venue_id, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        return _change_page(request, db, actor, venue_id, form, problem)
    return redirect(build_url("/tempat", {"q": venue.name}), _("The changes are saved."))


@router.post("/tempat/{venue_id}/hapus")
def delete_venue(db: WriteDb, actor: CurrentActor, venue_id: int, _: Translate) -> Response:
    """Delete a venue, and redirect to the list of venues."""
    services.delete_venue(db, actor, venue_id)
    return redirect("/tempat", _("The venue is deleted."))


@router.get("/tempat/unggah")
def upload_venues_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.VENUE_WRITE)
    return _upload_page(request)


@router.get("/tempat/unggah/templat.xlsx")
def download_venue_template(read_db: ReadDb, actor: CurrentActor, _: Translate) -> Response:
    """Download an empty Excel list of venues with drop-downs, to fill in and upload."""
    actor.require(Permission.VENUE_WRITE)
    names = [place.name for place in reference.list_kelurahan(read_db)]
    return attachment("templat-tempat.xlsx", venue_template(names, _), MEDIA_TYPES["xlsx"])


@router.post("/tempat/unggah")
def upload_venues(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    file: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    """Save a list of venues, all of it or nothing, and redirect to the list of venues.

    If the file can't be read or rows have errors, the upload page says which (422).
    """
    with catch_problem(db) as caught:
        result = services.import_venues(db, actor, *read_upload(file))
    if problem := caught.problem:
        return _upload_page(request, problem=problem)
    if result.errors:
        return _upload_page(request, row_errors=[(error.row, error.text(_)) for error in result.errors])
    text = _("The list is saved: %(added)s venues added, %(changed)s changed, %(unchanged)s as they were.")
    counts = {"added": result.added, "changed": result.changed, "unchanged": result.unchanged}
    return redirect("/tempat", text % counts)


def _new_page(
    request: Request, db: Db, actor: Actor, form: VenueForm, problem: Problem | None = None
) -> Response:
    return render(
        request,
        "workshops/venues/new.html",
        form=form,
        problem=problem,
        places=reference.list_kelurahan(db),
        owners=_owners(db, actor),
    )


def _change_page(
    request: Request,
    db: Db,
    actor: Actor,
    venue_id: int,
    form: VenueForm,
    problem: Problem | None = None,
) -> Response:
    venue = queries.get_venue_view(db, venue_id)
    return render(
        request,
        "workshops/venues/change.html",
        form=form,
        problem=problem,
        venue=venue,
        saved=conflicting_form(problem, VenueForm.from_saved(venue)),
        places=reference.list_kelurahan_with(db, venue.kelurahan_code),
        owners=_owners(db, actor),
    )


def _owners(db: Db, actor: Actor) -> list[tuple[int, str]]:
    """Return the organizations to choose an owner from, empty if the actor may not choose."""
    if not services.can_choose_owner(actor):
        return []
    return [(organization.id, organization.name) for organization in list_organizations(db, actor)]


def _upload_page(
    request: Request, *, problem: Problem | None = None, row_errors: Sequence[tuple[int, str]] = ()
) -> Response:
    return render(
        request,
        "workshops/venues/upload.html",
        problem=problem,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if row_errors else HTTPStatus.OK,
        row_errors=row_errors,
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_venues=MAX_VENUES,
    )
