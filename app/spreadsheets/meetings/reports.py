"""Recognise the report of an online meeting by its headings, and the columns that say when people joined and left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.people.values.text import words
from app.spreadsheets.detected_table import Meeting

_JOIN = frozenset(
    {"join time", "first join", "first join time", "time joined", "first seen at", "first seen"}
    | {"waktu bergabung", "waktu gabung", "bergabung pertama", "pertama bergabung", "waktu bergabung pertama"}
)
_LEAVE = frozenset(
    {"leave time", "last leave", "last leave time", "time exited", "last seen at", "last seen"}
    | {"waktu keluar", "waktu meninggalkan", "terakhir keluar", "keluar terakhir", "waktu keluar terakhir"}
    | {"terakhir meninggalkan"}
)
_DURATION = frozenset(
    {"duration", "duration minutes", "total duration minutes", "in meeting duration", "attendance duration"}
    | {"time in session minutes", "time in call", "durasi", "durasi menit", "total durasi menit"}
    | {"durasi total menit", "durasi dalam rapat", "durasi rapat", "durasi kehadiran"}
)
_ACTION = frozenset({"user action", "tindakan pengguna", "aktivitas pengguna"})
_TIMESTAMP = frozenset({"timestamp", "cap waktu", "stempel waktu"})
_WAITING = frozenset({"in waiting room", "di ruang tunggu", "dalam ruang tunggu"})
_ATTENDED = frozenset({"attended"})
_SPAN_OF_SEVERAL = frozenset(
    {"first join", "first join time", "first seen", "first seen at", "time joined"}
    | {"bergabung pertama", "pertama bergabung", "waktu bergabung pertama"}
)
"""Between the first joining and the last leaving somebody may have been away."""
_PURPOSES: Mapping[str, frozenset[str]] = {
    "join": _JOIN,
    "leave": _LEAVE,
    "duration": _DURATION,
    "action": _ACTION,
    "timestamp": _TIMESTAMP,
    "waiting": _WAITING,
    "attended": _ATTENDED,
}

_TEAMS = frozenset(
    {"first join", "last leave", "in meeting duration", "participant id upn", "user action"}
    | {"bergabung pertama", "terakhir keluar", "durasi dalam rapat", "id peserta upn", "tindakan pengguna"}
)
_WEBEX = frozenset({"attendee email", "attendance duration", "connection type"})
_MEET = frozenset({"time joined", "time exited", "time in call", "first seen at"})
_MEET_NAMES = ({"first name", "last name", "email"}, {"nama depan", "nama belakang", "email"})
_ZOOM = frozenset(
    {"name original name", "user name original name", "nama nama asli", "total duration minutes"}
    | {"time in session minutes", "recording consent", "in waiting room"}
)


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """The columns of a meeting's report by purpose, None where there is none; `headings` are their texts by column.

    `spans_absences`: joining and leaving are the first and the last, between which somebody may have been away.
    """

    meeting: Meeting
    headings: Mapping[int, str]
    join: int | None = None
    leave: int | None = None
    duration: int | None = None
    action: int | None = None
    timestamp: int | None = None
    waiting: int | None = None
    attended: int | None = None
    spans_absences: bool = False

    @property
    def times(self) -> list[int]:
        """The columns that hold moments."""
        columns = (self.timestamp,) if self.action is not None else (self.join, self.leave)
        return [column for column in columns if column is not None]


def find_report(headings: Mapping[int, str]) -> ReportColumns | None:
    """Return the columns of the report of an online meeting with these headings (by column), None for another list.

    Lists of a place have hours and durations too: without a heading that an application is known by, it is a meeting
    if people join *and* leave, or joined for a duration.
    """
    keys = {index: _without_zone(words(text)) for index, text in headings.items()}
    known = set(keys.values())
    # The last one, as columns about the whole meeting stand before those about the participant.
    found = {
        purpose: next((index for index, key in reversed(keys.items()) if key in names), None)
        for purpose, names in _PURPOSES.items()
    }
    if found["action"] is None:
        found["timestamp"] = None
    meeting = _find_application(known, found)
    if meeting is None:
        return None
    spans = found["join"] is not None and keys[found["join"]] in _SPAN_OF_SEVERAL
    return ReportColumns(meeting, headings, spans_absences=spans, **found)


def _find_application(known: set[str], found: Mapping[str, int | None]) -> Meeting | None:
    times = [found[purpose] is not None for purpose in ("join", "leave", "duration")]
    if not any(times) and None in (found["action"], found["timestamp"]):
        return None
    if known & _TEAMS:
        return "teams"
    if len(known & _WEBEX) > 1:
        return "webex"
    if known & _ZOOM:
        return "zoom"
    if known & _MEET or (any(names <= known for names in _MEET_NAMES) and found["duration"] is not None):
        return "meet"
    return "other" if sum(times) > 1 else None


def _without_zone(key: str) -> str:
    """Return a folded heading without the zone in it: "join time gmt 8" → "join time"."""
    for zone in (" gmt", " utc", " wita", " wib", " wit"):
        key = key.partition(zone)[0]
    return key


def is_joining(action: str) -> bool | None:
    """Return whether an event of Teams is somebody's joining, False for leaving, None for another text."""
    first = next(iter(words(action).split()), "")
    if first in {"joined", "bergabung", "masuk"}:
        return True
    return False if first in {"left", "keluar", "meninggalkan"} else None


def columns_by_text(headings: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return the headings by column, without blank ones."""
    return {index: text for index, text in headings if text.strip()}
