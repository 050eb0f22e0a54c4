"""Reads and matches people who come by a form, a list or a call, with the code that reads sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from app.database import Db
from app.errors import Invalid
from app.i18n import N_, Translator, wita_today
from app.models import WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.queries.areas.reference import sheet_reference
from app.queries.people.known_people import people_named
from app.services.imports.judging import read_rows, session_context
from app.spreadsheets.attendance.judge import judge, match_keys
from app.spreadsheets.attendance.judgement import (
    Decision,
    InterpretedRow,
    InterpretedSheet,
    JudgedRow,
    SessionContext,
)
from app.spreadsheets.document import Message, RecognisedSheet, SheetRow
from app.spreadsheets.messages import message_text

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


@dataclass(frozen=True)
class PersonInput:
    """What a user sent about a person; an empty text is not given. `kelurahan` is a name, a code or "outside"."""

    name: str = ""
    kelurahan: str = ""
    target_group: str = ""
    nik: str = ""
    phone: str = ""
    email: str = ""
    sex: str = ""
    birth_date: str = ""
    rt: str = ""
    organization: str = ""

    def cells(self) -> dict[str, str]:
        said = ((field.name, getattr(self, field.name).strip()) for field in fields(self))
        return {name: text for name, text in said if text}


class NotUnderstood(Invalid):
    """What was typed names no person, place or group, or can't be what it is given as.

    `messages` are by the person's number in the list, from 1. The fields of a single person are named as they
    are, those of a list "2.kelurahan".
    """

    def __init__(self, messages: Mapping[int, Sequence[Message]], *, of_list: bool) -> None:
        self.messages = messages
        self.of_list = of_list
        super().__init__(PLEASE_CORRECT, fields={name: found.code for name, found in self._named()})

    def field_sentences(self, _: Translator) -> dict[str, str]:
        return {name: _sentence(found, _) for name, found in self._named()}

    def _named(self) -> list[tuple[str, Message]]:
        return [
            (f"{number}.{found.field}" if self.of_list else str(found.field), found)
            for number, messages in self.messages.items()
            for found in messages
        ]


def read_people(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    people: Sequence[PersonInput],
) -> InterpretedSheet:
    """Return each person's values and what is wrong with them, numbered from 1. Nobody is looked up.

    `target_groups` are the workshop's.
    """
    context = session_context(workshop_session, target_groups)
    return read_rows(vault, _as_sheet(people), context, sheet_reference(db))


def identity_keys(people: InterpretedSheet) -> frozenset[str]:
    """Return all that these people could be found by: NIK (its keyed hash), phone, e-mail and name."""
    keys = match_keys(people, {})
    return keys.niks | keys.phones | keys.emails | keys.name_keys


def match_people(
    db: Db,
    workshop_session: WorkshopSession,
    target_groups: tuple[str, ...],
    people: InterpretedSheet,
    decisions: Mapping[int, Decision] | None = None,
    *,
    by_membership: bool = False,
) -> tuple[JudgedRow, ...]:
    """Return who of the known people each of them is, and what stands in the way; a constant number of queries.

    `by_membership` fills in a group that was not given from the person's memberships or registration. It is not for
    people without an account: it would tell them something of that person. To write what this returns, lock
    the `identity_keys` first.
    """
    decisions = decisions or {}
    context = session_context(workshop_session, target_groups)
    keys = match_keys(people, decisions)
    known = people_named(db, workshop_session.id, keys, context.day if by_membership else None)
    return judge(people, known, context, decisions).rows


def read_person(db: Db, vault: NikVault, person: PersonInput) -> InterpretedRow:
    """Return a person's values as of today, for no session: no group is needed, and nobody is looked up."""
    context = SessionContext(code="", starts_at=now(), day=wita_today(), now=now(), target_groups=())
    return read_rows(vault, _as_sheet((person,)), context, sheet_reference(db)).rows[0]


def faults(read: JudgedRow | InterpretedRow) -> list[Message]:
    """Return what must be corrected before this person can be saved, apart from who it is."""
    return [
        *_link_in_name(read.values.name),
        *(
            message
            for message in read.messages
            if message.field != "attendance"
            and message.code != "person-unclear"
            and (message.level != "warning" or message.code in ASKED_AGAIN)
        ),
    ]


def _link_in_name(name: str) -> list[Message]:
    """Mails begin with the name, and anybody's address may be typed beside it: it must not lead somewhere."""
    leads = "://" in name or "www." in name.casefold()
    return [Message("error", "name", "name-with-link", {})] if leads else []


def _as_sheet(people: Sequence[PersonInput]) -> RecognisedSheet:
    return RecognisedSheet(
        format="csv",
        sheet="",
        sheets=(),
        header_row=1,
        columns=(),
        rows=tuple(SheetRow(number, dict(person.cells())) for number, person in enumerate(people, start=1)),
        stated_total=None,
        stated_total_of=None,
        stated_date=None,
        stated_until=None,
        title_kelurahan=None,
        preview=(),
        warnings=(),
    )


def _sentence(message: Message, _: Translator) -> str:
    if message.code in FORM_SENTENCES:
        return _(FORM_SENTENCES[message.code])
    return message_text(message, _)
