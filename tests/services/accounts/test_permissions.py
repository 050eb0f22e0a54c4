"""Who may do what: the table that was settled, cell by cell."""

import pytest

from app.errors import Forbidden
from app.models import Role
from app.permissions import OPERATOR, Actor, Permission, Scope

ROLES = (Role.ADMIN, Role.ORGANIZER, Role.STAFF, Role.VIEWER)

SETTLED = {
    "activity:read": "all none none none",
    "attendance:write": "all own own none",
    "coverage:read": "all all all all",
    "import:commit": "all own own none",
    "import:read": "all own own none",
    "import:write": "all own own none",
    "participant:read": "all own own none",
    "people:merge": "all own none none",
    "session:write": "all own own none",
    "target:write": "all none none all",
    "user:write": "all none none none",
    "workshop:read": "all own own all",
    "workshop:write": "all own none none",
}


def actor(role: Role, *, may_see_participants: bool = False) -> Actor:
    return Actor(1, "Ani", role, 1, may_see_participants)


@pytest.mark.parametrize("permission", Permission)
def test_the_table(permission: Permission) -> None:
    scopes = " ".join(actor(role).scope(permission) for role in ROLES)

    assert scopes == SETTLED[permission.value]


def test_the_grant_lets_a_viewer_see_participants_and_nothing_else() -> None:
    granted = actor(Role.VIEWER, may_see_participants=True)

    assert granted.scope(Permission.PARTICIPANT_READ) is Scope.ALL
    assert {one for one in Permission if granted.can(one)} - {
        one for one in Permission if actor(Role.VIEWER).can(one)
    } == {Permission.PARTICIPANT_READ}


def test_who_never_may_is_told_so() -> None:
    with pytest.raises(Forbidden):
        actor(Role.VIEWER).require(Permission.ATTENDANCE_WRITE)
    actor(Role.STAFF).require(Permission.ATTENDANCE_WRITE)


def test_the_operator_at_the_shell_may_do_everything() -> None:
    assert {OPERATOR.scope(permission) for permission in Permission} == {Scope.ALL}
