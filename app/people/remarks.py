"""Remarks: findings about a cell, a row or a whole sheet, as codes, and their JSON.

`remark_texts` has the sentences, which are made when a remark is shown, in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["error", "review", "warning"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the answers that a user may choose from.

    `kind` says what `value` is: the code of a kelurahan or group, the id of a known person, or a row's number.
    """

    kind: Literal["kelurahan", "target_group", "person", "row"]
    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding about the cell of a `field`, or with None about the row or the sheet. `code` selects its sentence."""

    level: Level
    field: str | None
    code: str
    params: Mapping[str, str | int]
    candidates: tuple[Candidate, ...] = ()


def remark_to_json(remark: Remark) -> dict[str, Any]:
    """Return a remark as JSON from which `remark_from_json` restores it."""
    return {
        "level": remark.level,
        "field": remark.field,
        "code": remark.code,
        "params": dict(remark.params),
        "candidates": [asdict(candidate) for candidate in remark.candidates],
    }


def remark_from_json(stored: dict[str, Any]) -> Remark:
    """Return the remark that `remark_to_json` stored."""
    candidates = tuple(Candidate(**candidate) for candidate in stored["candidates"])
    return Remark(stored["level"], stored["field"], stored["code"], stored["params"], candidates)
