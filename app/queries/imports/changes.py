"""What the rows of an import change, old → new: before the commit by the database, afterwards by the stored states."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import Attendance, AttendanceImport, AttendanceImportRow, Participant, Registration, RowKind
from app.people.fields import PERSON_FIELDS
from app.people.values.outside_places import OUTSIDE
from app.queries.areas import reference

# Details of a person that a list fills in, or corrects; their place and RT follow the registration.
_PERSON_FIELDS = tuple(field for field in PERSON_FIELDS if field.fills_blank or field.key == "nik")


@dataclass(frozen=True)
class FieldChange:
    """A value that changed, as texts, "" for none.

    Of `attendance`, `sex` and `status` (the registration's) `old` and `new` are codes.
    """

    field: str
    old: str
    new: str


class ChangeTexts:
    """Writes values as texts, with the names of kelurahan and target groups."""

    def __init__(self, db: Db, language: Language) -> None:
        self.places = {place.code: place.name for place in reference.list_kelurahan(db)}
        self.groups = {group.code: group.label for group in reference.list_target_groups(db, language)}

    def compare_states(
        self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> tuple[FieldChange, ...]:
        """Return the differences between the states of a row of a known person before and after the commit."""
        if not before or not after:
            return ()
        old, new = self._values_of_state(before), self._values_of_state(after)
        return _differences(old, new)

    def compare_with_current(
        self,
        row: AttendanceImportRow,
        person: Participant | None,
        registration: Registration | None,
        attendance: str | None,
    ) -> tuple[FieldChange, ...]:
        """Return what the commit of a row would change of a known person and an existing registration."""
        result = row.result
        old: dict[str, str] = {}
        new: dict[str, str] = {}
        if registration is not None:
            old["attendance"], new["attendance"] = attendance or "", result["attendance"] or attendance or ""
            current = {
                "kelurahan": self.place(registration.kelurahan_code, registration.outside_place),
                "target_group": self.groups.get(registration.target_group_code, ""),
                "rt": registration.rt or "",
                "sex": registration.sex.value if registration.sex else "",
            }
            for field, value in result["facts"].items():
                old[field] = current[field]
                new[field] = self._fact(field, value, result["values"])
        if person is not None:
            for person_field in _PERSON_FIELDS:
                if (value := result["changes"].get(person_field.key)) is not None:
                    known = None if person_field.key == "nik" else getattr(person, person_field.key)
                    old.setdefault(person_field.key, _show(person_field.key, known))
                    new.setdefault(person_field.key, _show(person_field.key, value))
        return _differences(old, new)

    def place(self, kelurahan: str | None, outside_place: str | None) -> str:
        """Return the name of a kelurahan, or of a place outside the city."""
        return self.places.get(kelurahan, kelurahan) if kelurahan else outside_place or ""

    def _fact(self, field: str, value: str, values: Mapping[str, Any]) -> str:
        if field == "kelurahan":
            is_outside = value == OUTSIDE
            return self.place(None if is_outside else value, values.get("outside_place") or OUTSIDE)
        return self.groups.get(value, value) if field == "target_group" else value

    def _values_of_state(self, state: Mapping[str, Any]) -> dict[str, str]:
        registration, person = state["registration"] or {}, state["person"] or {}
        values = {"attendance": (state["attendance"] or {}).get("status") or ""}
        if registration:
            group = registration["target_group_code"]
            values |= {
                "status": registration["status"] or "",
                "kelurahan": self.place(registration["kelurahan_code"], registration["outside_place"]),
                "target_group": self.groups.get(group, group or ""),
                "rt": registration["rt"] or "",
                "sex": registration["sex"] or "",
            }
        for field in _PERSON_FIELDS:
            key = "nik_key" if field.key == "nik" else field.key
            if key in person:
                values.setdefault(field.key, _show(field.key, person[key]))
        return values


def list_changes(
    db: Db, language: Language, rows: Sequence[AttendanceImportRow]
) -> dict[int, tuple[FieldChange, ...]]:
    """Return what each of an import's rows changes of a known person, or has changed, by row number.

    The number of queries is constant.
    """
    if not rows:
        return {}
    texts = ChangeTexts(db, language)
    attendance_import = db.get_one(AttendanceImport, rows[0].attendance_import_id)
    if attendance_import.committed_at is not None:
        return {row.number: texts.compare_states(row.before, row.after) for row in rows}
    known = [row for row in rows if row.participant_id is not None and row.kind is RowKind.UPDATE]
    ids = {row.participant_id for row in known if row.participant_id is not None}
    people = {
        person.id: person for person in db.scalars(select(Participant).where(col(Participant.id).in_(ids)))
    }
    current = _load_registrations(db, attendance_import.workshop_session_id, ids)
    changes = {}
    for row in known:
        registration, attendance = current.get(row.participant_id or 0, (None, None))
        person = people.get(row.participant_id or 0)
        changes[row.number] = texts.compare_with_current(row, person, registration, attendance)
    return changes


def _load_registrations(
    db: Db, session_id: int, people: Collection[int]
) -> dict[int, tuple[Registration, str | None]]:
    lines = db.execute(
        select(Registration, col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == session_id,
            col(Registration.participant_id).in_(people),
        )
    )
    return {line[0].participant_id: (line[0], line[1].value if line[1] else None) for line in lines}


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field, old.get(field, ""), text)
        for field, text in new.items()
        if old.get(field, "") != text
    )


def _show(field: str, value: Any) -> str:
    """Return the text of a person's detail, masked where it is private; a NIK only tells that there is one."""
    if not value:
        return ""
    if field == "nik":
        return "•" * 16
    if field == "sex":
        return str(value)
    if field == "birth_date" and isinstance(value, str):
        value = date.fromisoformat(value)
    return next(known.show(value) for known in PERSON_FIELDS if known.key == field)
