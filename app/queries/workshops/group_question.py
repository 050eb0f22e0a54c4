"""The question that people without an account answer about their target group. No group is inferred for them."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import TargetGroup, WorkshopTargetGroup
from app.queries.areas.reference import TargetGroupView

# Everybody belongs to it.
GENERAL_PUBLIC = "umum"
# The answer of a person who belongs to none of the groups they are asked about.
NO_GROUP = "none"

# All target groups, each with its code once more if the workshop is for it, else None.
_GROUPS = (
    select(
        *(col(TargetGroup.code), col(TargetGroup.label_id), col(TargetGroup.label_en)),
        col(WorkshopTargetGroup.target_group_code),
    )
    .outerjoin(
        WorkshopTargetGroup,
        (col(WorkshopTargetGroup.target_group_code) == col(TargetGroup.code))
        & (col(WorkshopTargetGroup.workshop_id) == bindparam("workshop")),
    )
    .order_by(col(TargetGroup.position))
)


@dataclass(frozen=True)
class GroupQuestion:
    """What a person is asked about their group before they are registered for a workshop.

    `offered` are the workshop's groups, or all groups if it names none: it is then for everyone (not `is_restricted`),
    and the answer only counts in figures.
    """

    offered: tuple[TargetGroupView, ...]
    is_restricted: bool

    @property
    def audience(self) -> tuple[TargetGroupView, ...]:
        """The groups that the workshop is for, () if it is for everyone."""
        return self.offered if self.is_restricted else ()

    @property
    def groups(self) -> tuple[TargetGroupView, ...]:
        """The groups that are asked about: those to which a person may not belong."""
        return tuple(group for group in self.offered if group.code != GENERAL_PUBLIC)

    @property
    def takes_everyone(self) -> bool:
        """Whether people of none of these groups are registered, too, as general public."""
        return len(self.groups) < len(self.offered)

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to ask; not if the workshop is for the general public alone."""
        return bool(self.groups)

    @property
    def single(self) -> TargetGroupView | None:
        """The group of a question that is answered with yes or no, None if there are several to choose from."""
        return self.groups[0] if self.is_restricted and len(self.groups) == 1 else None

    @property
    def other(self) -> str:
        """The value of the answer "none of these": the general public where the workshop takes it."""
        return GENERAL_PUBLIC if self.takes_everyone else NO_GROUP


def get_group_question(db: Db, workshop_id: int, language: Language, *, own: str = "") -> GroupQuestion:
    """Return the question for a workshop, with labels in the language.

    `own` is the group that a person has already, which they may keep though the workshop is not for it.
    """
    rows = db.execute(_GROUPS, {"workshop": workshop_id}).all()
    codes = {of_workshop for *_group, of_workshop in rows if of_workshop is not None}
    offered = tuple(
        TargetGroupView(code, label_id if language == "id" else label_en)
        for code, label_id, label_en, _ in rows
        if not codes or code in {*codes, own}
    )
    return GroupQuestion(offered, is_restricted=bool(codes))


def list_selectable_groups(db: Db, workshop_id: int, language: Language) -> tuple[TargetGroupView, ...]:
    """Return the target groups that a registration for the workshop may have, in the order of reports.

    They are the workshop's, or all groups if it has none, with labels in the language.
    """
    return get_group_question(db, workshop_id, language).offered
