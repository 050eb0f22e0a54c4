"""Participants: the list, and one with what they came to and which sheets said so."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.permissions import Permission
from app.queries import reference
from app.queries.participant_history import registrations_of
from app.queries.participants import ParticipantFilters, participant, participants
from app.web.dependencies import Lang, PageActor, Reader
from app.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/peserta")
def participant_list(
    request: Request,
    look: Reader,
    actor: PageActor,
    language: Lang,
    filters: Annotated[ParticipantFilters, Depends()],
    after: int | None = None,
) -> Response:
    actor.require(Permission.PARTICIPANT_READ)
    page = participants(look, actor, filters, after=after)
    given = {name: value for name, value in vars(filters).items() if value}
    return render(
        request,
        "participants/list.html",
        participants=page.participants,
        filters=filters,
        following=f"/peserta?{urlencode({**given, 'after': page.following})}" if page.following else "",
        places=[(place.code, place.name) for place in reference.kelurahan(look)],
        groups=[(group.code, group.label) for group in reference.target_groups(look, language)],
    )


@router.get("/peserta/{participant_id}")
def participant_page(
    request: Request, look: Reader, actor: PageActor, language: Lang, participant_id: int
) -> Response:
    actor.require(Permission.PARTICIPANT_READ)
    return render(
        request,
        "participants/participant.html",
        participant=participant(look, actor, participant_id),
        registrations=registrations_of(look, actor, participant_id, language),
    )
