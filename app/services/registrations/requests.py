"""The request for a registration, and the errors with which it is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.errors import Conflict
from app.i18n import N_, Language
from app.models import Basis, Channel, Registration, WorkshopSession
from app.models.base import now
from app.people.matching import Decision
from app.queries.registrations.window import RegistrationWindow, get_registration_window
from app.queries.workshops.group_question import GENERAL_PUBLIC, NO_GROUP, GroupQuestion

REFUSALS = {
    RegistrationWindow.CANCELLED: N_("This session is cancelled."),
    RegistrationWindow.OVER: N_("This session is over."),
    RegistrationWindow.CLOSED: N_("Registration for this session is closed."),
    RegistrationWindow.SOON: N_("Registration for this session is not open yet."),
}


@dataclass(frozen=True)
class RegistrationRequest:
    """How a person is registered: by which channel, in which language, on which legal basis.

    `request_key` identifies the form: a form that is sent again registers no second time. `overrule` gives a seat
    beyond the caps and after registration has closed; only users with an account may set it. `decision` says who a
    person is if that is unclear.

    With `consent` the person agreed to the privacy notice, of which a form showed the version `notice` (None: the one
    in force); without it `basis` is the legal basis. `informed` says that a kelurahan told its delegates what the
    notice says, and `contact` is the phone number of its staff, by which delegates without one are told news.
    """

    channel: Channel
    language: Language | None = None
    consent: bool = False
    request_key: str | None = None
    overrule: bool = False
    decision: Decision | None = None
    delegation_link_id: int | None = None
    basis: Basis = Basis.PUBLIC_TASK
    notice: str | None = None
    informed: bool = False
    contact: str = ""


class AlreadyRegistered(Conflict):
    """The person has a registration for this session already. This is raised only to users who may know that.

    `number` is the person's in the list that was sent, from 1. `address` is the e-mail address to which the ticket may
    be sent again.
    """

    code = "already-registered"

    def __init__(self, registration: Registration, number: int = 1, address: str | None = None) -> None:
        super().__init__(N_("This person is registered for this session already."))
        self.registration = registration
        self.number = number
        self.address = address


class PersonUnclear(Conflict):
    """The user has to choose who is meant. `candidates` are ids of known people."""

    code = "person-unclear"

    def __init__(self, candidates: Sequence[int]) -> None:
        super().__init__(N_("It is not clear who this is. Choose one of the people found, or a new person."))
        self.candidates = tuple(candidates)


class NotEnoughSeats(Conflict):
    """There are not enough seats for a whole delegation, so no one of it was registered.

    `numbers` are the numbers in the list of the people without a seat, from 1.
    """

    code = "no-places"

    def __init__(self, numbers: Sequence[int]) -> None:
        text = N_(
            "There are not enough places: %(count)s people of this list find none. Nobody was registered."
        )
        super().__init__(text, count=len(numbers))
        self.numbers = tuple(numbers)


class WorkshopNotForPerson(Conflict):
    """The person belongs to none of the groups that the workshop is for, and it does not take everyone."""

    code = "not-for-group"

    def __init__(self) -> None:
        super().__init__(N_("This workshop is for others. You have not been registered."))


def parse_group_answer(answer: str, question: GroupQuestion) -> str:
    """Return the group in which a person without an account is registered, "" if they have not answered.

    `answer` is the value of the form's field: the code of a group, or `NO_GROUP` for "none of these", which is the
    general public where the workshop takes it. Raises `WorkshopNotForPerson`.
    """
    if not question.is_asked:
        return GENERAL_PUBLIC
    if answer == NO_GROUP and not question.takes_everyone:
        raise WorkshopNotForPerson
    if answer in (NO_GROUP, GENERAL_PUBLIC):
        return GENERAL_PUBLIC if question.takes_everyone else ""
    return answer if any(group.code == answer for group in question.groups) else ""


def resolve_target_group(chosen: str, offered: Collection[str]) -> str:
    """Return the only group offered, else the chosen one if it is offered, else "".

    For forms of staff; people without an account are asked (`parse_group_answer`).
    """
    if len(offered) == 1:
        return next(iter(offered))
    return chosen if chosen in offered else ""


def require_open(workshop_session: WorkshopSession, request: RegistrationRequest) -> None:
    """Raise `Conflict` (code "registration-closed") unless the session's registration is open for this request.

    With `overrule` and for walk-ins it is open before and after its time too, for walk-ins even after the session. It
    is open for nobody once the session is cancelled.
    """
    window = get_registration_window(workshop_session, now())
    accepted = {RegistrationWindow.OPEN}
    if request.overrule:
        accepted |= {RegistrationWindow.SOON, RegistrationWindow.CLOSED}
    if request.channel is Channel.WALK_IN:
        accepted |= {RegistrationWindow.SOON, RegistrationWindow.CLOSED, RegistrationWindow.OVER}
    if window not in accepted:
        raise Conflict(REFUSALS[window], code="registration-closed")
