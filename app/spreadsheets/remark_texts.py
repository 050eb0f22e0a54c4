"""The sentences of remarks on sheets: the finding, and what the user should do."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.people.remark_texts import SENTENCES as PERSON_SENTENCES
from app.people.remark_texts import person_remark_text
from app.people.remarks import Remark
from app.spreadsheets.exports.field_headings import HEADINGS

SENTENCES: Mapping[str, str] = {
    "attendance-unclear": N_(
        "“%(found)s” does not say clearly whether the person came. Choose the attendance."
    ),
    "duplicate-differs": N_(
        "The same person stands in row %(row)s with another attendance. Correct one of them or skip one."
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
_SENTENCES_WITH_COLUMNS: Mapping[str, str] = {
    "several-columns": N_("%(field)s: the column “%(used)s” is read, not “%(unused)s”. Check the columns."),
    "several-attendance-columns": N_(
        "Attendance is given for several days: “%(used)s” is read, not “%(unused)s”. Check that it is the right day."
    ),
}


def remark_text(remark: Remark, _: Translator) -> str:
    """Return the sentence of any remark on a sheet, row or person with its params, in the language of `_`."""
    if remark.code in PERSON_SENTENCES:
        return person_remark_text(remark, _)
    if remark.code in _SENTENCES_WITH_COLUMNS and remark.params.get("unused"):
        field = _(HEADINGS[str(remark.field)])
        return _(_SENTENCES_WITH_COLUMNS[remark.code]) % {**remark.params, "field": field}
    return _(SENTENCES[remark.code]) % dict(remark.params)
