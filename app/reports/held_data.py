"""Everything that is held about one person, as JSON and as a PDF to hand out."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from app.i18n import N_, Language, Translator, date_text, time_text
from app.people.fields import PERSON_FIELDS
from app.reports.formats.pdf import render_pdf
from app.reports.letterhead import Letterhead

Record = Mapping[str, Any]

TITLE = N_("Personal data held about you")
LAW = N_("UU 27/2022, articles 7 and 32: access to the data and a copy of it")

LABELS: Mapping[str, str] = {
    **{column: field.label for field in PERSON_FIELDS for column in (*field.columns, field.key)},
    "after": N_("After"),
    "attempts": N_("Tries"),
    "absorbed_name": N_("Other record"),
    "action": N_("What"),
    "at": N_("Time"),
    "attendance": N_("Attendance"),
    "basis": N_("Legal basis"),
    "before": N_("Before"),
    "body": N_("Text"),
    "by": N_("By"),
    "cells": N_("What the list says"),
    "changes": N_("Changes"),
    "channel": N_("Registered how"),
    "closed_at": N_("Answered"),
    "code": N_("Code"),
    "consent_notice": N_("Notice agreed to"),
    "consented_at": N_("Agreed on"),
    "contact_confirmed_at": N_("Contact confirmed"),
    "contact_email": N_("E-mail given"),
    "contact_phone": N_("Telephone given"),
    "created_at": N_("Recorded"),
    "decided_at": N_("Decided"),
    "due_at": N_("Due"),
    "error": N_("Error"),
    "file": N_("File"),
    "found_at": N_("Found"),
    "field": N_("Field"),
    "identity": N_("Identity checked by"),
    "informed_at": N_("Told by the kelurahan on"),
    "informed_notice": N_("Notice told by the kelurahan"),
    "kelurahan_code": N_("Kelurahan (code)"),
    "kept_name": N_("Record that stayed"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "latest_session_at": N_("Newest session"),
    "likeness": N_("Likeness of the names (percent)"),
    "marked_at": N_("Marked"),
    "marks": N_("Marks at the door"),
    "merged_at": N_("Merged"),
    "messages": N_("Messages"),
    "name_given": N_("Name given"),
    "note": N_("What was asked"),
    "opens_record": N_("Your record began with this registration"),
    "organizer": N_("Organizer"),
    "outcome": N_("Answer"),
    "outside_place": N_("Place outside the city"),
    "position": N_("Position"),
    "proposed_at": N_("Proposed"),
    "received_at": N_("Received"),
    "recipient": N_("Sent to"),
    "participant_id": N_("Participant (number)"),
    "recorded_at": N_("Recorded"),
    "registered_by": N_("Registered by"),
    "row": N_("Row"),
    "signature": N_("Signature on the photographed list"),
    "signature_picture_kept": N_("A picture of it is kept"),
    "sent_at": N_("Sent"),
    "session": N_("Session"),
    "sheet": N_("Sheet"),
    "starts_at": N_("Start"),
    "state": N_("State"),
    "status": N_("State"),
    "subject": N_("About"),
    "target_group_code": N_("Target group"),
    "undone_at": N_("Undone"),
    "uploaded_at": N_("Uploaded"),
    "valid_from": N_("From"),
    "valid_to": N_("Until"),
    "value": N_("Value"),
    "waiting_number": N_("Number on the waiting list"),
    "workshop": N_("Workshop"),
    "workshop_session_id": N_("Session (number)"),
}

WORDS: Mapping[str, str] = {
    "False": N_("no"),
    "True": N_("yes"),
    "absent": N_("Absent"),
    "cancelled": N_("Cancelled"),
    "committed": N_("Saved"),
    "confirmed": N_("Registered"),
    "consent": N_("the person's own consent"),
    "done": N_("Done"),
    "delegation": N_("with a delegation"),
    "excused": N_("Excused"),
    "organizer": N_("by an organizer"),
    "paper-consent": N_("consent on paper"),
    "present": N_("Present"),
    "public-task": N_("the office's public task"),
    "open": N_("Waits for an answer"),
    "review": N_("In review"),
    "refused": N_("Refused"),
    "self": N_("by themselves"),
    "sent": N_("Sent"),
    "undone": N_("Undone"),
    "waitlisted": N_("On the waiting list"),
    "walk-in": N_("Came without a place"),
}
"""The words for codes that are stored; a code without a word is printed as it is."""

WORDS_BY_NAME: Mapping[str, Mapping[str, str]] = {
    "action": {
        "accept-change": N_("accepted a proposed change"),
        "add-membership": N_("noted a group"),
        "cancel": N_("cancelled"),
        "change": N_("changed"),
        "close": N_("answered"),
        "confirm-contact": N_("confirmed the contact"),
        "correct-person": N_("corrected"),
        "create": N_("created"),
        "end-membership": N_("ended a group"),
        "file": N_("took the request"),
        "hand-out-data": N_("handed out the data"),
        "mail": N_("mailed"),
        "mark": N_("marked the attendance"),
        "merge": N_("merged"),
        "move": N_("moved"),
        "move-up": N_("moved up from the waiting list"),
        "open-data": N_("opened the data with a code"),
        "overrule": N_("gave a place beyond the limits"),
        "propose-change": N_("proposed a change"),
        "register": N_("registered"),
        "reject-change": N_("rejected a proposed change"),
        "remove-membership": N_("took away a group"),
        "send-again": N_("sent again"),
        "send-code": N_("sent a code"),
        "tick-whatsapp": N_("wrote by WhatsApp"),
        "undo": N_("undid"),
        "untick-whatsapp": N_("took back that they wrote by WhatsApp"),
        "view": N_("saw"),
        "wrong-code": N_("got a wrong code"),
    },
    "by": {
        "command line": N_("command line"),
        "registration page": N_("registration page"),
        "timetable": N_("nightly work"),
    },
    "channel": {"desk": N_("at the desk"), "ticket": N_("by the ticket's page")},
    "kind": {
        "access": N_("See the data"),
        "cancelled": N_("Registration cancelled"),
        "confirmed": N_("Place confirmed"),
        "contact-code": N_("Code to confirm the e-mail"),
        "copy": N_("Get a copy"),
        "correction": N_("Have it corrected"),
        "create": N_("added"),
        "duplicate": N_("listed twice"),
        "erasure": N_("Have it erased"),
        "error": N_("left out"),
        "moved-up": N_("Moved up"),
        "reminder": N_("Reminder"),
        "review": N_("left out"),
        "session-cancelled": N_("Session cancelled"),
        "session-changed": N_("Session changed"),
        "skip": N_("skipped"),
        "unchanged": N_("was already there"),
        "update": N_("was changed"),
        "waitlisted": N_("On the waiting list"),
        "withdrawal": N_("Withdraw the consent"),
    },
    "language": {"en": N_("English"), "id": N_("Indonesian")},
    "subject": {
        "data-request": N_("data request"),
        "participant": N_("participant"),
        "registration": N_("registration"),
    },
}
"""The words for codes that mean this only under one name."""

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("person", N_("Your record"), N_("Nothing.")),
    ("memberships", N_("Groups you belong to"), N_("None.")),
    ("registrations", N_("Registrations and attendance"), N_("None.")),
    ("lists", N_("Uploaded lists that name you"), N_("None.")),
    ("files", N_("Files that are kept and contain you"), N_("None.")),
    ("possible_duplicates", N_("Records that may also be yours"), N_("None.")),
    ("merges", N_("Records that were merged into yours"), N_("None.")),
    ("requests", N_("What you asked about your data"), N_("None.")),
    ("log", N_("What was done with your data, and by which office"), N_("Nothing.")),
)
"""Each section of the document: key in the data, heading, and what it says if it is empty."""


def held_data_json(held: Record, generated_at: datetime) -> dict[str, Any]:
    """Return the document that is handed out as JSON: what is held, when it was read, and under which law."""
    return {"generated_at": generated_at.isoformat(), "law": "UU 27/2022, art. 7, 32", **held}


def render_held_data_pdf(
    held: Record, generated_at: datetime, letterhead: Letterhead, _: Translator, language: Language
) -> bytes:
    """Return the PDF on A4 portrait with one section for each kind of data."""
    sections = [
        {"heading": _(heading), "blocks": _blocks(held[key], _), "empty": _(empty)}
        for key, heading, empty in SECTIONS
    ]
    sections += [
        {"heading": table.replace("_", " "), "blocks": _blocks(records, _), "empty": ""}
        for table, records in held["further"].items()
    ]
    content = {
        "language": language,
        "letterhead": letterhead.content,
        "title": _(TITLE),
        "subtitle": [_(LAW), time_text(generated_at)],
        "sections": sections,
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }
    return render_pdf("held_data.typ", content, generated_at)


def _blocks(value: Any, _: Translator) -> list[list[list[str]]]:
    """Return the records of a section, each as pairs of label and text; blank values are left out."""
    if isinstance(value, Mapping):
        return [_facts(value, _)]
    return [_facts(record, _) if isinstance(record, Mapping) else [["", str(record)]] for record in value]


def _facts(record: Record, _: Translator) -> list[list[str]]:
    """Return the filled values of a record as pairs of label and text."""
    pairs = (
        (_(LABELS.get(name, name.replace("_", " "))), _text(name, value, _)) for name, value in record.items()
    )
    return [[label, text] for label, text in pairs if text]


def _text(name: str, value: Any, _: Translator) -> str:
    """Return a value as text: instants in WITA, records and lists in one line, yes and no in words."""
    if value in (None, "", [], {}):
        return ""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Mapping() if "field" in value:
            return _change_text(value, _)
        case Mapping():
            return "; ".join(f"{label}: {text}" for label, text in _facts(value, _))
        case list():
            return "\n".join(_text(name, item, _) for item in value)
        case str():
            word = WORDS_BY_NAME.get(name, {}).get(value) or WORDS.get(value)
            return _(word) if word else _time_or_text(name, value)
        case _:
            return str(value)


def _change_text(change: Record, _: Translator) -> str:
    """Return a change in the activity log: the name of the field, and the values before and after."""
    field = change["field"]
    before, after = (_text(field, change[key], _) for key in ("before", "after"))
    values = f"{before} → {after}" if before and after else after or f"{before} → –"
    return f"{_(LABELS.get(field, field.replace('_', ' ')))}: {values}"


def _time_or_text(name: str, value: str) -> str:
    """Return an instant or a date as offices write it, and any other text as it is."""
    with suppress(ValueError):  # the activity log may hold a date in other words
        if name.endswith("_at") or name == "at":
            return time_text(datetime.fromisoformat(value))
        if name in {"birth_date", "valid_from", "valid_to"}:
            return date_text(date.fromisoformat(value))
    return value
