"""How people ask for places, and what they can be refused with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.errors import Conflict
from app.i18n import N_, Language
from app.models import Basis, Channel, Registration, WorkshopSession
from app.models.base import now
from app.people.matching import Decision
from app.queries.registrations.window import Standing, standing

# The notice about personal data that people agree to (UU 27/2022, article 22); a new text is a new version.
CONSENT_NOTICE = "2026-1"

REFUSALS = {
    Standing.CANCELLED: N_("This session is cancelled."),
    Standing.OVER: N_("This session is over."),
    Standing.CLOSED: N_("Registration for this session is closed."),
    Standing.SOON: N_("Registration for this session is not open yet."),
}


@dataclass(frozen=True)
class RegistrationRequest:
    """How somebody asks for places: by which channel, in which language, with what consent.

    `request_key` is the form's: sent again, it registers nobody again. `overrule` gives a place beyond the caps
    and after registration has closed, which is for organizers alone. `decision` says who a person is where that
    is unclear. `basis` is the ground of a list, where that isn't told by `consent`.
    """

    channel: Channel
    language: Language | None = None
    consent: bool = False
    request_key: str | None = None
    overrule: bool = False
    decision: Decision | None = None
    delegation_link_id: int | None = None
    basis: Basis | None = None


class AlreadyRegistered(Conflict):
    """The person has a registration for this session; `registration` is for those who may see it.

    `number` is the person's in the list that was given, from 1. `address` is where the ticket may be sent again.
    """

    code = "already-registered"

    def __init__(self, registration: Registration, number: int = 1, address: str | None = None) -> None:
        super().__init__(N_("This person is registered for this session already."))
        self.registration = registration
        self.number = number
        self.address = address


class PersonUnclear(Conflict):
    """It must be said who is meant. `candidates` are ids of known people."""

    code = "person-unclear"

    def __init__(self, candidates: Sequence[int]) -> None:
        super().__init__(N_("It is not clear who this is. Choose one of the people found, or a new person."))
        self.candidates = tuple(candidates)


class NoPlaces(Conflict):
    """Not all of a delegation find a place, so that none of it is registered. `numbers` are those left over."""

    code = "no-places"

    def __init__(self, numbers: Sequence[int]) -> None:
        text = N_(
            "There are not enough places: %(count)s people of this list find none. Nobody was registered."
        )
        super().__init__(text, count=len(numbers))
        self.numbers = tuple(numbers)


def offered_group(chosen: str, offered: Collection[str]) -> str:
    """The only group, or the one that was chosen of several; one that isn't offered counts as none."""
    if len(offered) == 1:
        return next(iter(offered))
    return chosen if chosen in offered else ""


def require_open(workshop_session: WorkshopSession, asking: RegistrationRequest) -> None:
    """Raises `Conflict` where the session takes no registrations (any more, or yet)."""
    stands = standing(workshop_session, now())
    accepted = {Standing.OPEN}
    if asking.overrule:
        accepted |= {Standing.SOON, Standing.CLOSED}
    if asking.channel is Channel.WALK_IN:
        accepted |= {Standing.SOON, Standing.CLOSED, Standing.OVER}
    if stands not in accepted:
        raise Conflict(REFUSALS[stands], code="registration-closed")
