"""The coverage report counted slowly and plainly: for each figure all rows of the database are gone through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from app.database import Db
from app.models.base import now
from app.queries.coverage.counts import CoverageFilters

EIGHT_HOURS = timedelta(hours=8)
TABLES = (
    "area",
    "attendance",
    "coverage_target",
    "registration",
    "target_group",
    "workshop",
    "workshop_session",
)

Line = Mapping[str, Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Visit:
    """A registration with its outcome (None: not known)."""

    person: int
    session: Line
    kelurahan: str | None
    group: str
    sex: str | None
    status: str
    outcome: str | None


class SlowCount:
    """`from_` and `to` are given; the period is never guessed here."""

    def __init__(self, db: Db, asked: CoverageFilters) -> None:
        assert asked.from_ is not None
        assert asked.to is not None
        self.asked, self.from_, self.to = asked, asked.from_, asked.to
        db.flush()
        self.tables: dict[str, list[Line]] = {
            name: [
                dict(line)
                for line in db.connection().execute(SQLModel.metadata.tables[name].select()).mappings()
            ]
            for name in TABLES
        }
        self.areas = {area["code"]: area for area in self.tables["area"]}
        workshops = {workshop["id"]: workshop for workshop in self.tables["workshop"]}
        self.held = [
            (session, workshops[session["workshop_id"]])
            for session in self.tables["workshop_session"]
            if session["cancelled_at"] is None
            and self.from_ <= wita_day(session["starts_at"]) <= self.to
            and self._is_meant(workshops[session["workshop_id"]])
        ]
        self.visits = [visit for visit in self._visits() if self._counts(visit)]

    def _is_meant(self, workshop: Line) -> bool:
        asked = self.asked
        return (
            asked.workshop in (None, workshop["code"])
            and asked.pillar in (None, workshop["pillar"])
            and asked.organization in (None, workshop["organization_id"])
        )

    def _visits(self) -> Iterable[Visit]:
        outcomes = {line["registration_id"]: line["status"] for line in self.tables["attendance"]}
        held = {session["id"]: session for session, _ in self.held}
        for line in self.tables["registration"]:
            if line["workshop_session_id"] in held:
                yield Visit(
                    line["participant_id"],
                    held[line["workshop_session_id"]],
                    line["kelurahan_code"],
                    line["target_group_code"],
                    line["sex"],
                    line["status"],
                    outcomes.get(line["id"]),
                )

    def _counts(self, visit: Visit) -> bool:
        asked = self.asked
        return (
            visit.status != "cancelled"
            and asked.group in (None, visit.group)
            and asked.sex in (None, visit.sex)
            and (asked.kecamatan is None or self._kecamatan(visit.kelurahan) == asked.kecamatan)
        )

    def _kecamatan(self, kelurahan: str | None) -> str | None:
        return self.areas[kelurahan]["parent_code"] if kelurahan else None

    @property
    def inside(self) -> list[Visit]:
        """Of people within the city who are registered."""
        return [visit for visit in self.visits if visit.kelurahan and visit.status != "waitlisted"]

    def rows(self) -> dict[str, Figures]:
        return {code: self._row(area) for code, area in sorted(self.areas.items()) if self._is_shown(area)}

    def _is_shown(self, area: Line) -> bool:
        return (
            area["level"] == "kelurahan"
            and self.asked.kecamatan in (None, area["parent_code"])
            and (self._is_open(area) or any(visit.kelurahan == area["code"] for visit in self.inside))
        )

    def _is_open(self, area: Line) -> bool:
        """On the period's last day."""
        return bool(area["valid_from"] <= self.to <= (area["valid_to"] or date.max))

    def _row(self, area: Line) -> Figures:
        code = area["code"]
        visits = [visit for visit in self.inside if visit.kelurahan == code]
        target = self._target(code, self.asked.group)
        target = 1 if target is None else target
        participants = len(people(present(visits)))
        return {
            **counted(visits),
            "target": target,
            "gap": max(0, target - participants),
            "state": state(visits, target),
            "unmeasured_why": unmeasured_why(visits),
            "by_sex": by_sex(visit for visit in self.visits if visit.kelurahan == code),
            "groups": {
                group: {
                    **counted(visit for visit in visits if visit.group == group),
                    "target": self._target(code, group),
                }
                for group in self.groups
            },
            "closed_on": None if self._is_open(area) else area["valid_to"],
        }

    @property
    def groups(self) -> set[str]:
        return {line["code"] for line in self.tables["target_group"]}

    def _target(self, kelurahan: str, group: str | None) -> int | None:
        targets = {
            (line["kelurahan_code"], line["target_group_code"]): line["target"]
            for line in self.tables["coverage_target"]
            if line["year"] == self.to.year
        }
        return targets.get((kelurahan, group), targets.get((None, group)))

    def totals(self) -> Figures:
        rows = self.rows()
        open_rows = [row for code, row in rows.items() if self._is_open(self.areas[code])]
        return {
            **counted(self.inside),
            "kelurahan": len(open_rows),
            "with_target": len([row for row in open_rows if row["target"]]),
            "covered": len([row for row in open_rows if row["target"] and row["state"] == "reached"]),
            "target": sum(row["target"] for row in open_rows),
            "gap": sum(row["gap"] for row in open_rows),
            "outside": len(people(present(self._outside()))),
            "waitlisted": len(people(self.visits) - people(self._registered())),
            "moved": self._moved(),
            "by_sex": by_sex(visit for visit in self.visits if visit.kelurahan),
            "by_group": {
                group: {
                    **counted(visit for visit in self.inside if visit.group == group),
                    "target": sum_or_none(row["groups"][group]["target"] for row in open_rows),
                }
                for group in self.groups
            },
        }

    def _registered(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.status != "waitlisted"]

    def _outside(self) -> list[Visit]:
        return [visit for visit in self._registered() if visit.kelurahan is None]

    def _moved(self) -> int:
        came = present(self.inside)
        homes = ({visit.kelurahan for visit in came if visit.person == person} for person in people(came))
        return len([seen for seen in homes if len(seen) > 1])

    def breakdown(self, division: str) -> dict[str, Figures]:
        """The parts in which a session was held, by their keys; or the kecamatan."""
        if division == "kecamatan":
            return self._by_kecamatan()
        held: dict[str, list[int]] = {}
        for session, workshop in self.held:
            held.setdefault(part_of(division, session, workshop), []).append(session["id"])
        return {
            key: {
                "sessions": len(ids),
                **counted(visit for visit in self.inside if visit.session["id"] in ids),
            }
            for key, ids in held.items()
        }

    def _by_kecamatan(self) -> dict[str, Figures]:
        parts: dict[str, Figures] = {}
        for code, row in self.rows().items():
            parent = self.areas[code]["parent_code"]
            visits = [visit for visit in self.inside if self._kecamatan(visit.kelurahan) == parent]
            part = parts.setdefault(parent, {"target": 0, "gap": 0, **counted(visits)})
            if self._is_open(self.areas[code]):
                part["target"] += row["target"]
                part["gap"] += row["gap"]
        return parts


def part_of(division: str, session: Line, workshop: Line) -> str:
    day = wita_day(session["starts_at"])
    keys: dict[str, str] = {
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "workshop": workshop["code"],
        "pillar": workshop["pillar"] or "",
        "organization": str(workshop["organization_id"]),
    }
    return keys[division]


def counted(visits: Iterable[Visit]) -> Figures:
    visits = list(visits)
    came = present(visits)
    return {"registered": len(people(visits)), "attendances": len(came), "participants": len(people(came))}


def present(visits: Iterable[Visit]) -> list[Visit]:
    return [visit for visit in visits if visit.outcome == "present"]


def people(visits: Iterable[Visit]) -> set[int]:
    return {visit.person for visit in visits}


def by_sex(visits: Iterable[Visit]) -> Figures:
    """Of those who came, by what any of their registrations tells; who waited tells it too."""
    visits = list(visits)
    told: dict[int, set[str | None]] = {}
    for visit in visits:
        told.setdefault(visit.person, set()).add(visit.sex)
    came = people(present(visit for visit in visits if visit.status != "waitlisted"))
    sexes = ["P" if "P" in told[person] else "L" if "L" in told[person] else "unknown" for person in came]
    return {sex: sexes.count(sex) for sex in ("L", "P", "unknown")}


def state(visits: list[Visit], target: int) -> str:
    participants = len(people(present(visits)))
    if participants >= target and participants:
        return "reached"
    if participants:
        return "partial"
    if any(visit.outcome is None for visit in visits):
        return "unmeasured"
    return "zero" if visits else "none"


def unmeasured_why(visits: list[Visit]) -> str | None:
    over = [visit.session["ends_at"] <= now() for visit in visits if visit.outcome is None]
    if not over:
        return None
    return "list-missing" if any(over) else "session-to-come"


def sum_or_none(targets: Iterable[int | None]) -> int | None:
    known = [target for target in targets if target is not None]
    return sum(known) if known else None


def wita_day(instant: datetime) -> date:
    """Eight hours ahead of UTC all year round."""
    return (instant + EIGHT_HOURS).date()
