"""What makes a report official: its number, its checksum, and the people who sign it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.i18n import N_
from app.reports.periods import Period


class Classification(StrEnum):
    """Who may read an official document, by the classes of Peraturan ANRI 5/2021 on official documents."""

    ORDINARY = "biasa"
    RESTRICTED = "terbatas"
    SECRET = "rahasia"  # noqa: S105 (a class of documents)


# msgids
CLASSIFICATION_NAMES: dict[Classification, str] = {
    Classification.ORDINARY: N_("Ordinary"),
    Classification.RESTRICTED: N_("Restricted"),
    Classification.SECRET: N_("Secret"),
}


NIP_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A person who signs a report.

    `rank` is the rank of a civil servant ("Pembina Tk. I / IV b") and `nip` their employee number, both "" for people
    who have none. `acknowledges` places the signature in the block "Mengetahui".
    """

    name: str
    role: str
    rank: str = ""
    nip: str = ""
    acknowledges: bool = False

    @property
    def printed_nip(self) -> str:
        """The NIP in groups, as officials write it: birthday, month of entry, sex, and number of the day."""
        return re.sub(r"^(\d{8})(\d{6})(\d)(\d{3})$", r"\1 \2 \3 \4", self.nip)

    @property
    def has_wrong_nip(self) -> bool:
        """Whether there is a NIP that has not 18 digits."""
        return bool(self.nip) and not (
            self.nip.isascii() and self.nip.isdecimal() and len(self.nip) == NIP_DIGITS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDetails:
    """What an issued report prints besides its figures.

    `number`        as printed: "001/JGK/XI/2026"
    `checksum`      SHA-256 of the canonical JSON of figures, filters and rule, in hexadecimal
    `verify_url`    the address of the page that confirms the report, as in its QR code
    `narrative`     paragraphs, with empty lines between them
    `revises`       the number of the report that this one replaces, "" for a first one
    `revision`      0 for a first report, 1 for its first revision and so on
    `what_changed`  what the revision changes and why, "" for a first one
    """

    number: str
    title: str
    classification: Classification
    narrative: str
    signatories: tuple[Signatory, ...]
    issued_at: datetime
    checksum: str
    verify_url: str
    revises: str = ""
    revision: int = 0
    what_changed: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the narrative, without the empty lines between them."""
        return [part.strip() for part in re.split(r"\n\s*\n", self.narrative) if part.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriodNote:
    """A closed period: the number of its newest report, and how many uploads came in after that was issued."""

    period: Period
    number: str
    late_uploads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """A session of the period, with the people from the city who were registered and who were present.

    `workshop` and `title` are the code and the title of its workshop; an online session has no venue.
    """

    code: str
    workshop: str
    title: str
    organization: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    registered: int
    attendances: int
    is_online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session to come, as the plan for what the report's gaps need; an online one has no venue."""

    code: str
    title: str
    starts_at: datetime
    venue: str
    kelurahan: str
    is_online: bool = False
