"""The places and target groups that texts are matched with, as plain data from the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """A kelurahan. `code` is the Kemendagri code ("64.71.05.1002"), `kecamatan` that of its kecamatan ("64.71.05").

    `bps_code` ("6471010007") is the code of the statistics office.
    """

    code: str
    name: str
    kecamatan: str
    aliases: tuple[str, ...] = ()
    bps_code: str | None = None


@dataclass(frozen=True, slots=True)
class AmbiguousPlace:
    """A text that names no single kelurahan. `candidates` are codes of kelurahan, or of a kecamatan for all in it."""

    text: str
    candidates: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group. Its `labels` in every language and its `synonyms` are parsed as `code`."""

    code: str
    label: str
    labels: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reference:
    """All reference data; `kecamatan` maps code to name. Compared by identity, so that indexes of it can be cached."""

    kelurahan: tuple[Kelurahan, ...]
    kecamatan: Mapping[str, str]
    ambiguous: tuple[AmbiguousPlace, ...] = field(default=())
    target_groups: tuple[TargetGroup, ...] = field(default=())


NO_REFERENCE = Reference(kelurahan=(), kecamatan={})
"""For parsing only what depends on no place or group, such as a phone number."""
