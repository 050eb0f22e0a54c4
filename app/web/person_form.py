"""What somebody says of themselves to register, or to correct it."""

from collections.abc import Collection

from pydantic import BaseModel

from app.queries.reference import TargetGroupView
from app.services.recognition import PersonGiven
from app.spreadsheets.judgement import OUTSIDE

# The field takes no more; only a program could send it.
LONGEST_PLACE = 100


class PersonForm(BaseModel):
    """`kelurahan` is a code or "outside", then `outside_place` names where; `phone` and `email` may be empty."""

    name: str = ""
    kelurahan: str = ""
    outside_place: str = ""
    target_group: str = ""
    phone: str = ""
    email: str = ""

    def given(self, target_groups: Collection[TargetGroupView]) -> PersonGiven:
        """What is registered, with one of the groups that are offered."""
        return PersonGiven(
            name=self.name,
            kelurahan=self.place(),
            target_group=offered_group(self.target_group, target_groups),
            phone=self.phone,
            email=self.email,
        )

    def place(self) -> str:
        """The kelurahan as the reader of places knows it; "Luar kota: …" names a place outside the city."""
        where = self.outside_place.strip()[:LONGEST_PLACE]
        return f"Luar kota: {where}" if self.kelurahan == OUTSIDE and where else self.kelurahan


def offered_group(chosen: str, target_groups: Collection[TargetGroupView]) -> str:
    """The only group, or the one that was chosen of several; one that isn't offered counts as none."""
    offered = [group.code for group in target_groups]
    if len(offered) == 1:
        return offered[0]
    return chosen if chosen in offered else ""
