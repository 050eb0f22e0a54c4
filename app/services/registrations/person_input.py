"""Parse the people of a form, a delegation or an API call, and match them with known people."""

from collections.abc import Mapping, Sequence

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, Translator, wita, wita_today
from app.models import WorkshopSession
from app.nik_vault import NikVault
from app.people.known import match_keys
from app.people.matching import Decision, MatchedPerson, match_people
from app.people.parsing import PersonParser
from app.people.person import ParsedPerson, PersonInput
from app.people.remark_texts import person_remark_text
from app.people.remarks import Remark
from app.people.values.links import contains_link
from app.people.values.reference import NO_REFERENCE
from app.permissions import Actor
from app.queries.areas.reference import load_reference
from app.queries.people.known_people import load_people_for_form

# A sheet is saved without these values, with a warning. The user of a form can correct them, and must.
WARNINGS_REFUSED_IN_FORMS = frozenset(
    {"phone-invalid", "email-invalid", "sex-invalid", "date-invalid", "rt-invalid", "nik-invalid"}
)
# One of them is required of people who register themselves.
CONTACTS = ("phone", "email")
# What a form says for these remarks, instead of the text for the rows of a sheet.
FORM_SENTENCES: Mapping[str, str] = {
    "name-missing": N_("A name is needed, in letters."),
    "kelurahan-missing": N_("The kelurahan is needed. People who live elsewhere choose “outside the city”."),
    "group-missing": N_("The target group is needed."),
    "contact-missing": N_(
        "Fill in a WhatsApp number or an e-mail address, so that the organizer can tell you if something changes."
    ),
    "phone-invalid": N_("This is not a telephone number. Write it as 0812…"),
    "email-invalid": N_("This is not an e-mail address."),
    "sex-invalid": N_("Choose L or P."),
    "date-invalid": N_("This is not a possible date of birth. Write it as dd-mm-yyyy."),
    "rt-invalid": N_("This is not an RT number."),
    "nik-invalid": N_("A NIK has 16 digits with a possible date of birth."),
    "name-with-link": N_("Please write the name alone, without an internet address."),
    "consent-missing": N_("Without your consent we can't register you."),
    "notice-changed": N_("The privacy notice has changed meanwhile. Please read it again, and agree."),
}


class InvalidPeople(Invalid):
    """Values of one or more people are missing or invalid.

    `remarks` are by the person's number in the list, from 1. The errors of a list have the person's number before the
    field's name ("2.kelurahan"), those of a single person don't.
    """

    def __init__(self, remarks: Mapping[int, Sequence[Remark]], *, of_list: bool) -> None:
        self.remarks = remarks
        self.of_list = of_list
        super().__init__(
            PLEASE_CORRECT, fields={name: remark.code for name, remark in self._remarks_by_field()}
        )

    def field_sentences(self, _: Translator) -> dict[str, str]:
        """Return the sentence to show beside each field, by field as in `fields`, in the language of `_`."""
        return {name: _remark_sentence(remark, _) for name, remark in self._remarks_by_field()}

    def _remarks_by_field(self) -> list[tuple[str, Remark]]:
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
    """Return the parsed values of people who are to be registered for a session of a workshop with these target groups.

    They are in the same order, with remarks on missing and invalid values, and not matched with known people yet.
    """
    day = wita(workshop_session.starts_at).date()
    parser = PersonParser(load_reference(db), vault.key, day, target_groups)
    return [parser.parse(person.cells()) for person in people]


def identity_keys(vault: NikVault, people: Sequence[PersonInput]) -> frozenset[str]:
    """Return the keys by which these people could be matched: NIK (its keyed hash), phone, e-mail and name.

    They do not depend on places, groups or the day, so the database is not asked for these.
    """
    parser = PersonParser(NO_REFERENCE, vault.key, wita_today())
    keys = match_keys(parser.parse(person.cells()).values for person in people)
    return keys.niks | keys.phones | keys.emails | keys.name_keys


def match_known_people(
    db: Db,
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    people: Sequence[ParsedPerson],
    decisions: Mapping[int, Decision] | None = None,
    *,
    reader: Actor | None = None,
) -> tuple[MatchedPerson, ...]:
    """Return for each of the people which known person they are, or what is unclear; with a constant number of queries.

    A missing group is the only one of `target_groups`, which are () for people without an account: they are asked.

    They are numbered from 1, and `decisions` are a user's choices of a known person by number. With `reader`, a missing
    group is filled in from the person's registration for the session, or from their memberships if their record is open
    to that actor; not for users without an account, to whom it would tell something about that person. Only reads: to
    write the result, lock the `identity_keys` first.
    """
    choices = {number: decision.person for number, decision in (decisions or {}).items()}
    chosen = [choice for choice in choices.values() if isinstance(choice, int)]
    keys = match_keys((person.values for person in people), person_ids=chosen)
    day = wita(workshop_session.starts_at).date()
    known = load_people_for_form(db, workshop_session.id, keys, day, reader)
    return match_people(people, known, target_groups, choices)


def parse_person(db: Db, vault: NikVault, person: PersonInput) -> ParsedPerson:
    """Return the parsed values of a person as of today, without matching them with known people."""
    return PersonParser(load_reference(db), vault.key, wita_today()).parse(person.cells())


def find_errors(person: ParsedPerson | MatchedPerson) -> list[Remark]:
    """Return the remarks that must be corrected before this person can be saved, [] if there are none.

    Besides errors these are the warnings of `WARNINGS_REFUSED_IN_FORMS` and a link in the name, but not
    "person-unclear".
    """
    return [
        *_find_link_in_name(person.values.name),
        *(
            remark
            for remark in person.remarks
            if remark.code != "person-unclear"
            and (remark.level != "warning" or remark.code in WARNINGS_REFUSED_IN_FORMS)
        ),
    ]


def find_missing_contact(person: ParsedPerson | MatchedPerson) -> list[Remark]:
    """Return an error beside both contacts if a person has neither phone nor e-mail, [] if one of them was typed.

    One that can't be read has an error of its own.
    """
    has_remark = any(remark.field in CONTACTS for remark in person.remarks)
    if person.values.phone or person.values.email or has_remark:
        return []
    return [Remark("error", field, "contact-missing", {}) for field in CONTACTS]


def _find_link_in_name(name: str) -> list[Remark]:
    """Return the error "name-with-link" for a name with a link of any kind, else [].

    Mails begin with the name, and may be sent to anyone's address typed beside it.
    """
    return [Remark("error", "name", "name-with-link", {})] if contains_link(name) else []


def _remark_sentence(remark: Remark, _: Translator) -> str:
    """Return the sentence of a remark for a form, in the language of `_`."""
    if remark.code in FORM_SENTENCES:
        return _(FORM_SENTENCES[remark.code])
    return person_remark_text(remark, _)
