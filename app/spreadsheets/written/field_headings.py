"""The headings under which the fields stand in sheets that the service itself makes; its reader knows them all."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.spreadsheets.document import AttendanceStatus

HEADINGS: Mapping[str, str] = {
    "name": N_("Name"),
    "nik": N_("NIK"),
    "sex": N_("Sex (L/P)"),
    "birth_date": N_("Date of birth"),
    "phone": N_("Telephone"),
    "email": N_("E-mail"),
    "kelurahan": N_("Kelurahan"),
    "kecamatan": N_("Kecamatan"),
    "rt": N_("RT"),
    "address": N_("Address"),
    "target_group": N_("Target group"),
    "organization": N_("Institution or business"),
    "attendance": N_("Attendance"),
    "signature": N_("Signature"),
    "registration": N_("Registration code"),
    "note": N_("Note"),
}
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


def blank_mark(meant: AttendanceStatus, _: Translator) -> str:
    """A blank's meaning as the reader takes it back: it changes no attendance that is recorded, as a mark does."""
    return _(BLANKS[meant]) if meant in BLANKS else mark(meant, _)
