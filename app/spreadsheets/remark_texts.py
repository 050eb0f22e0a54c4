"""The sentences of remarks on sheets: the finding, and what the user should do."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.people.remark_texts import SENTENCES as PERSON_SENTENCES
from app.people.remark_texts import person_remark_text
from app.people.remarks import Remark
from app.spreadsheets.exports.field_headings import HEADINGS
from app.spreadsheets.row_labels import row_label

SENTENCES: Mapping[str, str] = {
    "attendance-unclear": N_(
        "“%(found)s” does not say clearly whether the person came. Choose the attendance."
    ),
    "attendance-differs": N_(
        "%(door)s at the door %(time)s (%(by)s) → %(sheet)s on the sheet. Choose which of the two holds; nothing is "
        "changed until then."
    ),
    "signature-unsure": N_(
        "Whether this line is signed can't be told from the photo. Look, and choose the attendance."
    ),
    "handwritten-line": N_("Something is written in this empty line. Look at the picture, and type it."),
    "no-signatures": N_(
        "Nobody has signed on the photographed pages (%(rows)s lines). Did nobody come? Choose what an unsigned line "
        "means."
    ),
    "pages-missing": N_(
        "Page %(pages)s of %(of)s was not photographed (list printed on %(printed)s). Add the photo; without it, what "
        "is on that page is not recorded."
    ),
    "pages-unreadable": N_(
        "%(count)s photos could not be read: %(photos)s. Take them again and add them; without them, what is on those "
        "pages is not recorded."
    ),
    "pages-of-other-session": N_(
        "%(count)s photos are of the list of another session and are left out: %(photos)s. Upload them there."
    ),
    "page-code-unread": N_(
        "The QR code is unreadable on %(count)s photos (%(photos)s); which page it is, was found by its corners. Check "
        "the names on it: is it the list of this session?"
    ),
    "older-print": N_(
        "%(count)s people registered after the list of %(printed)s was printed and are not on it. If they signed, they "
        "are on the empty lines or on a later print."
    ),
    "lines-without-person": N_(
        "%(count)s printed lines belong to people whose data were erased; they are left out."
    ),
    "cancelled-before": N_(
        "This person had registered for this session before, and cancelled. Saving registers them again; check that "
        "they want to come."
    ),
    "duplicate-differs": N_(
        "The same person stands in row %(row)s with another attendance. Correct one of them or skip one."
    ),
    "minutes-below": N_(
        "Took part in the meeting for %(minutes)s of %(length)s minutes; at least %(least)s count as present."
    ),
    "meeting-passer-by": N_(
        "Not registered, and in the meeting for too few minutes: set aside. Take the row in if it is a participant."
    ),
    "minutes-together": N_(
        "The same person as row %(row)s, together %(minutes)s of %(length)s minutes; at least %(least)s count as "
        "present. Minutes with two devices at once count once: choose the attendance."
    ),
    "several-columns": N_(
        "Several columns hold the same. The first one with data is used; check the columns."
    ),
    "column-about-others": N_(
        "The column “%(column)s” may be about other people, a business or a venue. Check that it is the participants', "
        "or choose another column."
    ),
    "several-attendance-columns": N_(
        "Attendance is given for several days: “%(unused)s”. Which of them is this session's? Choose it; until then "
        "nobody is present or absent."
    ),
    "signed-on-several-days": N_(
        "The list has columns to sign in on several days: “%(columns)s”. All who are listed count as present in this "
        "session; check that they came on its day."
    ),
    "no-name-column": N_(
        "No row of headings was found. Say under “Sheet and columns” which column has the names, and what the others "
        "are."
    ),
    "marks-few": N_(
        "A mark stands in %(marked)s of %(rows)s rows. Did the others come? Choose what an empty attendance cell means."
    ),
    "looks-like-registration": N_(
        "“%(column)s” says who registered or meant to come, not who came. Nobody is present or absent by it: register "
        "these people instead, or upload the list of those who came."
    ),
    "not-a-list-of-attendance": N_(
        "The list is headed “%(title)s”, which does not say who came. Did all of them come? If not, upload the list of "
        "those who came."
    ),
    "columns-hidden": N_(
        "The column “%(columns)s” is hidden in the sheet and was not read: its marks may be of another day. Did "
        "all who are listed come? If the column says who came, choose it under “Sheet and columns”."
    ),
    "roster-unfilled": N_(
        "The attendance of the %(rows)s people registered is not filled in. Upload the filled list; if they signed on "
        "paper, choose what an empty attendance cell means."
    ),
    "declined": N_("“%(found)s”: this person said that they won't come or was turned down, and is left out."),
    "list-beside": N_(
        "Beside the list, in column %(column)s, there are more names. They were not read: move them below the first "
        "list, and upload the file again."
    ),
    "marks-not-read": N_(
        "The column “%(column)s” holds marks, but is not read as attendance. If they say who came, choose it under "
        "“Sheet and columns”."
    ),
    "answers-reused": N_(
        "%(rows)s rows are the same as on the list “%(file)s”, which was saved for this session before. What was "
        "answered about them then is used again; check it."
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
        "Below the list's total or signature, where the list ends, %(count)s more people stand (rows %(rows)s). They "
        "were not read: move them up into the list if they took part."
    ),
    "rows-of-other-list": N_(
        "Row %(row)s and those below it are a list of other people, “%(caption)s” (%(count)s), and were not read. Move "
        "them to the first list if they took part."
    ),
    "other-days": N_(
        "The sheet lists several days below each other, “%(captions)s”, and none of them is the session's, "
        "%(expected)s. Check that this is the right session: if you save, all of these people took part in it."
    ),
    "rows-of-other-days": N_(
        "%(count)s rows belong to other days, “%(captions)s”, and are left out: only the people below “%(used)s” are "
        "read."
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
    "sheets-unread": N_(
        "These sheets list people too and were not read: %(sheets)s (%(people)s people). Say whether they are one list "
        "with this one, or are of other days or other people."
    ),
    "sheet-is-recap": N_(
        "The sheet “%(sheet)s” looks like a count of people by kelurahan. Check whether its names are participants."
    ),
    "kelurahan-from-sheets": N_(
        "Rows without a kelurahan have that of their sheet's name or letterhead: %(found)s."
    ),
    "colours": N_(
        "Rows have different colours: %(found)s. What a colour means is not known for sure. Check the attendance of "
        "these people, and choose what an empty cell means."
    ),
    "row-struck-out": N_(
        "The row is struck out in the sheet. Enter the attendance if the person takes part, or skip the row."
    ),
    "pictures": N_(
        "There are pictures in the column of signatures, in %(count)s rows (%(rows)s). Pictures can't be read: check "
        "who signed, and choose what an empty cell means."
    ),
    "rows-hidden": N_("%(count)s rows are hidden or filtered in the sheet and were read too: %(rows)s."),
    "cell-comments": N_(
        "Comments on cells in rows %(rows)s may say that somebody did not come, such as “%(found)s”. Check these rows."
    ),
    "meeting-host": N_(
        "“%(found)s” hosted the meeting and is left out. If this is a participant all the same, keep the row."
    ),
    "meeting-panelist": N_(
        "“%(found)s” spoke in the meeting and is left out. If this is a participant all the same, keep the row."
    ),
    "meeting-bot": N_(
        "“%(found)s” is a program that records or takes notes, and is left out. If this is a person, keep the row."
    ),
    "name-taken-apart": N_("“%(found)s” is read as the name and the kelurahan of one person. Check both."),
    "meeting-account": N_(
        "“%(found)s”: the name in brackets is that of the account, and the one before it is taken. Check which is "
        "right."
    ),
    "meeting-other-name": N_(
        "This row says “%(found)s”; the same e-mail joined as “%(name)s” too, and is taken for that person. Check it."
    ),
    "minutes-unclear": N_(
        "The time “%(found)s” can't be read. Type how many minutes the person took part, or skip the row."
    ),
    "meeting-not-clipped": N_(
        "The report says only how long people took part, and not when. Their minutes count as they stand, at most the "
        "length of the session: time before it began or after it ended may be among them."
    ),
    "meeting-still-there": N_(
        "%(people)s people have no time of leaving. They count until the last time in the report, %(last)s; check them "
        "if the report was downloaded before the meeting ended."
    ),
    "meeting-other-time": N_(
        "By the report the meeting was at %(found)s, the session is at %(expected)s. The report may be of another "
        "meeting or in another time zone. Check the minutes, or correct the session's hours and upload it again."
    ),
    "meeting-date-unclear": N_(
        "The report's dates can be %(first)s or %(second)s, and neither is the day of the session. Check that this is "
        "the right report."
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
_OUTCOMES: Mapping[str, str] = {
    "present": N_("Present"),
    "absent": N_("Absent"),
    "excused": N_("Excused"),
}

_COLOURS: Mapping[str, str] = {
    "red": N_("red"),
    "orange": N_("orange"),
    "yellow": N_("yellow"),
    "green": N_("green"),
    "blue": N_("blue"),
    "purple": N_("purple"),
    "pink": N_("pink"),
    "grey": N_("grey"),
    "black": N_("black"),
}


def remark_text(remark: Remark, _: Translator) -> str:
    """Return the sentence of any remark on a sheet, row or person with its params, in the language of `_`."""
    if remark.code in PERSON_SENTENCES:
        return person_remark_text(remark, _)
    if remark.code in _SENTENCES_WITH_COLUMNS and remark.params.get("used"):
        field = _(HEADINGS[str(remark.field)])
        return _(_SENTENCES_WITH_COLUMNS[remark.code]) % {**remark.params, "field": field}
    # Remarks that were stored before they named columns have no params.
    params = {"unused": "–", **remark.params}
    if remark.code == "colours":
        params = {"found": _colours_text(remark, _)}
    elif remark.code == "attendance-differs":
        outcomes = {name: _(_OUTCOMES[str(params[name])]) for name in ("door", "sheet")}
        params |= outcomes | {"by": params["by"] or "–"}
    if isinstance(row := params.get("row"), int):
        params["row"] = row_label(row, _)
    return _(SENTENCES[remark.code]) % params


def _colours_text(remark: Remark, _: Translator) -> str:
    """Return which rows have which colour, and the sheet's own legend."""
    texts = [
        _("%(colour)s in %(count)s rows (%(rows)s)")
        % {"colour": _(_COLOURS[name]), "count": remark.params[f"{name}_count"], "rows": remark.params[name]}
        for name in _COLOURS
        if name in remark.params
    ]
    legend = remark.params.get("legend")
    return "; ".join(texts) + (f" – “{legend}”" if legend else "")
