"""What a registration writes: the person, the place they get or wait for, and the line in the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.models import (
    Basis,
    Channel,
    MessageKind,
    Participant,
    Registration,
    RegistrationStatus,
    Sex,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import PersonValues
from app.people.values.names import similarity
from app.permissions import Actor
from app.queries.people.similar_people import SimilarPair
from app.queries.registrations.seats import Seats
from app.queries.registrations.tickets import has_own_contact
from app.services.activities import record, snapshot, snapshot_of_columns
from app.services.locks import lock_row
from app.services.messages.notifications import tell
from app.services.people.duplicates import keep_pairs, keep_told_apart
from app.services.people.participants import complete, participant_columns, place_columns
from app.services.registrations.codes import new_registration_code
from app.services.registrations.new_registrations import Registered, write_new
from app.services.registrations.requests import (
    CONSENT_NOTICE,
    AlreadyRegistered,
    PersonUnclear,
    RegistrationRequest,
)
from app.services.registrations.waiting_list import next_waiting_number

WITHOUT_ACCOUNT = frozenset({Channel.SELF, Channel.DELEGATION})

# Whoever comes without having registered stands at the door already.
TOLD = {
    RegistrationStatus.CONFIRMED: MessageKind.CONFIRMED,
    RegistrationStatus.WAITLISTED: MessageKind.WAITLISTED,
}


@dataclass(frozen=True, slots=True)
class Place:
    """The place that somebody gets, or theirs in the queue; `because` is what the log says of it."""

    status: RegistrationStatus
    waiting_number: int | None = None
    because: Mapping[str, Any] = field(default_factory=dict)


class Registering:
    """People being registered for one session whose row is held."""

    def __init__(
        self,
        db: Db,
        vault: NikVault,
        actor: Actor,
        workshop_session: WorkshopSession,
        asking: RegistrationRequest,
        places: Seats,
    ) -> None:
        self.db = db
        self.vault = vault
        self.actor = actor
        self.workshop_session = workshop_session
        self.asking = asking
        self.places = places

    def register(self, judged: MatchedPerson) -> Registered:
        known = self.person(judged)
        existing = self.registration_of(known) if known else None
        if known and existing and existing.status is not RegistrationStatus.CANCELLED:
            if self.may_know_of(known, existing, judged):
                raise AlreadyRegistered(existing, judged.number, _ticket_address(known, existing, judged))
            alike, known, existing = [known.id], None, None
        else:
            alike = _candidates(judged)
        if known and self.may_add_to(known, judged):
            complete(known, judged, self.sealed_nik(judged.values), now())
        newcomer = None if known else self.newcomer(judged)
        before = snapshot(existing) if existing else None
        made, after = self.written(judged, known, existing, newcomer)
        if newcomer and alike:
            self.keep_likeness(alike, made.participant_id, newcomer["name_key"])
        if newcomer and judged.distinct_from:
            people = [one for one in judged.distinct_from if isinstance(one, int)]
            keep_told_apart(self.db, self.actor, [(made.participant_id, one) for one in people])
        # Who is new and gave no address has none.
        if made.status in TOLD and (known or judged.values.email):
            tell(self.db, TOLD[made.status], self.db.get_one(Registration, made.id))
        self.note(made, before, after)
        return made

    def person(self, judged: MatchedPerson) -> Participant | None:
        """The known person, None for a new one. Who has no account is not asked who else they may be."""
        candidates = _candidates(judged)
        if candidates and self.asking.channel not in WITHOUT_ACCOUNT:
            raise PersonUnclear(candidates)
        return None if judged.person is None else lock_row(self.db, Participant, judged.person)

    def registration_of(self, person: Participant) -> Registration | None:
        return self.db.scalars(
            select(Registration).where(
                col(Registration.participant_id) == person.id,
                col(Registration.workshop_session_id) == self.workshop_session.id,
            )
        ).first()

    def may_know_of(self, person: Participant, existing: Registration, judged: MatchedPerson) -> bool:
        """Whoever registers themselves learns that they are registered only where phone or e-mail is theirs."""
        return self.asking.channel is not Channel.SELF or _has_contact(
            judged,
            phones={person.phone, existing.contact_phone},
            emails={person.email, existing.contact_email},
        )

    def may_add_to(self, person: Participant, judged: MatchedPerson) -> bool:
        """A stranger who knows a name and a kelurahan must not write their own number into somebody's record."""
        return self.asking.channel is not Channel.SELF or _knows_contact(person, judged)

    def newcomer(self, judged: MatchedPerson) -> dict[str, Any]:
        """The columns of somebody new."""
        values = judged.values
        if values.nik_key and self.has_owner(values.nik_key):
            values = replace(values, nik=None, nik_key=None)
        return participant_columns(values, self.sealed_nik(values), now(), now())

    def keep_likeness(self, alike: Sequence[int], person_id: int, name_key: str) -> None:
        """Who somebody new is likely to be is shown beside them to those who may put the two together."""
        known = self.db.scalars(select(Participant).where(col(Participant.id).in_(alike)))
        keep_pairs(
            self.db,
            [SimilarPair(one.id, person_id, round(similarity(one.name_key, name_key))) for one in known],
        )

    def sealed_nik(self, values: PersonValues) -> str | None:
        return self.vault.encrypt(values.nik) if values.nik else None

    def has_owner(self, nik_key: str) -> bool:
        owner = select(col(Participant.id)).where(col(Participant.nik_key) == nik_key)
        return self.db.scalars(owner).first() is not None

    def written(
        self,
        judged: MatchedPerson,
        known: Participant | None,
        existing: Registration | None,
        newcomer: Mapping[str, Any] | None,
    ) -> tuple[Registered, dict[str, Any]]:
        """The registration as it is kept, and what the log says of it."""
        columns = self.columns(judged, known)
        place = self.place(columns["kelurahan_code"], columns["target_group_code"])
        columns |= {"status": place.status, "waiting_number": place.waiting_number}
        if existing:
            made = Registered.of(existing.sqlmodel_update(columns))
            after = snapshot(existing)
        else:
            made = write_new(self.db, columns, newcomer)
            after = snapshot_of_columns(columns | {"id": made.id, "participant_id": made.participant_id})
        return made, {**after, **place.because}

    def note(self, made: Registered, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
        """The line in the log, and nothing after it: who registers themselves shares people, and holds the log's turn
        until the commit."""
        in_turn = self.asking.channel is Channel.SELF
        record(
            self.db,
            self.actor,
            "register",
            "registration",
            made.code,
            before=before,
            after=after,
            in_turn=in_turn,
        )

    def name_given(self, known: Participant, judged: MatchedPerson) -> str | None:
        """How somebody without an account wrote a known name, where the record has it otherwise."""
        differs = self.asking.channel in WITHOUT_ACCOUNT and judged.values.name != known.name
        return judged.values.name if differs else None

    def columns(self, judged: MatchedPerson, known: Participant | None) -> dict[str, Any]:
        """What the registration says, but for its place. Who is new has no number yet."""
        values, asking = judged.values, self.asking
        consent = asking.consent or asking.channel is Channel.SELF
        return {
            # A cancelled registration comes back under another code: whoever has the old ticket may be a stranger.
            "code": new_registration_code(),
            "workshop_session_id": self.workshop_session.id,
            "participant_id": known.id if known else None,
            "name_given": self.name_given(known, judged) if known else None,
            "rt": values.rt,
            "sex": Sex(values.sex) if values.sex else None,
            "target_group_code": values.target_group or "",
            "basis": asking.basis or (Basis.CONSENT if consent else Basis.PUBLIC_TASK),
            "consent_notice": CONSENT_NOTICE if consent else None,
            "consented_at": now() if consent else None,
            "channel": asking.channel,
            "registered_by": self.actor.user_id,
            "delegation_link_id": asking.delegation_link_id,
            "contact_phone": values.phone,
            "contact_email": values.email,
            "language": asking.language,
            "request_key": asking.request_key,
            "created_at": now(),
            **place_columns(values),
        }

    def place(self, kelurahan: str | None, group: str) -> Place:
        """The place that somebody from there gets, which is then taken; without one they wait."""
        if self.asking.channel is Channel.WALK_IN:
            return Place(RegistrationStatus.WALK_IN)
        full = [cap.code or cap.kind for cap in self.places.full(kelurahan, group)]
        if full and not self.asking.overrule:
            number = next_waiting_number(self.db, self.workshop_session.id)
            return Place(RegistrationStatus.WAITLISTED, number, {"full": full})
        self.places.take(kelurahan, group)
        return Place(RegistrationStatus.CONFIRMED, because={"overruled": full} if full else {})


def _ticket_address(person: Participant, registration: Registration, judged: MatchedPerson) -> str | None:
    """Where the ticket goes again, whatever address is typed now: to the one that was given for it. But whose
    phone or e-mail is the known person's gets it there where somebody else has registered them."""
    if _knows_contact(person, judged) and not has_own_contact(registration, person):
        return person.email
    return registration.contact_email or person.email


def _knows_contact(person: Participant, judged: MatchedPerson) -> bool:
    return _has_contact(judged, phones={person.phone}, emails={person.email})


def _has_contact(judged: MatchedPerson, phones: set[str | None], emails: set[str | None]) -> bool:
    values = judged.values
    return bool(values.phone and values.phone in phones) or bool(values.email and values.email in emails)


def _candidates(judged: MatchedPerson) -> list[int]:
    """The known people between whom somebody must choose."""
    return [
        candidate.value
        for remark in judged.remarks
        if remark.code == "person-unclear"
        for candidate in remark.candidates
        if candidate.kind == "person" and isinstance(candidate.value, int)
    ]
