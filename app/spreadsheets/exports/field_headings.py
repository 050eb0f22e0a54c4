"""The fields of attendance sheets, and their headings and marks in sheets that the service writes."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.people.fields import PERSON_FIELDS
from app.spreadsheets.detected_table import AttendanceStatus

HEADINGS: Mapping[str, str] = {field.key: field.label for field in PERSON_FIELDS} | {
    "attendance": N_("Attendance"),
    "minutes": N_("Minutes attended"),
    "signature": N_("Signature"),
    "registration": N_("Registration code"),
    "note": N_("Note"),
    "intention": N_("Intention to attend"),
    "submitted_at": N_("Time of the answer"),
    "city": N_("City or regency"),
}
FIELDS: tuple[str, ...] = tuple(HEADINGS)
MARKS: Mapping[AttendanceStatus, str] = {
    "present": N_("Present"),
    "excused": N_("Excused"),
    "absent": N_("Absent"),
}

BLANKS: Mapping[AttendanceStatus, str] = {"present": N_("Blank: present"), "absent": N_("Blank: absent")}
"""Written in place of a blank mark whose meaning depended on the other rows of its sheet."""


def mark_text(status: AttendanceStatus, _: Translator) -> str:
    """Return the word for an outcome in the language of `_`; `parse_mark` parses it."""
    return _(MARKS[status])


def blank_mark_text(meant: AttendanceStatus, _: Translator) -> str:
    """Return the words for what a blank means in the language of `_`: "Blank: absent"; "Excused" for excused.

    Unlike a mark, a blank changes no recorded attendance.
    """
    return _(BLANKS[meant]) if meant in BLANKS else mark_text(meant, _)
