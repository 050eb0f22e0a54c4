"""The fields of sheets, with the headings under which they stand in sheets that the service itself makes."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.people.fields import PERSON_FIELDS
from app.spreadsheets.detected_table import AttendanceStatus

HEADINGS: Mapping[str, str] = {field.key: field.label for field in PERSON_FIELDS} | {
    "attendance": N_("Attendance"),
    "signature": N_("Signature"),
    "registration": N_("Registration code"),
    "note": N_("Note"),
}
FIELDS: tuple[str, ...] = tuple(HEADINGS)
MARKS: Mapping[AttendanceStatus, str] = {
    "present": N_("Present"),
    "excused": N_("Excused"),
    "absent": N_("Absent"),
}

BLANKS: Mapping[AttendanceStatus, str] = {"present": N_("Blank: present"), "absent": N_("Blank: absent")}
"""What a blank was judged to mean, of a row that no longer stands in its sheet."""


def mark(status: AttendanceStatus, _: Translator) -> str:
    """The word for an outcome, as the reader takes it back."""
    return _(MARKS[status])


def blank_mark_text(meant: AttendanceStatus, _: Translator) -> str:
    """A blank's meaning as the reader takes it back: it changes no attendance that is recorded, as a mark does."""
    return _(BLANKS[meant]) if meant in BLANKS else mark(meant, _)
