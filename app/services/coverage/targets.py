"""Sets the targets of a year: a whole grid at once, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import CoverageTarget
from app.people.values.kelurahan import PlaceIndex
from app.people.values.reference import Kelurahan, Reference
from app.people.values.target_groups import GroupIndex
from app.permissions import Actor, Permission
from app.queries.areas.reference import sheet_reference
from app.queries.coverage.targets import SUBJECT, TargetGrid, newest_change, require_year
from app.services.activities import record
from app.services.locks import lock_targets
from app.spreadsheets.reading import build_problem, read_target_sheet
from app.spreadsheets.target_grid import (
    TargetCell,
    TargetTable,
    cell_name,
    parse_target,
    parse_target_table,
)


def set_targets(
    db: Db, actor: Actor, year: int, typed: Mapping[TargetCell, str], *, seen: int | None = None
) -> int:
    """Sets the cells given, an empty one back to what holds for all kelurahan; how many changed.

    `seen` is the newest change that the actor knew of, None where none is overwritten unseen. Raises `NotFound`,
    `Invalid` with a sentence for each cell by its `cell_name`, and `Conflict` where others changed them since.
    """
    actor.require(Permission.TARGET_WRITE)
    require_year(year)
    wanted = read_targets(typed)
    lock_targets(db)
    if seen is not None and seen != newest_change(db, year):
        raise Conflict(
            N_(
                "Somebody else has changed these targets meanwhile. What differs from theirs is marked; save again."
            ),
            code="targets-changed",
        )
    found = db.exec(select(CoverageTarget).where(CoverageTarget.year == year))
    kept = {(line.kelurahan_code, line.target_group_code): line for line in found}
    before = {cell: line.target for cell, line in kept.items()}
    changed = {cell: target for cell, target in wanted.items() if target != before.get(cell)}
    for cell, target in changed.items():
        _set(db, year, cell, kept.get(cell), target)
    if changed:
        record(
            db,
            actor,
            "change",
            SUBJECT,
            year,
            before={cell_name(cell): before.get(cell) for cell in changed},
            after={cell_name(cell): target for cell, target in changed.items()},
        )
    return len(changed)


def read_targets(typed: Mapping[TargetCell, str]) -> dict[TargetCell, int | None]:
    """What cells say, None for an empty one. Raises `Invalid` as `set_targets`."""
    read: dict[TargetCell, int | None] = {}
    wrong: dict[str, str] = {}
    for cell, text in typed.items():
        try:
            read[cell] = parse_target(text)
        except ValueError:
            wrong[cell_name(cell)] = N_("A whole number from 0 to 999,999, or nothing")
    if wrong:
        raise Invalid(
            N_("Nothing is saved yet. Cells to be put right: %(count)s."), fields=wrong, count=len(wrong)
        )
    return read


def read_table(look: Db, actor: Actor, grid: TargetGrid, content: bytes) -> TargetTable:
    """What a table says of the grid's cells: a file, or what was copied from a spreadsheet.

    Raises `UnreadableFile` or `TooLarge`.
    """
    actor.require(Permission.TARGET_WRITE)
    reference = _reference_of(grid, sheet_reference(look))
    codes = {place.code for place in grid.places}
    table = parse_target_table(
        read_target_sheet(content), PlaceIndex(reference), GroupIndex(reference), codes
    )
    if table is None:
        raise build_problem("no-target-columns", {})
    return table


def _reference_of(grid: TargetGrid, today: Reference) -> Reference:
    """What is known today, and the kelurahan of the grid that there aren't any more: a name that two of them have
    is that of today's."""
    known = {place.code for place in today.kelurahan}
    closed = [
        Kelurahan(place.code, place.name, place.kecamatan_code)
        for place in grid.places
        if place.code not in known
    ]
    return replace(today, kelurahan=(*closed, *today.kelurahan)) if closed else today


def _set(db: Db, year: int, cell: TargetCell, line: CoverageTarget | None, target: int | None) -> None:
    if target is None:
        db.delete(line)
    elif line:
        line.target = target
    else:
        kelurahan, group = cell
        db.add(CoverageTarget(year=year, kelurahan_code=kelurahan, target_group_code=group, target=target))
