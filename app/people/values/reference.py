"""The places and groups a sheet may name, as plain data; the services fill it from the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """`code` is the Kemendagri code ("64.71.05.1002"), `kecamatan` that of its kecamatan ("64.71.05").

    `bps_code` ("6471010007") is what statistics call it.
    """

    code: str
    name: str
    kecamatan: str
    aliases: tuple[str, ...] = ()
    bps_code: str | None = None


@dataclass(frozen=True, slots=True)
class AmbiguousPlace:
    """A text that names no single kelurahan. `candidates` are codes of kelurahan, or of kecamatan for all of theirs."""

    text: str
    candidates: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """`labels` in every language and `synonyms` all lead to `code`."""

    code: str
    label: str
    labels: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reference:
    """`kecamatan` maps code to name. The same one is equal to itself alone: what is made of it is kept beside it."""

    kelurahan: tuple[Kelurahan, ...]
    kecamatan: Mapping[str, str]
    ambiguous: tuple[AmbiguousPlace, ...] = field(default=())
    target_groups: tuple[TargetGroup, ...] = field(default=())
