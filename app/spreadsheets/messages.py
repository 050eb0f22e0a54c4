"""The sentence of every message: what was found, and what to do."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.spreadsheets.attendance.doubts import doubt_text
from app.spreadsheets.document import Message
from app.spreadsheets.written.field_headings import HEADINGS

SENTENCES: Mapping[str, str] = {
    "name-missing": N_("The row has no name. Fill in the name, or skip the row."),
    "name-too-long": N_("The name is longer than %(limit)s characters. Shorten it."),
    "kelurahan-missing": N_("No kelurahan is given. Fill it in, or choose one for all rows that have none."),
    "kelurahan-unknown": N_("“%(found)s” is not a kelurahan of the city. Choose the right one."),
    "kelurahan-unclear": N_("“%(found)s” is not clearly one kelurahan. Choose the one that is meant."),
    "kecamatan-differs": N_(
        "The kelurahan does not lie in kecamatan “%(found)s”. Check which of the two is right."
    ),
    "rt-invalid": N_("“%(found)s” is not an RT number. The RT is left blank."),
    "group-unclear": N_("“%(found)s” is not a known target group. Choose the group."),
    "group-missing": N_("No target group is given. Choose one, or choose one for all rows that have none."),
    "group-unexpected": N_("This group is not one that the workshop is for. The row counts all the same."),
    "nik-corrupted": N_(
        "The NIK was kept as a number and may have lost digits. It is ignored; type it as text."
    ),
    "nik-invalid": N_(
        "The NIK does not have 16 digits with a possible date of birth. It is ignored; check it."
    ),
    "nik-differs": N_(
        "The NIK does not agree with the sex or the date of birth. Check which of them is right."
    ),
    "nik-taken": N_("Somebody else has this NIK. It is not kept for this row; check whose it is."),
    "phone-invalid": N_("“%(found)s” is not a telephone number. It is ignored; check it."),
    "phone-shared": N_(
        "Another person with a different name has the same phone number. Families share phones; check it."
    ),
    "email-invalid": N_("“%(found)s” is not an e-mail address. It is ignored; check it."),
    "sex-invalid": N_("“%(found)s” is neither L nor P. The sex is left blank."),
    "date-invalid": N_(
        "“%(found)s” is not a possible date of birth. It is left blank; write it as dd-mm-yyyy."
    ),
    "attendance-unclear": N_(
        "“%(found)s” does not say clearly whether the person came. Choose the attendance."
    ),
    "cell-error": N_(
        "The cell holds an error or a formula that was never calculated (%(found)s). It is read as blank."
    ),
    "registration-unknown": N_("“%(found)s” is not a registration code of this session. It is ignored."),
    "person-unclear": N_("It is not clear who this is. Choose one of the people found, or a new person."),
    "person-by-name": N_("Recognised by name and kelurahan only. Check that it is the same person."),
    "duplicate-differs": N_(
        "The same person stands in row %(row)s with another attendance. Correct one of them or skip one."
    ),
    "detail-differs": N_(
        "This differs from what is known of the person. What is known stays; check which is right."
    ),
    "several-columns": N_(
        "Several columns hold the same. The first one with data is used; check the columns."
    ),
    "several-attendance-columns": N_(
        "Attendance is given for several days. The session's day is used, else the first one."
    ),
    "list-beside": N_(
        "Beside the list, in column %(column)s, there are more names. They were not read: move them below the first "
        "list, and upload the file again."
    ),
    "marks-not-read": N_(
        "The column “%(column)s” holds marks, but is not read as attendance. If they say who came, choose it under "
        "“Sheet and columns”."
    ),
    "columns-remembered": N_(
        "The columns are read as somebody set them for a list with the same headings. Check them."
    ),
    "far-cells": N_(
        "Row %(row)s and those below it are far from the list and were not read. Move them up if they belong to it."
    ),
    "rows-above-header": N_(
        "Row %(row)s names a person in another list, above the headings of this one, and was not read. Move such rows "
        "below the headings if those people took part."
    ),
    "rows-below-end": N_(
        "Row %(row)s names a person below the list's total or signature, where the list ends. It and those below it "
        "were not read; move them up if they belong to the list."
    ),
    "date-differs": N_(
        "The sheet is dated %(found)s, the session is on %(expected)s. Check that this is the right session."
    ),
    "kelurahan-from-title": N_("Rows without a kelurahan have that of the letterhead: %(found)s."),
    "dates-month-first": N_(
        "Some dates of birth have the month first, such as %(found)s. All are read day first: check those that can be "
        "read both ways, such as 8/5."
    ),
    "total-differs": N_(
        "The sheet states a total of %(stated)s, but %(found)s were read. Check whether rows are missing, listed "
        "twice, or are no participants."
    ),
    "session-not-started": N_(
        "The session has not begun yet. Check that this is the right session before you save."
    ),
}
_NAMING: Mapping[str, str] = {
    "several-columns": N_("%(field)s: the column “%(used)s” is read, not “%(unused)s”. Check the columns."),
    "several-attendance-columns": N_(
        "Attendance is given for several days: “%(used)s” is read, not “%(unused)s”. Check that it is the right day."
    ),
}
_WITH_DOUBT = N_("It is not clear who this is: %(why)s. Choose one of the people found, or a new person.")
_WITH_REASON = N_("“%(found)s” is not a kelurahan of the city (%(why)s). Choose the right one.")
# Reasons that come with the reference data.
REASONS = (
    N_("a kecamatan, also read as the city itself"),
    N_("a neighbourhood, not a kelurahan"),
    N_("a housing estate, not a kelurahan"),
    N_("Ulu or Ilir"),
)


def message_text(message: Message, _: Translator) -> str:
    """The message in the language of `_`."""
    if (naming := _naming_text(message, _)) is not None:
        return naming
    params = dict(message.params)
    why = params.get("why")
    if message.code == "kelurahan-unknown" and why:
        return _(_WITH_REASON) % {**params, "why": _(str(why))}
    if message.code == "person-unclear" and why:
        return _(_WITH_DOUBT) % {"why": doubt_text(params, _)}
    return _(SENTENCES[message.code]) % params


def _naming_text(message: Message, _: Translator) -> str | None:
    """The sentence with the columns' names; None for what was read before they were kept."""
    if message.code not in _NAMING or not message.params.get("unused"):
        return None
    return _(_NAMING[message.code]) % {**message.params, "field": _(HEADINGS[str(message.field)])}
