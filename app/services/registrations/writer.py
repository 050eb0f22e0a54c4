"""Write a registration: the person, the seat or the waiting number, and the line in the activity log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.models import (
    CHANNELS_WITHOUT_ACCOUNT,
    Basis,
    Channel,
    MessageKind,
    Participant,
    Registration,
    RegistrationStatus,
    Sex,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import PersonValues
from app.people.values.names import similarity
from app.permissions import Actor
from app.queries.messages.contacts import has_own_contact
from app.queries.people.records import NOT_SHARED, RecordAccess, get_record_access
from app.queries.people.search import PersonSearch, list_visible_people
from app.queries.people.similar_people import SimilarPair
from app.queries.registrations.seats import Seats
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_row
from app.services.messages.notifications import notify
from app.services.people.duplicates import mark_people_as_different, save_pairs
from app.services.people.participants import (
    new_participant_columns,
    place_columns,
    update_participant,
)
from app.services.people.proposals import (
    IDENTITY_FIELDS,
    Differences,
    ProposalSource,
    find_differences,
    propose_changes,
)
from app.services.registrations.codes import generate_registration_code
from app.services.registrations.requests import (
    AlreadyRegistered,
    PersonUnclear,
    RegistrationRequest,
)
from app.services.registrations.waiting_list import get_next_waiting_number

# The message that a registration gets by mail; a walk-in gets none.
MESSAGE_KINDS = {
    RegistrationStatus.CONFIRMED: MessageKind.CONFIRMED,
    RegistrationStatus.WAITLISTED: MessageKind.WAITLISTED,
}


@dataclass(frozen=True, slots=True)
class AssignedSeat:
    """The seat that a registration gets, or its waiting number; `log` is added to the line in the activity log."""

    status: RegistrationStatus
    waiting_number: int | None = None
    log: Mapping[str, Any] = field(default_factory=dict)


class RegistrationWriter:
    """Writes the registrations of one request for one session. `notice` is the version of the privacy notice in force.

    The caller has required the permission, and locked the people's identity keys and the session's row.
    """

    def __init__(
        self,
        db: Db,
        vault: NikVault,
        actor: Actor,
        workshop_session: WorkshopSession,
        request: RegistrationRequest,
        seats: Seats,
        notice: str,
    ) -> None:
        self.db = db
        self.vault = vault
        self.actor = actor
        self.workshop_session = workshop_session
        self.request = request
        self.seats = seats
        self.notice = notice
        self._last_waiting_number: int | None = None

    def write(self, matched: MatchedPerson) -> Registration:
        """Register a known person or a new one, log it, notify the person unless they walk in; return the registration.

        A cancelled registration of the person is used again. A known person's record becomes open to the session's
        organization only if it was before, or if no other organization knows the person. Raises `AlreadyRegistered` if
        the request may learn that; else a new person is created, for staff to compare. Raises `PersonUnclear` if the
        user has to choose who it is.
        """
        known = self.find_known_person(matched)
        registration = self.find_registration(known) if known else None
        if known and registration and registration.status is not RegistrationStatus.CANCELLED:
            if self.may_learn_of(registration, known, matched):
                raise AlreadyRegistered(
                    registration, matched.number, _get_ticket_address(known, registration, matched)
                )
            similar_ids, known, registration = [known.id], None, None
        else:
            similar_ids = _candidate_ids(matched)
        access = self.get_access(known) if known else NOT_SHARED
        nik = self.encrypt_nik(matched.values)
        differences = self.update_record(known, matched, access, nik) if known else {}
        is_new = known is None
        person = known or self.create_person(matched)
        if is_new and matched.distinct_from:
            other_ids = [other for other in matched.distinct_from if isinstance(other, int)]
            visible = self.list_visible(other_ids, matched)
            mark_people_as_different(self.db, self.actor, [(person.id, other_id) for other_id in visible])
            similar_ids += [other_id for other_id in other_ids if other_id not in visible]
        if is_new and similar_ids:
            self.save_possible_duplicates(person, similar_ids)
        before = snapshot(registration) if registration else None
        registration, seat = self.save_registration(matched, person, registration, access, is_new=is_new)
        if known:
            source = ProposalSource(registration_id=registration.id)
            propose_changes(self.db, self.actor, {person.id: differences}, source)
        if registration.status in MESSAGE_KINDS:
            notify(self.db, MESSAGE_KINDS[registration.status], registration)
        after = {**snapshot(registration), **seat.log}
        log_activity(
            self.db, self.actor, "register", "registration", registration.code, before=before, after=after
        )
        return registration

    def find_known_person(self, matched: MatchedPerson) -> Participant | None:
        """Return the known person, locked, or None for a new one.

        Raises `PersonUnclear` if the user has to choose, even from a single candidate; only from candidates of whom the
        user may learn, and not on channels without an account. Raises `NotFound` if the person was deleted meanwhile.
        """
        if self.request.channel not in CHANNELS_WITHOUT_ACCOUNT:
            candidates = _candidate_ids(matched)
            if visible := self.list_visible(candidates, matched):
                raise PersonUnclear([person_id for person_id in candidates if person_id in visible])
        return None if matched.person is None else lock_row(self.db, Participant, matched.person)

    def list_visible(self, people: Sequence[int], matched: MatchedPerson) -> frozenset[int]:
        """Return those of these people of whom the user may learn, given what was typed."""
        if not people:
            return frozenset()
        values = matched.values
        search = PersonSearch(phone=values.phone, email=values.email, nik_key=values.nik_key)
        return list_visible_people(self.db, self.actor, people, search)

    def get_access(self, known: Participant) -> RecordAccess:
        """Return what the session's organization may do with the record of a known person."""
        workshop = self.db.get_one(Workshop, self.workshop_session.workshop_id)
        return get_record_access(self.db, workshop.organization_id, known.id)

    def find_registration(self, person: Participant) -> Registration | None:
        """Return the person's registration for the session, also a cancelled one; None without one."""
        return self.db.scalars(
            select(Registration).where(
                col(Registration.participant_id) == person.id,
                col(Registration.workshop_session_id) == self.workshop_session.id,
            )
        ).first()

    def may_learn_of(self, registration: Registration, person: Participant, matched: MatchedPerson) -> bool:
        """Return whether this request may learn that the person is registered.

        On the public form it may only if it has the phone or e-mail of the person or the registration.
        """
        return self.request.channel is not Channel.SELF or _has_contact(
            matched,
            phones={person.phone, registration.contact_phone},
            emails={person.email, registration.contact_email},
        )

    def update_record(
        self, person: Participant, matched: MatchedPerson, access: RecordAccess, nik: str | None
    ) -> Differences:
        """Fill in and change what this request may of a known person's record; return what it may only propose.

        Users without an account, and users to whom the record is not open, change nothing. Staff change all, but of a
        person whom other organizations know only its owner changes who that is: name, NIK and kelurahan. `nik` is
        encrypted.
        """
        if self.request.channel in CHANNELS_WITHOUT_ACCOUNT or not access.is_open:
            return find_differences(person, matched.values, nik)
        may_change_all = access.may_change_identity
        update_participant(person, matched, nik, now(), keep_identity=not may_change_all)
        return (
            {}
            if may_change_all
            else find_differences(person, matched.values, nik, IDENTITY_FIELDS - {"name"})
        )

    def create_person(self, matched: MatchedPerson) -> Participant:
        """Create a person, and flush; without the NIK if another person has it."""
        values = matched.values
        if values.nik_key and self.is_nik_taken(values.nik_key):
            values = replace(values, nik=None, nik_key=None)
        columns = new_participant_columns(values, self.encrypt_nik(values), now(), now())
        person = Participant(**columns | {"sex": Sex(values.sex) if values.sex else None})
        self.db.add(person)
        self.db.flush()
        return person

    def save_possible_duplicates(self, person: Participant, similar_ids: Sequence[int]) -> None:
        """Save the known people that a new person may be as possible duplicates, for staff to decide."""
        known_people = self.db.scalars(select(Participant).where(col(Participant.id).in_(similar_ids)))
        save_pairs(
            self.db,
            [
                SimilarPair(known.id, person.id, round(similarity(known.name_key, person.name_key)))
                for known in known_people
            ],
        )

    def encrypt_nik(self, values: PersonValues) -> str | None:
        """Return the NIK of the values encrypted, None if they have none."""
        return self.vault.encrypt(values.nik) if values.nik else None

    def is_nik_taken(self, nik_key: str) -> bool:
        """Return whether a participant has the NIK with this keyed hash."""
        person_id = select(col(Participant.id)).where(col(Participant.nik_key) == nik_key)
        return self.db.scalars(person_id).first() is not None

    def save_registration(
        self,
        matched: MatchedPerson,
        person: Participant,
        registration: Registration | None,
        access: RecordAccess,
        *,
        is_new: bool,
    ) -> tuple[Registration, AssignedSeat]:
        """Save a new registration, or the cancelled one again, with a seat or a waiting number, and flush.

        Returns the registration and the seat.
        """
        columns = self.get_columns(matched, None if is_new else person, access)
        columns |= {"participant_id": person.id}
        seat = self.assign_seat(columns["kelurahan_code"], columns["target_group_code"])
        columns |= {"status": seat.status, "waiting_number": seat.waiting_number}
        if registration is None:
            registration = Registration(**columns)
            self.db.add(registration)
        else:
            registration.sqlmodel_update(columns)
        self.db.flush()
        return registration, seat

    def get_name_given(self, known: Participant, matched: MatchedPerson, access: RecordAccess) -> str | None:
        """Return the name as it was typed: if the record is not open, or by a user without an account differently."""
        name = matched.values.name
        differs = self.request.channel in CHANNELS_WITHOUT_ACCOUNT and name != known.name
        return name if differs or not access.is_open else None

    def get_columns(
        self, matched: MatchedPerson, known: Participant | None, access: RecordAccess
    ) -> dict[str, Any]:
        """Return the registration's columns apart from its person, status and waiting number."""
        values, request = matched.values, self.request
        return {
            # A cancelled registration gets a new code, because its old ticket may be a stranger's.
            "code": generate_registration_code(),
            "workshop_session_id": self.workshop_session.id,
            "name_given": self.get_name_given(known, matched, access) if known else None,
            "opens_record": access.is_open,
            "rt": values.rt,
            "sex": Sex(values.sex) if values.sex else None,
            "target_group_code": values.target_group or "",
            "basis": Basis.CONSENT if request.consent else request.basis,
            "consent_notice": self.notice if request.consent else None,
            "consented_at": now() if request.consent else None,
            "informed_notice": self.notice if request.informed else None,
            "informed_at": now() if request.informed else None,
            "channel": request.channel,
            "registered_by": self.actor.user_id,
            "delegation_link_id": request.delegation_link_id,
            "contact_phone": values.phone,
            "contact_email": values.email,
            "contact_confirmed_at": None,
            "language": request.language,
            "request_key": request.request_key,
            "created_at": now(),
            **place_columns(values),
        }

    def assign_seat(self, kelurahan: str | None, group: str) -> AssignedSeat:
        """Return a seat for a person of this kelurahan and group, or a waiting number if a cap is reached.

        With `overrule` caps don't matter, and a walk-in gets neither. The seat is counted as taken in `seats`.
        """
        if self.request.channel is Channel.WALK_IN:
            return AssignedSeat(RegistrationStatus.WALK_IN)
        full = [cap.code or cap.kind for cap in self.seats.full_caps(kelurahan, group)]
        if full and not self.request.overrule:
            number = self.take_waiting_number()
            return AssignedSeat(RegistrationStatus.WAITLISTED, number, {"full": full})
        self.seats.take(kelurahan, group)
        return AssignedSeat(RegistrationStatus.CONFIRMED, log={"overruled": full} if full else {})

    def take_waiting_number(self) -> int:
        """Return the next number of the session's queue. It is asked for once: the session's row is locked."""
        if self._last_waiting_number is None:
            self._last_waiting_number = get_next_waiting_number(self.db, self.workshop_session.id) - 1
        self._last_waiting_number += 1
        return self._last_waiting_number


def _get_ticket_address(
    person: Participant, registration: Registration, matched: MatchedPerson
) -> str | None:
    """Return the e-mail address to which the ticket may be sent again, whatever address was typed now, or None.

    That is the one given at registration, else the person's own. It is the person's own if another person registered
    them and the phone or e-mail typed now is the person's.
    """
    if _knows_contact(person, matched) and not has_own_contact(registration, person):
        return person.email
    return registration.contact_email or person.email


def _knows_contact(person: Participant, matched: MatchedPerson) -> bool:
    """Return whether the phone or e-mail typed now is that of the person's record."""
    return _has_contact(matched, phones={person.phone}, emails={person.email})


def _has_contact(matched: MatchedPerson, phones: set[str | None], emails: set[str | None]) -> bool:
    """Return whether the phone or e-mail typed now is one of these."""
    values = matched.values
    return bool(values.phone and values.phone in phones) or bool(values.email and values.email in emails)


def _candidate_ids(matched: MatchedPerson) -> list[int]:
    """Return the ids of the known people from whom the user has to choose, [] if it is clear who is meant."""
    return [
        candidate.value
        for remark in matched.remarks
        if remark.code == "person-unclear"
        for candidate in remark.candidates
        if candidate.kind == "person" and isinstance(candidate.value, int)
    ]
