"""The figures of the coverage report, counted in plain Python from all rows of the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from app.database import Db
from app.models.base import now
from app.queries.coverage.filters import CoverageFilters

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

TableRow = Mapping[str, Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Visit:
    """A registration with its outcome, None if not recorded."""

    person: int
    session: TableRow
    kelurahan: str | None
    group: str
    sex: str | None
    status: str
    outcome: str | None


class ReferenceCount:
    """The reference for a report with these filters, which must include both ends of the period."""

    def __init__(self, db: Db, filters: CoverageFilters) -> None:
        assert filters.from_ is not None
        assert filters.to is not None
        self.filters, self.from_, self.to = filters, filters.from_, filters.to
        db.flush()
        self.tables: dict[str, list[TableRow]] = {
            name: [
                dict(row)
                for row in db.connection().execute(SQLModel.metadata.tables[name].select()).mappings()
            ]
            for name in TABLES
        }
        self.areas = {area["code"]: area for area in self.tables["area"]}
        workshops = {workshop["id"]: workshop for workshop in self.tables["workshop"]}
        self.sessions = [
            (session, workshops[session["workshop_id"]])
            for session in self.tables["workshop_session"]
            if session["cancelled_at"] is None
            and self.from_ <= wita_day(session["starts_at"]) <= self.to
            and self._matches_workshop(workshops[session["workshop_id"]])
        ]
        self.visits = [visit for visit in self._visits() if self._matches(visit)]

    def _matches_workshop(self, workshop: TableRow) -> bool:
        filters = self.filters
        return (
            filters.workshop in (None, workshop["code"])
            and filters.pillar in (None, workshop["pillar"])
            and filters.organization in (None, workshop["organization_id"])
        )

    def _visits(self) -> Iterable[Visit]:
        outcomes = {row["registration_id"]: row["status"] for row in self.tables["attendance"]}
        sessions = {session["id"]: session for session, _ in self.sessions}
        for row in self.tables["registration"]:
            if row["workshop_session_id"] in sessions:
                yield Visit(
                    row["participant_id"],
                    sessions[row["workshop_session_id"]],
                    row["kelurahan_code"],
                    row["target_group_code"],
                    row["sex"],
                    row["status"],
                    outcomes.get(row["id"]),
                )

    def _matches(self, visit: Visit) -> bool:
        filters = self.filters
        return (
            visit.status != "cancelled"
            and filters.group in (None, visit.group)
            and filters.sex in (None, visit.sex)
            and (filters.kecamatan is None or self._kecamatan(visit.kelurahan) == filters.kecamatan)
        )

    def _kecamatan(self, kelurahan: str | None) -> str | None:
        return self.areas[kelurahan]["parent_code"] if kelurahan else None

    @property
    def inside(self) -> list[Visit]:
        """The visits of people from the city, without waiting lists."""
        return [visit for visit in self.visits if visit.kelurahan and visit.status != "waitlisted"]

    def rows(self) -> dict[str, Figures]:
        return {code: self._row(area) for code, area in sorted(self.areas.items()) if self._is_shown(area)}

    def _is_shown(self, area: TableRow) -> bool:
        return (
            area["level"] == "kelurahan"
            and self.filters.kecamatan in (None, area["parent_code"])
            and (self._is_open(area) or any(visit.kelurahan == area["code"] for visit in self.inside))
        )

    def _is_open(self, area: TableRow) -> bool:
        """Return whether the kelurahan exists on the period's last day."""
        return bool(area["valid_from"] <= self.to <= (area["valid_to"] or date.max))

    def _row(self, area: TableRow) -> Figures:
        code = area["code"]
        visits = [visit for visit in self.inside if visit.kelurahan == code]
        target = self._target(code, self.filters.group)
        participants = len(people(present(visits)))
        return {
            **counted(visits),
            "target": target,
            "gap": None if target is None else max(0, target - participants),
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
        return {row["code"] for row in self.tables["target_group"]}

    def _target(self, kelurahan: str, group: str | None) -> int | None:
        targets = {
            (row["kelurahan_code"], row["target_group_code"]): row["target"]
            for row in self.tables["coverage_target"]
            if row["year"] == self.to.year
        }
        return targets.get((kelurahan, group), targets.get((None, group)))

    def totals(self) -> Figures:
        rows = self.rows()
        open_rows = [row for code, row in rows.items() if self._is_open(self.areas[code])]
        return {
            **counted(self.inside),
            "kelurahan": len(open_rows),
            "with_target": len([row for row in open_rows if row["target"]]),
            "without_target": len([row for row in open_rows if row["target"] is None]),
            "covered": len([row for row in open_rows if row["target"] != 0 and row["state"] == "reached"]),
            "target_reached": len([row for row in open_rows if row["target"] and row["state"] == "reached"]),
            "target": sum_or_none(row["target"] for row in open_rows),
            "gap": sum_or_none(row["gap"] for row in open_rows),
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
        kelurahan = ({visit.kelurahan for visit in came if visit.person == person} for person in people(came))
        return len([codes for codes in kelurahan if len(codes) > 1])

    def breakdown(self, division: str) -> dict[str, Figures]:
        """Return the parts with sessions by key, or the kecamatan."""
        if division == "kecamatan":
            return self._by_kecamatan()
        session_ids: dict[str, list[int]] = {}
        for session, workshop in self.sessions:
            session_ids.setdefault(part_of(division, session, workshop), []).append(session["id"])
        return {
            key: {
                "sessions": len(ids),
                **counted(visit for visit in self.inside if visit.session["id"] in ids),
            }
            for key, ids in session_ids.items()
        }

    def trend(self, length: int) -> dict[str, tuple[int, int, int]]:
        """Return participants, new ones and kelurahan by month (7 letters of its date) or year (4)."""
        came_by_part: dict[str, list[Visit]] = {}
        for visit in present(self.inside):
            part = f"{wita_day(visit.session['starts_at'])}"[:length]
            came_by_part.setdefault(part, []).append(visit)
        figures, known = {}, set[int]()
        for part, came in sorted(came_by_part.items()):
            figures[part] = (
                len(people(came)),
                len(people(came) - known),
                len({visit.kelurahan for visit in came}),
            )
            known |= people(came)
        return figures

    def _by_kecamatan(self) -> dict[str, Figures]:
        parts: dict[str, Figures] = {}
        for code, row in self.rows().items():
            parent = self.areas[code]["parent_code"]
            visits = [visit for visit in self.inside if self._kecamatan(visit.kelurahan) == parent]
            part = parts.setdefault(parent, {"target": None, "gap": None, **counted(visits)})
            if self._is_open(self.areas[code]):
                for figure in ("target", "gap"):
                    part[figure] = sum_or_none((part[figure], row[figure]))
        return parts


def part_of(division: str, session: TableRow, workshop: TableRow) -> str:
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
    """Count participants by the sex in any of their registrations, including those on a waiting list."""
    visits = list(visits)
    sexes_of: dict[int, set[str | None]] = {}
    for visit in visits:
        sexes_of.setdefault(visit.person, set()).add(visit.sex)
    came = people(present(visit for visit in visits if visit.status != "waitlisted"))
    sexes = [
        "P" if "P" in sexes_of[person] else "L" if "L" in sexes_of[person] else "unknown" for person in came
    ]
    return {sex: sexes.count(sex) for sex in ("L", "P", "unknown")}


def state(visits: list[Visit], target: int | None) -> str:
    participants = len(people(present(visits)))
    if participants >= (target or 1) and participants:
        return "reached"
    if participants:
        return "partial"
    if any(visit.outcome is None for visit in visits):
        return "unmeasured"
    return "zero" if visits else "none"


def unmeasured_why(visits: list[Visit]) -> str | None:
    is_over = [visit.session["ends_at"] <= now() for visit in visits if visit.outcome is None]
    if not is_over:
        return None
    return "list-missing" if any(is_over) else "session-to-come"


def sum_or_none(targets: Iterable[int | None]) -> int | None:
    known = [target for target in targets if target is not None]
    return sum(known) if known else None


def wita_day(instant: datetime) -> date:
    """Return the day in WITA, which is eight hours ahead of UTC all year round."""
    return (instant + EIGHT_HOURS).date()
