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
from app.queries.areas.reference import load_reference
from app.queries.coverage.targets import ACTIVITY_SUBJECT, TargetGrid, newest_change, require_year
from app.services.activities import log_activity
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
    db: Db, actor: Actor, year: int, texts: Mapping[TargetCell, str], *, seen: int | None = None
) -> int:
    """Set the targets of these cells, delete those of blank cells, and return how many changed. Other cells stay.

    If any changed, that is logged. `seen` is `newest_change` when the form was loaded; None skips the check for changes
    by others. Raises `Forbidden` without `TARGET_WRITE`, `NotFound` for a year outside 2000 to 2100, `Invalid` with a
    sentence for each wrong cell by its `cell_name`, and `Conflict` if the year's targets have changed since `seen`.
    """
    actor.require(Permission.TARGET_WRITE)
    require_year(year)
    targets = parse_targets(texts)
    lock_targets(db)
    if seen is not None and seen != newest_change(db, year):
        raise Conflict(
            N_(
                "Somebody else has changed these targets meanwhile. What differs from theirs is marked; save again."
            ),
            code="targets-changed",
        )
    rows = {
        (row.kelurahan_code, row.target_group_code): row
        for row in db.exec(select(CoverageTarget).where(CoverageTarget.year == year))
    }
    before = {cell: row.target for cell, row in rows.items()}
    changed = {cell: target for cell, target in targets.items() if target != before.get(cell)}
    for cell, target in changed.items():
        _save(db, year, cell, rows.get(cell), target)
    if changed:
        log_activity(
            db,
            actor,
            "change",
            ACTIVITY_SUBJECT,
            year,
            before={cell_name(cell): before.get(cell) for cell in changed},
            after={cell_name(cell): target for cell, target in changed.items()},
        )
    return len(changed)


def parse_targets(texts: Mapping[TargetCell, str]) -> dict[TargetCell, int | None]:
    """Return the targets by cell, None for a blank one. Raises `Invalid` with a sentence for each wrong cell.

    A target is a whole number from 0 to 999,999.
    """
    targets: dict[TargetCell, int | None] = {}
    fields: dict[str, str] = {}
    for cell, text in texts.items():
        try:
            targets[cell] = parse_target(text)
        except ValueError:
            fields[cell_name(cell)] = N_("A whole number from 0 to 999,999, or nothing")
    if fields:
        raise Invalid(
            N_("Nothing is saved yet. Cells to be put right: %(count)s."), fields=fields, count=len(fields)
        )
    return targets


def read_table(db: Db, actor: Actor, grid: TargetGrid, content: bytes) -> TargetTable:
    """Return the texts of the targets in a file, or in text copied from a spreadsheet, without saving them.

    `content` is the file, or the text in UTF-8. Only kelurahan of the grid count; what was left out is in the table's
    `remarks`. Raises `Forbidden` without `TARGET_WRITE`, `UnreadableFile` (also if no column has targets), or
    `TooLarge`.
    """
    actor.require(Permission.TARGET_WRITE)
    reference = _add_closed_kelurahan(load_reference(db), grid)
    codes = {kelurahan.code for kelurahan in grid.kelurahan}
    table = parse_target_table(
        read_target_sheet(content), PlaceIndex(reference), GroupIndex(reference), codes
    )
    if table is None:
        raise build_problem("no-target-columns", {})
    return table


def _add_closed_kelurahan(reference: Reference, grid: TargetGrid) -> Reference:
    """Return the reference with the kelurahan of the grid that are closed by now added.

    A name that an open and a closed one share means the open one.
    """
    open_codes = {kelurahan.code for kelurahan in reference.kelurahan}
    closed = [
        Kelurahan(kelurahan.code, kelurahan.name, kelurahan.kecamatan_code)
        for kelurahan in grid.kelurahan
        if kelurahan.code not in open_codes
    ]
    return replace(reference, kelurahan=(*closed, *reference.kelurahan)) if closed else reference


def _save(db: Db, year: int, cell: TargetCell, row: CoverageTarget | None, target: int | None) -> None:
    """Save the target of a cell: change its `row`, add one if it is None, or delete it if the target is None."""
    if target is None:
        db.delete(row)
    elif row:
        row.target = target
    else:
        kelurahan, group = cell
        db.add(CoverageTarget(year=year, kelurahan_code=kelurahan, target_group_code=group, target=target))
