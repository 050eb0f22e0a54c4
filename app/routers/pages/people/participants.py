"""Pages of participants: the list, and a participant with their registrations and the sheets these come from."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.permissions import Permission
from app.queries.areas import reference
from app.queries.coverage.filters import CoverageFilters
from app.queries.people.history import list_participant_registrations
from app.queries.people.memberships import list_memberships
from app.queries.people.participants import (
    ParticipantFilters,
    Presence,
    get_participant_view,
    list_participants,
)
from app.queries.people.proposals import count_proposals
from app.reports.coverage.breakdowns import Pillar
from app.reports.periods import Period
from app.services.people.searches import log_search
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Vault
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText
from app.web.pages import build_url, render

router = APIRouter(include_in_schema=False)


class ParticipantQuery(BaseModel):
    """The filters of the list, and the participant that the page of it begins after.

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
    after: Annotated[int | None, EmptyIsNone] = None

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
        offered = {"search", "kelurahan", "target_group", "after"}
        params = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=offered)
        return {name: value for name, value in params.items() if value}

    def build_address(self, *, after: int | None) -> str:
        """Return the URL of the list with these filters, after the participant with the id `after`.

        None is the first page.
        """
        return build_url("/peserta", self.model_dump(by_alias=True) | {"after": after})


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
    page = list_participants(db, actor, form.filters, after=form.after)
    return render(
        request,
        "people/list.html",
        participants=page.participants,
        form=form,
        presence=form.filters.presence,
        following=form.build_address(after=page.following) if page.following else "",
        places=reference.list_kelurahan(db),
        groups=[(group.code, group.label) for group in reference.list_target_groups(db, language)],
    )


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
