"""Search people by a text, and log it: who searched and where, and of what was searched only a keyed hash."""

from datetime import timedelta

from sqlalchemy import Engine

from app.database import writing
from app.nik_vault import NikVault
from app.people.values.emails import parse_email
from app.people.values.names import name_key
from app.people.values.nik import parse_nik
from app.people.values.phones import parse_phone
from app.permissions import Actor
from app.queries.people.search import PersonSearch
from app.services.activities import log_activity
from app.services.limits import Limit, count_use

# Of one user. Forms search while somebody types, so a busy minute at the door has some dozens.
SEARCHES = Limit("searches", 120, timedelta(minutes=1))


def log_search(
    engine: Engine, vault: NikVault, actor: Actor, subject: str, subject_id: str, *terms: str
) -> None:
    """Count and log that the actor searched for people, in a transaction of its own; do nothing without terms.

    `subject` and `subject_id` say where: in a session, in a workshop, or among all participants. Nobody reads from the
    log who was looked for, but an administrator who knows a term can find out whether it was searched. Called before
    the answer is shown, with no transaction open that writes. Raises `TooManyRequests` beyond `SEARCHES`: whole numbers
    also find people of other organizations, so they can't be tried in great numbers, and each search is in the log.
    """
    if hashed := [vault.key(f"search {term.strip().casefold()}") for term in terms if term.strip()]:
        with writing(engine) as db:
            count_use(db, SEARCHES, str(actor.user_id))
            log_activity(db, actor, "search-people", subject, subject_id, after={"terms": hashed})


def parse_person_search(vault: NikVault, text: str) -> PersonSearch:
    """Return the search for a text: a whole NIK, e-mail address or phone number, else words of a name."""
    if nik := parse_nik(text).digits:
        return PersonSearch(nik_key=vault.key(nik))
    if "@" in text:
        return PersonSearch(email=parse_email(text))
    if phone := parse_phone(text):
        return PersonSearch(phone=phone)
    return PersonSearch(name_key=name_key(text))
