"""The questions about the lists of a batch, each of which is answered before its list is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.i18n import N_, Translator
from app.people.remarks import Remark
from app.queries.imports.questions import ANSWERED_BY_CHOICE, list_file_questions
from app.queries.imports.shared_uploads import SHEETS_UNREAD
from app.spreadsheets.remark_texts import remark_text

SAME_FILE = "same-file"
SAME_SESSION = "same-session"
HAS_ATTENDANCE = "has-attendance"
NOT_STARTED = "session-not-started"
CANCELLED = "session-cancelled"

SENTENCES: Mapping[str, str] = {
    SAME_FILE: N_("This is the same file as %(other)s. Leave one of them out, or save both."),
    SAME_SESSION: N_(
        "This batch has another list for the same session: %(other)s. Leave one of them out, or save both if they name "
        "different people."
    ),
    HAS_ATTENDANCE: N_(
        "This session has attendance already: %(other)s. Leave the list out, or save it as well; what differs is shown "
        "in its review."
    ),
    NOT_STARTED: N_("This session has not begun yet. Save its attendance only if that is right."),
    CANCELLED: N_("This session is cancelled. Choose another one, or leave the list out."),
}
AT_THE_DOOR = N_("recorded at the door or by hand for %(people)s people")

# Every sheet that lists people is a list of the batch, so that others are unread is no question of one of them.
ANSWERED_BY_BATCH = frozenset({SHEETS_UNREAD})


@dataclass(frozen=True)
class BatchQuestion:
    """A question about a list, which is not saved before it is answered.

    `about` is what it asks about; an answer holds as long as that stays. One that a user can't answer by saving anyway
    (`can_confirm`) is answered by another choice, in the review of the list. `remark` is that of the import, if it is
    one about the whole list. `lists` are the ids of the other lists that it is about.
    """

    code: str
    about: str
    can_confirm: bool = True
    other: str = ""
    door_people: int = 0
    remark: Remark | None = None
    lists: tuple[int, ...] = ()

    def sentence(self, _: Translator) -> str:
        """Return the question in the translator's language."""
        if self.remark is not None:
            return remark_text(self.remark, _)
        others = [self.other] if self.other else []
        if self.door_people:
            others.append(_(AT_THE_DOOR) % {"people": self.door_people})
        return _(SENTENCES[self.code]) % {"other": ", ".join(others)}


def ask_about_whole_list(warnings: Iterable[dict[str, Any]]) -> list[BatchQuestion]:
    """Return the questions of an import about its whole list, but for those that the batch answers."""
    return [
        BatchQuestion(
            remark.code,
            str(sorted(remark.params.items())),
            can_confirm=remark.code not in ANSWERED_BY_CHOICE,
            remark=remark,
        )
        for remark in list_file_questions(warnings, ANSWERED_BY_BATCH)
    ]
