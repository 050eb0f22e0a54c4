"""Participants: the list, and one with what they came to and which sheets said so."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.permissions import Permission
from app.queries.areas import reference
from app.queries.coverage.filters import CoverageFilters
from app.queries.people.history import registrations_of
from app.queries.people.memberships import memberships_of
from app.queries.people.participants import ParticipantFilters, Presence, participant, participants
from app.reports.coverage.breakdowns import Pillar
from app.reports.periods import Period
from app.web.dependencies import Lang, PageActor, Reader
from app.web.forms import EmptyIsNone, OptionalDate, OptionalText
from app.web.pages import render

router = APIRouter(include_in_schema=False)


class ParticipantQuery(BaseModel):
    """What the address narrows the list to.

    With a whole period it is who was present in it, or `counted` as registered, as in the coverage report: that is
    where `from`, `to`, and the filters that this list doesn't offer come from.
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
        if not (self.from_ and self.to):
            return None
        narrowed = CoverageFilters(
            workshop=self.workshop,
            sex=self.sex,
            kecamatan=self.kecamatan,
            pillar=self.pillar,
            organization=self.organization,
        )
        return Presence(
            Period(from_=self.from_, to=self.to), narrowed, registered=self.counted == "registered"
        )

    @property
    def kept(self) -> dict[str, Any]:
        """What a search of the people behind a figure keeps."""
        offered = {"search", "kelurahan", "target_group", "after"}
        given = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=offered)
        return {name: value for name, value in given.items() if value}

    def address(self, *, after: int | None) -> str:
        """The same list from the participant `after` on."""
        given = self.model_dump(by_alias=True) | {"after": after}
        return f"/peserta?{urlencode({name: value for name, value in given.items() if value})}"


@router.get("/peserta")
def participant_list(
    request: Request,
    look: Reader,
    actor: PageActor,
    language: Lang,
    form: Annotated[ParticipantQuery, Query()],
) -> Response:
    actor.require(Permission.PARTICIPANT_READ)
    page = participants(look, actor, form.filters, after=form.after)
    return render(
        request,
        "people/list.html",
        participants=page.participants,
        form=form,
        presence=form.filters.presence,
        following=form.address(after=page.following) if page.following else "",
        places=reference.kelurahan(look),
        groups=[(group.code, group.label) for group in reference.target_groups(look, language)],
    )


@router.get("/peserta/{participant_id}")
def participant_page(
    request: Request, look: Reader, actor: PageActor, language: Lang, participant_id: int
) -> Response:
    actor.require(Permission.PARTICIPANT_READ)
    return render(
        request,
        "people/participant.html",
        participant=participant(look, actor, participant_id),
        memberships=memberships_of(look, actor, participant_id, language),
        registrations=registrations_of(look, actor, participant_id, language),
        may_correct=actor.may(Permission.ATTENDANCE_WRITE),
    )
