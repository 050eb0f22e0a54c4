"""Parsing the people of a form, a list or an API call, and matching them against known people."""

from collections.abc import Mapping, Sequence

from app.database import Db
from app.errors import Invalid
from app.i18n import N_, Translator, wita, wita_today
from app.models import WorkshopSession
from app.nik_vault import NikVault
from app.people.known import match_keys
from app.people.matching import Decision, MatchedPerson, match_people
from app.people.parsing import PersonParser
from app.people.person import ParsedPerson, PersonInput
from app.people.remark_texts import person_remark_text
from app.people.remarks import Remark
from app.queries.areas.reference import load_reference
from app.queries.people.known_people import load_people_for_form

PLEASE_CORRECT = N_("Please correct the marked fields.")

# What a sheet may leave blank with a warning is asked again where somebody sits before the form.
ASKED_AGAIN = frozenset(
    {"phone-invalid", "email-invalid", "sex-invalid", "date-invalid", "rt-invalid", "nik-invalid"}
)
# A form has no rows to skip.
FORM_SENTENCES: Mapping[str, str] = {
    "name-missing": N_("A name is needed, in letters."),
    "kelurahan-missing": N_("The kelurahan is needed. Who lives elsewhere chooses “outside the city”."),
    "group-missing": N_("The target group is needed."),
    "phone-invalid": N_("This is not a telephone number. Write it as 0812…"),
    "email-invalid": N_("This is not an e-mail address."),
    "sex-invalid": N_("Choose L or P."),
    "date-invalid": N_("This is not a possible date of birth. Write it as dd-mm-yyyy."),
    "rt-invalid": N_("This is not an RT number."),
    "nik-invalid": N_("A NIK has 16 digits with a possible date of birth."),
    "name-with-link": N_("Please write the name alone, without an internet address."),
    "consent-missing": N_("Without your consent we can't register you."),
}


class NotUnderstood(Invalid):
    """What was typed names no person, place or group, or can't be what it is given as.

    `remarks` are by the person's number in the list, from 1. The fields of a single person are named as they
    are, those of a list "2.kelurahan".
    """

    def __init__(self, remarks: Mapping[int, Sequence[Remark]], *, of_list: bool) -> None:
        self.remarks = remarks
        self.of_list = of_list
        super().__init__(PLEASE_CORRECT, fields={name: remark.code for name, remark in self._named()})

    def field_sentences(self, _: Translator) -> dict[str, str]:
        """Return the sentence to show beside each field."""
        return {name: _sentence(remark, _) for name, remark in self._named()}

    def _named(self) -> list[tuple[str, Remark]]:
        return [
            (f"{number}.{remark.field}" if self.of_list else str(remark.field), remark)
            for number, remarks in self.remarks.items()
            for remark in remarks
        ]


def parse_people(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    people: Sequence[PersonInput],
) -> list[ParsedPerson]:
    """Parse people who are to be registered for a session of a workshop with these target groups.

    Nobody is looked up.
    """
    day = wita(workshop_session.starts_at).date()
    parser = PersonParser(load_reference(db), vault.key, day, target_groups)
    return [parser.parse(person.cells()) for person in people]


def identity_keys(people: Sequence[ParsedPerson]) -> frozenset[str]:
    """Return everything that these people could be found by: NIK (its keyed hash), phone, e-mail and name."""
    keys = match_keys(person.values for person in people)
    return keys.niks | keys.phones | keys.emails | keys.name_keys


def match_known_people(
    db: Db,
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    people: Sequence[ParsedPerson],
    decisions: Mapping[int, Decision] | None = None,
    *,
    by_membership: bool = False,
) -> tuple[MatchedPerson, ...]:
    """Return which known person each of them is, numbered from 1, and what is unclear; a constant number of queries.

    `decisions` are the choices of a known person by number. `by_membership` fills in a missing group from the person's
    memberships or registration. It is not for people without an account, because it would tell them something about
    that person. To write what this returns, lock the `identity_keys` first.
    """
    choices = {number: decision.person for number, decision in (decisions or {}).items()}
    chosen = [choice for choice in choices.values() if isinstance(choice, int)]
    keys = match_keys((person.values for person in people), person_ids=chosen)
    day = wita(workshop_session.starts_at).date() if by_membership else None
    known = load_people_for_form(db, workshop_session.id, keys, day)
    return match_people(people, known, target_groups, choices)


def parse_person(db: Db, vault: NikVault, person: PersonInput) -> ParsedPerson:
    """Parse a person as of today, without looking for anybody."""
    return PersonParser(load_reference(db), vault.key, wita_today()).parse(person.cells())


def faults(person: ParsedPerson | MatchedPerson) -> list[Remark]:
    """Return what has to be corrected before this person can be taken; who it is, is another question."""
    return [
        *_link_in_name(person.values.name),
        *(
            remark
            for remark in person.remarks
            if remark.code != "person-unclear" and (remark.level != "warning" or remark.code in ASKED_AGAIN)
        ),
    ]


def _link_in_name(name: str) -> list[Remark]:
    """Mails begin with the name, and anybody's address may be typed beside it: it must not lead somewhere."""
    leads = "://" in name or "www." in name.casefold()
    return [Remark("error", "name", "name-with-link", {})] if leads else []


def _sentence(remark: Remark, _: Translator) -> str:
    if remark.code in FORM_SENTENCES:
        return _(FORM_SENTENCES[remark.code])
    return person_remark_text(remark, _)
