"""Match what a list says of its session with the known sessions, or propose a new session and its workshop.

A match is sure or there is none: where two sessions fit, or a list contradicts the session that it names, it has
candidates with reasons, and a user chooses.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum
from typing import Literal, TypeAlias

from app.spreadsheets.stated_session import StatedSession
from app.spreadsheets.tables.session_facts.names import find_day_and_month
from app.spreadsheets.title_similarity import Similarity, compare_titles, compare_venues, title_case

Reason: TypeAlias = Literal[
    "code",
    "date-title",
    "date-place",
    "code-other-date",
    "dates-differ",
    "several",
    "date",
    "other-date",
    "none",
]
"""Why a session matches (the first three), or why none does.

"code-other-date": the list names a session by its code, and another date, title, place or hour. "dates-differ": its
letterhead says another day than its day of the week, or than the name of its file or sheet. "several": two sessions fit
equally well, or it is of several days. "date": there are sessions on its day, and nothing confirms one of them.
"other-date": there are sessions with its title on other days only. "none": nothing fits.
"""
CandidateReason: TypeAlias = Literal["code", "date", "title", "similar-title", "place", "hours"]
MissingField: TypeAlias = Literal["title", "day", "starts", "ends"]

SUGGESTED_HOURS = (time(9), time(12))
"""What a page may suggest where a list states no hours; it asks, and never takes them silently."""
MAX_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session that a list may be of. `starts` and `ends` are times of WITA without a zone."""

    code: str
    workshop_code: str
    workshop_title: str
    starts: datetime
    ends: datetime
    organizer: str = ""
    venue: str = ""
    target_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session that may be the list's, and what speaks for it."""

    code: str
    reasons: tuple[CandidateReason, ...]


@dataclass(frozen=True, slots=True)
class SessionMatch:
    """The code of the list's session, or None and `candidates`, the likeliest first. `reason` says why."""

    session: str | None
    reason: Reason
    candidates: tuple[Candidate, ...] = ()


class _Hours(IntEnum):
    OTHER = 0
    UNKNOWN = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How a known session compares with what a list says.

    `day` is None if the list says none; then `is_day_of_year` says whether its name has day and month of the session.
    `is_other_day`: the session is on the day that only the name of file or sheet says.
    """

    session: KnownSession
    has_code: bool
    day: bool | None
    is_day_of_year: bool
    is_other_day: bool
    title: Similarity
    venue: Similarity
    hours: _Hours

    @property
    def contradicts(self) -> bool:
        """Return whether the list says of day, title, place or hours what is not true of the session."""
        return self.day is False or Similarity.OTHER in (self.title, self.venue) or self.hours is _Hours.OTHER

    @property
    def fits_title(self) -> bool:
        return self.title in (Similarity.SAME, Similarity.LIKE)

    @property
    def fits(self) -> bool:
        """Return whether the day fits, and title or place confirm it."""
        if not self.day or self.contradicts or self.title is Similarity.UNCLEAR:
            return False
        return self.fits_title or self.venue is Similarity.SAME

    @property
    def is_rival(self) -> bool:
        """Return whether it is near enough that another session must be better to be the list's."""
        return self.fits or (self.fits_title and bool(self.day))

    @property
    def rank(self) -> tuple[object, ...]:
        is_on_day = bool(self.day) or self.is_day_of_year or self.is_other_day
        return (self.has_code, is_on_day, self.title, self.venue, self.hours)

    @property
    def reasons(self) -> tuple[CandidateReason, ...]:
        reasons: dict[CandidateReason, bool] = {
            "code": self.has_code,
            "date": bool(self.day) or self.is_day_of_year or self.is_other_day,
            "title": self.title is Similarity.SAME,
            "similar-title": self.title is Similarity.LIKE,
            "place": self.venue is Similarity.SAME,
            "hours": self.hours is _Hours.SAME,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    def is_better_than(self, other: "_Comparison") -> bool:
        """Return whether it is better in one respect and worse in none."""
        mine, theirs = (self.title, self.venue, self.hours), (other.title, other.venue, other.hours)
        return mine != theirs and all(own >= its for own, its in zip(mine, theirs, strict=True))


def match_session(
    stated: StatedSession, sessions: Collection[KnownSession], *, name: str = ""
) -> SessionMatch:
    """Return the session that a list is of, or the candidates.

    The code of a session counts first, stated by the list or standing in its `name` (of file and sheet); then its day
    with the title or the place. What is stated must not contradict.
    """
    day_and_month = find_day_and_month(name) if stated.first_day is None else None
    found = (_compare(stated, session, name.lower(), day_and_month) for session in sessions)
    compared = [one for one in found if one is not None]
    with_code = _longest_codes([one for one in compared if one.has_code])
    if with_code:
        if len(with_code) == 1 and not with_code[0].contradicts:
            return SessionMatch(with_code[0].session.code, "code")
        return SessionMatch(None, "code-other-date", _candidates(compared, stated))
    rivals = [one for one in compared if one.is_rival]
    best = [
        one
        for one in rivals
        if one.fits and all(one is other or one.is_better_than(other) for other in rivals)
    ]
    if _is_of_several_days(stated):
        best = [one for one in best if _spans(one.session, stated)]
    is_other_day_possible = any(one.is_other_day and one.fits_title for one in compared)
    if len(best) == 1 and not is_other_day_possible:
        return SessionMatch(best[0].session.code, "date-title" if best[0].fits_title else "date-place")
    reason = "dates-differ" if stated.other_day is not None else _why_open(compared, rivals)
    return SessionMatch(None, reason, _candidates(compared, stated))


def _compare(
    stated: StatedSession, session: KnownSession, name: str, day_and_month: tuple[int, int] | None
) -> _Comparison | None:
    """Return how a session compares with what a list says, or None if neither code nor day nor title speak for it."""
    title = compare_titles(stated.title, session.workshop_title)
    has_code = stated.code == session.code or _names_code(name, session.code.lower())
    day, starts = _is_on_day(stated, session), session.starts
    is_day_of_year = (starts.day, starts.month) == day_and_month
    is_other_day = not day and starts.date() == stated.other_day
    if not (has_code or day or is_day_of_year or is_other_day or title > Similarity.UNKNOWN):
        return None
    venue = compare_venues(stated.venue, session.venue)
    hours = _compare_hours(stated, session)
    return _Comparison(session, has_code, day, is_day_of_year, is_other_day, title, venue, hours)


def _names_code(name: str, code: str) -> bool:
    """Return whether a code stands in a file's name, apart from longer words and numbers beside it.

    Codes of letters or of digits alone don't count: "UMKM" and "2025" stand in names of other files too.
    """
    if code not in name or code.isdigit() or code.replace("-", "").isalpha():
        return False
    return re.search(rf"(?<![a-z0-9]){re.escape(code)}(?![a-z0-9])", name) is not None


def _is_of_several_days(stated: StatedSession) -> bool:
    return stated.last_day not in (None, stated.first_day)


def _longest_codes(compared: Sequence[_Comparison]) -> list[_Comparison]:
    """Return the sessions whose code is no part of the code of another one of them."""
    codes = [one.session.code for one in compared]
    return [
        one
        for one in compared
        if not any(one.session.code != code and one.session.code in code for code in codes)
    ]


def _is_on_day(stated: StatedSession, session: KnownSession) -> bool | None:
    """Return whether the session is on a day that the list says, None if it says none.

    Of an online meeting's "8/5/25" both days may be meant.
    """
    if stated.first_day is None:
        return None
    spans = [(stated.first_day, stated.last_day or stated.first_day)]
    if stated.is_online and stated.other_day is not None:
        spans.append((stated.other_day, stated.other_day))
    return any(first <= session.ends.date() and session.starts.date() <= last for first, last in spans)


def _spans(session: KnownSession, stated: StatedSession) -> bool:
    """Return whether the session lasts from the first to the last of the days that the list names."""
    return session.starts.date() == stated.first_day and session.ends.date() == stated.last_day


def _compare_hours(stated: StatedSession, session: KnownSession) -> _Hours:
    """Return whether the session begins at the hour that the list says, or is at quite another time of the day."""
    if stated.starts is None or session.starts.date() != session.ends.date():
        return _Hours.UNKNOWN
    starts, ends = session.starts.time(), session.ends.time()
    if stated.starts == starts:
        return _Hours.SAME
    return (
        _Hours.UNKNOWN
        if _is_between(stated.starts, starts, ends)
        or (stated.ends and _is_between(starts, stated.starts, stated.ends))
        else _Hours.OTHER
    )


def _is_between(moment: time, starts: time, ends: time) -> bool:
    return starts <= moment < ends


def _why_open(compared: Sequence[_Comparison], rivals: Sequence[_Comparison]) -> Reason:
    if any(one.fits for one in rivals) or len(rivals) > 1:
        return "several"
    if any(one.day for one in compared):
        return "date"
    return "other-date" if any(one.fits_title for one in compared) else "none"


def _candidates(compared: Iterable[_Comparison], stated: StatedSession) -> tuple[Candidate, ...]:
    """Return the compared sessions as candidates: the best first, of equal ones the nearest."""
    ordered = sorted(
        compared,
        key=lambda one: (_distance(stated.first_day, one.session), one.session.starts, one.session.code),
    )
    ordered.sort(key=lambda one: one.rank, reverse=True)
    return tuple(Candidate(one.session.code, one.reasons) for one in ordered[:MAX_CANDIDATES])


def _distance(day: date | None, session: KnownSession) -> int:
    return abs((session.starts.date() - day).days) if day else 0


@dataclass(frozen=True, slots=True)
class ProposedSession:
    """A new session by what a list says; `missing` names the fields that it doesn't say and a user must give.

    Of a list of several days `day` is missing, `first_day` and `last_day` say between which; also where its name says
    an `other_day` than its letterhead. `ends` may be missing alone ("09.00 s.d. selesai").
    """

    title: str
    first_day: date | None
    last_day: date | None
    starts: time | None
    ends: time | None
    venue: str
    organizer: str
    target_groups: tuple[str, ...]
    missing: tuple[MissingField, ...]
    other_day: date | None = None


def propose_session(stated: StatedSession) -> ProposedSession:
    """Return the session and the workshop to create for a list. A title in capitals is written in small letters."""
    said: dict[MissingField, object] = {
        "title": stated.title,
        "day": None if _is_of_several_days(stated) or stated.other_day else stated.first_day,
        "starts": stated.starts,
        "ends": stated.ends,
    }
    return ProposedSession(
        title=title_case(stated.title),
        first_day=stated.first_day,
        last_day=stated.last_day or stated.first_day,
        starts=stated.starts,
        ends=stated.ends,
        venue=title_case(stated.venue),
        organizer=title_case(stated.organizer),
        target_groups=stated.target_groups,
        missing=tuple(name for name, value in said.items() if not value),
        other_day=stated.other_day,
    )


def suggest_hours(proposed: ProposedSession) -> tuple[time, time]:
    """Return the hours that a page may suggest to a user: those stated, completed by three hours or 09.00 to 12.00."""
    starts = proposed.starts or SUGGESTED_HOURS[0]
    length = SUGGESTED_HOURS[1].hour - SUGGESTED_HOURS[0].hour
    ends = time(min(starts.hour + length, 23), starts.minute if starts.hour + length < 24 else 59)
    return starts, proposed.ends or ends


@dataclass(slots=True)
class ProposedWorkshop:
    """A new workshop and its sessions: each is the indexes of the lists (in what was grouped) that are of it."""

    title: str
    organizer: str
    target_groups: tuple[str, ...]
    sessions: list[tuple[int, ...]] = field(default_factory=list)


def group_into_workshops(proposals: Sequence[ProposedSession]) -> tuple[ProposedWorkshop, ...]:
    """Return the workshops of new sessions: lists with the same title and organizer belong to one.

    Lists of the same workshop, day, hours and place are of one session. A list without a title or a day is a session of
    its own.
    """
    groups: list[list[int]] = []
    for at, proposal in enumerate(proposals):
        group = next(
            (group for group in groups if _belongs_to(proposal, [proposals[i] for i in group])), None
        )
        if group is None:
            groups.append([at])
        else:
            group.append(at)
    return tuple(_build_workshop(proposals, group) for group in groups)


def find_workshop(title: str, workshops: Iterable[tuple[str, str]]) -> str | None:
    """Return the code of the only workshop (code, title) with the same title, for a new session of it, or None."""
    found = {code for code, known in workshops if compare_titles(title, known) is Similarity.SAME}
    return found.pop() if len(found) == 1 else None


def _belongs_to(proposal: ProposedSession, group: Sequence[ProposedSession]) -> bool:
    """Return whether a session is one of the group's workshop: the same title, and no other organizer."""
    if compare_titles(proposal.title, group[0].title) is not Similarity.SAME:
        return False
    return all(compare_titles(proposal.organizer, one.organizer) > Similarity.UNCLEAR for one in group)


def _build_workshop(proposals: Sequence[ProposedSession], group: Sequence[int]) -> ProposedWorkshop:
    first = proposals[group[0]]
    sessions: dict[object, list[int]] = {}
    for at in sorted(
        group, key=lambda at: (str(proposals[at].first_day or "9"), proposals[at].starts or time.max)
    ):
        proposal = proposals[at]
        key = (proposal.first_day, proposal.last_day, proposal.starts, proposal.venue.lower())
        sessions.setdefault(key if proposal.first_day else at, []).append(at)
    return ProposedWorkshop(
        title=first.title,
        organizer=next((proposals[at].organizer for at in group if proposals[at].organizer), ""),
        target_groups=tuple(dict.fromkeys(code for at in group for code in proposals[at].target_groups)),
        sessions=[tuple(lists) for lists in sessions.values()],
    )
