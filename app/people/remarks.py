"""Findings about a person's details, a cell or a row; their sentences are made when they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "review", "warning"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the answers a person may choose from.

    `kind` says what `value` is: a code of a kelurahan or group, a known person's id or a row of this file.
    """

    kind: Literal["kelurahan", "target_group", "person", "row"]
    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on a cell, a row or (with `field` None) on all; the sentence is made when it is shown."""

    level: Level
    field: str | None
    code: str
    params: Mapping[str, str | int]
    candidates: tuple[Candidate, ...] = ()
