"""The head of official documents: who issues them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The names, and the address and telephone, at the head of documents; the same in every language.

    `city` is where documents are signed ("Balikpapan, 5 Des 2026").
    """

    city: str = "Balikpapan"
    government: str = "Pemerintah Kota Balikpapan"
    office: str = "Dinas Komunikasi dan Informatika"
    address: str = ""
    phone: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """The two lines of names, in capitals as on official paper."""
        return (self.government.upper(), self.office.upper())

    @property
    def contact(self) -> str:
        """Address and telephone as one line, "" if neither is known."""
        phone = f"Telp. {self.phone}" if self.phone else ""
        return " · ".join(filter(None, (self.address, phone)))

    @property
    def content(self) -> dict[str, object]:
        """What `typst/letterhead.typ` prints."""
        return {"names": self.names, "contact": self.contact}


LETTERHEAD = Letterhead()
"""Of an installation whose administrator has saved none."""
