"""The rows of the file above the one being judged, as far as they can be imported."""

from app.people.identity import People
from app.spreadsheets.attendance.judgement import JudgedRow


class RowsAbove:
    """By row number, and by the known person that a row was recognised as."""

    def __init__(self) -> None:
        self.people = People()
        self.judged: dict[int, JudgedRow] = {}
        self.row_of_person: dict[int, int] = {}

    def add(self, row: JudgedRow) -> None:
        self.people.add(row.number, row.values)
        self.judged[row.number] = row
        if row.person is not None:
            self.row_of_person[row.person] = row.number

    def name(self, number: int) -> str:
        """The name in a row, "" where it isn't among them."""
        return self.judged[number].values.name if number in self.judged else ""

    def person(self, number: int) -> int | None:
        """The known person that a row was recognised as."""
        return self.judged[number].person if number in self.judged else None
