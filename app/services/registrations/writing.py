"""Writes a registration: the person, the seat or the number on the waiting list, and the line in the activity log."""

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
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_row
from app.services.messages.notifications import notify
from app.services.people.duplicates import mark_people_as_different, save_pairs
from app.services.people.participants import new_participant_columns, place_columns, update_participant
from app.services.registrations.codes import new_registration_code
from app.services.registrations.requests import (
    CONSENT_NOTICE,
    AlreadyRegistered,
    PersonUnclear,
    RegistrationRequest,
)
from app.services.registrations.waiting_list import next_waiting_number

WITHOUT_ACCOUNT = frozenset({Channel.SELF, Channel.DELEGATION})

# What each registration is told by mail; a walk-in is told nothing.
TOLD = {
    RegistrationStatus.CONFIRMED: MessageKind.CONFIRMED,
    RegistrationStatus.WAITLISTED: MessageKind.WAITLISTED,
}


@dataclass(frozen=True, slots=True)
class Seat:
    """The seat that a registration gets, or its number on the waiting list; `log` is what the activity log adds."""

    status: RegistrationStatus
    waiting_number: int | None = None
    log: Mapping[str, Any] = field(default_factory=dict)


class RegistrationWriter:
    """Writes registrations for one session. People's identity keys and the session's row are locked."""

    def __init__(
        self,
        db: Db,
        vault: NikVault,
        actor: Actor,
        workshop_session: WorkshopSession,
        request: RegistrationRequest,
        seats: Seats,
    ) -> None:
        self.db = db
        self.vault = vault
        self.actor = actor
        self.workshop_session = workshop_session
        self.request = request
        self.seats = seats

    def write(self, judged: MatchedPerson) -> Registration:
        """Register the person that a row was judged to be, or a new one; a cancelled registration is used again."""
        known = self.person(judged)
        registration = self.registration_of(known) if known else None
        if known and registration and registration.status is not RegistrationStatus.CANCELLED:
            if self.may_know_of(known, registration, judged):
                raise AlreadyRegistered(
                    registration, judged.number, _ticket_address(known, registration, judged)
                )
            alike, known, registration = [known.id], None, None
        else:
            alike = _candidates(judged)
        if known and self.may_add_to(known, judged):
            update_participant(known, judged, self.sealed_nik(judged.values), now())
        is_new = known is None
        person = known or self.new_person(judged)
        if is_new and alike:
            self.keep_likeness(alike, person)
        if is_new and judged.distinct_from:
            others = [one for one in judged.distinct_from if isinstance(one, int)]
            mark_people_as_different(self.db, self.actor, [(person.id, other) for other in others])
        before = snapshot(registration) if registration else None
        registration, seat = self.saved(judged, person, registration, is_new=is_new)
        if registration.status in TOLD:
            notify(self.db, TOLD[registration.status], registration)
        after = {**snapshot(registration), **seat.log}
        log_activity(
            self.db, self.actor, "register", "registration", registration.code, before=before, after=after
        )
        return registration

    def person(self, judged: MatchedPerson) -> Participant | None:
        """Return the known person, None for a new one. People without an account are not asked who else they may be."""
        candidates = _candidates(judged)
        if candidates and self.request.channel not in WITHOUT_ACCOUNT:
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
        """Return whether this request may learn that the person is registered.

        On the public form only if the phone or e-mail is the person's."""
        return self.request.channel is not Channel.SELF or _has_contact(
            judged,
            phones={person.phone, existing.contact_phone},
            emails={person.email, existing.contact_email},
        )

    def may_add_to(self, person: Participant, judged: MatchedPerson) -> bool:
        """Return whether this request may fill in the person's record.

        A stranger who knows a name and a kelurahan must not write their own number into it."""
        return self.request.channel is not Channel.SELF or _knows_contact(person, judged)

    def new_person(self, judged: MatchedPerson) -> Participant:
        """Save a person who is not known yet; without the NIK if that is another person's."""
        values = judged.values
        if values.nik_key and self.has_owner(values.nik_key):
            values = replace(values, nik=None, nik_key=None)
        columns = new_participant_columns(values, self.sealed_nik(values), now(), now())
        person = Participant(**columns | {"sex": Sex(values.sex) if values.sex else None})
        self.db.add(person)
        self.db.flush()
        return person

    def keep_likeness(self, alike: Sequence[int], person: Participant) -> None:
        """Keep the people that a new person may be as possible duplicates, for staff to decide."""
        known = self.db.scalars(select(Participant).where(col(Participant.id).in_(alike)))
        save_pairs(
            self.db,
            [
                SimilarPair(one.id, person.id, round(similarity(one.name_key, person.name_key)))
                for one in known
            ],
        )

    def sealed_nik(self, values: PersonValues) -> str | None:
        return self.vault.encrypt(values.nik) if values.nik else None

    def has_owner(self, nik_key: str) -> bool:
        owner = select(col(Participant.id)).where(col(Participant.nik_key) == nik_key)
        return self.db.scalars(owner).first() is not None

    def saved(
        self, judged: MatchedPerson, person: Participant, registration: Registration | None, *, is_new: bool
    ) -> tuple[Registration, Seat]:
        """Save the registration, a new one or the cancelled one that comes back, with the seat that it gets."""
        columns = self.columns(judged, person, is_new=is_new)
        seat = self.seat(columns["kelurahan_code"], columns["target_group_code"])
        columns |= {"status": seat.status, "waiting_number": seat.waiting_number}
        if registration is None:
            registration = Registration(**columns)
            self.db.add(registration)
        else:
            registration.sqlmodel_update(columns)
        self.db.flush()
        return registration, seat

    def name_given(self, known: Participant, judged: MatchedPerson) -> str | None:
        """Return the name as it was written by a person without an account, if the record has it otherwise."""
        differs = self.request.channel in WITHOUT_ACCOUNT and judged.values.name != known.name
        return judged.values.name if differs else None

    def columns(self, judged: MatchedPerson, person: Participant, *, is_new: bool) -> dict[str, Any]:
        """Return the registration's columns, apart from its seat."""
        values, request = judged.values, self.request
        consent = request.consent or request.channel is Channel.SELF
        return {
            # A cancelled registration comes back under another code: the old ticket may be a stranger's.
            "code": new_registration_code(),
            "workshop_session_id": self.workshop_session.id,
            "participant_id": person.id,
            "name_given": None if is_new else self.name_given(person, judged),
            "rt": values.rt,
            "sex": Sex(values.sex) if values.sex else None,
            "target_group_code": values.target_group or "",
            "basis": request.basis or (Basis.CONSENT if consent else Basis.PUBLIC_TASK),
            "consent_notice": CONSENT_NOTICE if consent else None,
            "consented_at": now() if consent else None,
            "channel": request.channel,
            "registered_by": self.actor.user_id,
            "delegation_link_id": request.delegation_link_id,
            "contact_phone": values.phone,
            "contact_email": values.email,
            "language": request.language,
            "request_key": request.request_key,
            "created_at": now(),
            **place_columns(values),
        }

    def seat(self, kelurahan: str | None, group: str) -> Seat:
        """Take a seat for a person from there, or the next number on the waiting list if a cap is reached."""
        if self.request.channel is Channel.WALK_IN:
            return Seat(RegistrationStatus.WALK_IN)
        full = [cap.code or cap.kind for cap in self.seats.full(kelurahan, group)]
        if full and not self.request.overrule:
            number = next_waiting_number(self.db, self.workshop_session.id)
            return Seat(RegistrationStatus.WAITLISTED, number, {"full": full})
        self.seats.take(kelurahan, group)
        return Seat(RegistrationStatus.CONFIRMED, log={"overruled": full} if full else {})


def _ticket_address(person: Participant, registration: Registration, judged: MatchedPerson) -> str | None:
    """Return the address that the ticket may be sent to again, whatever address was typed now.

    That is the one given at registration; the person's own if somebody else registered them and the phone or e-mail
    typed now is the person's."""
    if _knows_contact(person, judged) and not has_own_contact(registration, person):
        return person.email
    return registration.contact_email or person.email


def _knows_contact(person: Participant, judged: MatchedPerson) -> bool:
    return _has_contact(judged, phones={person.phone}, emails={person.email})


def _has_contact(judged: MatchedPerson, phones: set[str | None], emails: set[str | None]) -> bool:
    values = judged.values
    return bool(values.phone and values.phone in phones) or bool(values.email and values.email in emails)


def _candidates(judged: MatchedPerson) -> list[int]:
    """Return the ids of the known people between whom a choice must be made."""
    return [
        candidate.value
        for remark in judged.remarks
        if remark.code == "person-unclear"
        for candidate in remark.candidates
        if candidate.kind == "person" and isinstance(candidate.value, int)
    ]
