"""The parameters of a session's list of people: filters, order and page, and who is chosen in it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from app.models import AttendanceStatus, RegistrationStatus
from app.queries.registrations.registrations import RegistrationFilters
from app.queries.registrations.sorting import RegistrationOrder, SortKey
from app.web.forms import EmptyIsNone, parse_whole_number
from app.web.pages import build_url

Action = Literal["present", "absent", "excused", "message", "move", "cancel"]


def _split_ids(values: object) -> object:
    """Return the ids of fields such as "1" and "2,3": one field has all the chosen, of whom a form could not have as
    many fields.
    """
    if not isinstance(values, list):
        return values
    return [part for value in values for part in (value.split(",") if isinstance(value, str) else [value])]


Ids = Annotated[list[int], BeforeValidator(_split_ids)]


class RegistrationQuery(BaseModel):
    """The filters of the list of registrations, its order, and the number of its page.

    `marked` is the key of the marks that were just made, so that the page can offer to undo them.
    """

    q: str = ""
    status: Annotated[RegistrationStatus | None, EmptyIsNone] = None
    kelurahan: str = ""
    target_group: str = Field("", alias="kelompok")
    outcome: Annotated[AttendanceStatus | Literal["none"] | None, EmptyIsNone] = Field(None, alias="hasil")
    sort: str = Field("", alias="urut")
    page: int = Field(1, alias="halaman", ge=1, le=10_000)
    marked: str = Field("", alias="ditandai", max_length=36)

    @property
    def filters(self) -> RegistrationFilters:
        return RegistrationFilters(self.q, self.status, self.kelurahan, self.target_group, self.outcome)

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self.filters != RegistrationFilters()

    @property
    def folded(self) -> int:
        """How many filters are set beside the search."""
        return sum(bool(value) for value in (self.status, self.kelurahan, self.target_group, self.outcome))

    @property
    def order(self) -> RegistrationOrder:
        return RegistrationOrder.parse(self.sort)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters that lead back to this page of the list, by their names in the URL."""
        fields = set(RegistrationQuery.model_fields) - {"marked"}
        params = self.model_dump(mode="json", by_alias=True, include=fields)
        return {name: value for name, value in params.items() if value and (name, value) != ("halaman", 1)}

    def address(self, code: str, **changed: Any) -> str:
        """Return the URL of the list of people of the session `code` with some parameters changed, by their names."""
        return build_url(f"/sesi/{code}/peserta", self.params | changed)

    def sort_address(self, code: str, key: str) -> str:
        """Return the URL of the first page sorted by `key`: descending if it is sorted by it already."""
        order = RegistrationOrder(SortKey(key), descending=self.order == RegistrationOrder(SortKey(key)))
        return self.address(code, urut=str(order), halaman=None)

    def direction(self, key: str) -> Literal["ascending", "descending"] | None:
        """Return how the list is sorted by `key`, None if it is sorted by another one."""
        if self.order.key != key:
            return None
        return "descending" if self.order.descending else "ascending"


class SelectionQuery(RegistrationQuery):
    """Who of the list is chosen, by ids of registrations, or `everyone` whom the filters find; and for what."""

    chosen: Ids = Field([], alias="pilih", max_length=10_000)
    everyone: Literal["", "1"] = Field("", alias="semua")
    action: Action = Field("present", alias="aksi")


class SelectionForm(RegistrationQuery):
    """The chosen as the page before showed them. `key` is that of the form: sent twice, it acts once."""

    chosen: Ids = Field([], alias="pilih", max_length=10_000)
    key: str = Field("", alias="kunci", pattern="^[0-9a-f]{0,32}$")


class MarksForm(SelectionForm):
    mark: AttendanceStatus = Field(alias="tanda")


class MoveForm(SelectionForm):
    """`target` is the code of the other session with the number of seats that the page has promised, as in "LD-2:8"."""

    target: str = Field("", alias="tujuan")

    @property
    def target_code(self) -> str:
        return self.target.rpartition(":")[0]

    @property
    def expected_seats(self) -> int:
        return parse_whole_number(self.target.rpartition(":")[2]) or 0


class CancellationForm(SelectionForm):
    why: str = ""


class MessageForm(SelectionForm):
    text: str = ""
