"""The head of official documents: who issues them."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The names, and the address and telephone, at the head of documents; the same in every language.

    `city` is where documents are signed ("Balikpapan, 5 Desember 2026"). `coat_of_arms` is a PNG image in Base64, ""
    without one.
    """

    city: str = "Balikpapan"
    government: str = "Pemerintah Kota Balikpapan"
    office: str = "Dinas Komunikasi dan Informatika"
    address: str = ""
    phone: str = ""
    coat_of_arms: str = ""

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
    def texts(self) -> dict[str, str]:
        """The texts by their names, without the coat of arms."""
        return {
            field.name: getattr(self, field.name) for field in fields(self) if field.name != "coat_of_arms"
        }

    @property
    def content(self) -> dict[str, object]:
        """What `typst/letterhead.typ` prints; `coat_of_arms` is an SVG document, "" without one."""
        image = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><image width="1" height="1"'
            f' href="data:image/png;base64,{self.coat_of_arms}"/></svg>'
        )
        return {
            "names": self.names,
            "contact": self.contact,
            "coat_of_arms": image if self.coat_of_arms else "",
            "coat_of_arms_of": f"Lambang {self.government}",
        }


LETTERHEAD = Letterhead()
"""Of an installation whose administrator has saved none."""
