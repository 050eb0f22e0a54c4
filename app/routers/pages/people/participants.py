"""Pages of participants: the list, and a participant with their registrations and the sheets these come from."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.permissions import Permission
from app.queries.areas import reference
from app.queries.coverage.filters import CoverageFilters
from app.queries.people.history import list_participant_registrations
from app.queries.people.memberships import list_memberships
from app.queries.people.participant_filters import (
    MAX_COUNTED,
    ParticipantFilters,
    ParticipantOrder,
    ParticipantSort,
    Presence,
    count_counted_people,
)
from app.queries.people.participants import get_participant_view, list_participants
from app.queries.people.proposals import count_proposals
from app.reports.coverage.breakdowns import Pillar
from app.reports.periods import Period
from app.services.people.downloads import download_participants
from app.services.people.searches import log_search
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, LongReadDb, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText
from app.web.pages import build_url, render

router = APIRouter(include_in_schema=False)


class ParticipantQuery(BaseModel):
    """The filters of the list, its order, and the number of its page.

    With both `from` and `to` it lists the people that a figure of the coverage report counts: present in that period,
    or registered. The report links here with filters that the page itself doesn't offer.
    """

    search: str = ""
    kelurahan: str = ""
    target_group: str = ""
    from_: OptionalDate = Field(None, alias="from")
    to: OptionalDate = None
    workshop: str = ""
    sex: Annotated[Literal["L", "P"] | None, EmptyIsNone] = None
    kecamatan: OptionalText = None
    pillar: Annotated[Pillar | None, EmptyIsNone] = None
    organization: Annotated[int | None, EmptyIsNone] = None
    counted: Annotated[Literal["registered"] | None, EmptyIsNone] = None
    sort: str = Field("", alias="urut")
    page: int = Field(1, alias="halaman", ge=1, le=100_000)

    @property
    def order(self) -> ParticipantOrder:
        return ParticipantOrder.parse(self.sort)

    @property
    def filters(self) -> ParticipantFilters:
        return ParticipantFilters(self.search, self.kelurahan, self.target_group, self._presence)

    @property
    def _presence(self) -> Presence | None:
        """The people that a figure of the coverage report counts; None unless both `from` and `to` are set."""
        if not (self.from_ and self.to):
            return None
        filters = CoverageFilters(
            workshop=self.workshop,
            sex=self.sex,
            kecamatan=self.kecamatan,
            pillar=self.pillar,
            organization=self.organization,
        )
        return Presence(
            Period(from_=self.from_, to=self.to), filters, registered=self.counted == "registered"
        )

    @property
    def other_params(self) -> dict[str, Any]:
        """The parameters that are set and have no field in the page's search form, which sends them along."""
        offered = {"search", "kelurahan", "target_group", "sort", "page"}
        params = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=offered)
        return {name: value for name, value in params.items() if value}

    def build_address(self, path: str = "/peserta", **changed: object) -> str:
        """Return the URL of the list with these filters, on its first page unless `halaman` is among `changed`."""
        params = self.model_dump(mode="json", by_alias=True, exclude_none=True) | {"halaman": None}
        return build_url(path, params | changed)

    def sort_address(self, key: str) -> str:
        """Return the URL of the list sorted by `key`: in the opposite order if it is sorted by it already."""
        order = ParticipantOrder(ParticipantSort(key))
        return self.build_address(urut=str(replace(order, descending=self.order == order)))

    def direction(self, key: str) -> Literal["ascending", "descending"] | None:
        """Return how the list is sorted by `key`, None if it is sorted by another one.

        Numbers of sessions and dates begin with the most.
        """
        if self.order.key != key:
            return None
        begins_with_most = key in {ParticipantSort.SESSIONS, ParticipantSort.LATEST}
        return "descending" if self.order.descending is not begins_with_most else "ascending"


@router.get("/peserta")
def participant_list(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    form: Annotated[ParticipantQuery, Query()],
) -> Response:
    """Show a page of the participants within the actor's scope. 403 if the actor may not see participants.

    A search writes to the activity log.
    """
    actor.require(Permission.PARTICIPANT_READ)
    log_search(container_of(request).engine, vault, actor, "participant", "", form.search)
    page = list_participants(db, actor, form.filters, form.order, page=form.page)
    visible, counted = count_counted_people(db, actor, form.filters)
    return render(
        request,
        "people/list.html",
        participants=page.participants,
        form=form,
        presence=form.filters.presence,
        visible=visible,
        counted=counted,
        most=MAX_COUNTED,
        first=form.build_address() if form.page > 1 else "",
        following=form.build_address(halaman=form.page + 1) if page.has_next else "",
        file=form.build_address("/peserta.xlsx"),
        places=reference.list_kelurahan(db),
        groups=[(group.code, group.label) for group in reference.list_target_groups(db, language)],
    )


@router.get("/peserta.xlsx")
def participant_file(
    request: Request,
    read_db: LongReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    form: Annotated[ParticipantQuery, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    """Download all participants of the list as an Excel file. This GET writes to the activity log, as a search does."""
    actor.require(Permission.PARTICIPANT_READ)
    log_search(container_of(request).engine, vault, actor, "participant", "", form.search)
    return download(download_participants(read_db, db, actor, form.filters, form.order, _, language))


@router.get("/peserta/{participant_id}")
def participant_page(
    request: Request, db: ReadDb, actor: CurrentActor, language: Lang, participant_id: int
) -> Response:
    actor.require(Permission.PARTICIPANT_READ)
    participant = get_participant_view(db, actor, participant_id)
    return render(
        request,
        "people/participant.html",
        participant=participant,
        memberships=list_memberships(db, actor, participant_id, language),
        registrations=list_participant_registrations(db, actor, participant_id, language),
        proposals=count_proposals(db, actor, participant_id),
        may_correct=participant.is_open
        and not participant.is_erased
        and actor.can(Permission.ATTENDANCE_WRITE),
    )
