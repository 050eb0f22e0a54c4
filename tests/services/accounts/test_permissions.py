"""The table of roles and permissions."""

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


def actor_with(role: Role, *, may_see_participants: bool = False) -> Actor:
    return Actor(1, "Ani", role, 1, may_see_participants)


@pytest.mark.parametrize("permission", Permission)
def test_each_role_has_the_settled_reach(permission: Permission) -> None:
    row = " ".join(actor_with(role).scope(permission) for role in ROLES)

    assert row == SETTLED[permission.value]


def test_the_grant_gives_a_viewer_participants_and_nothing_else() -> None:
    granted = actor_with(Role.VIEWER, may_see_participants=True)

    assert granted.scope(Permission.PARTICIPANT_READ) is Scope.ALL
    assert {permission for permission in Permission if granted.can(permission)} - {
        permission for permission in Permission if actor_with(Role.VIEWER).can(permission)
    } == {Permission.PARTICIPANT_READ}


def test_a_permission_that_the_role_never_has_is_forbidden() -> None:
    with pytest.raises(Forbidden):
        actor_with(Role.VIEWER).require(Permission.ATTENDANCE_WRITE)
    actor_with(Role.STAFF).require(Permission.ATTENDANCE_WRITE)


def test_the_operator_at_the_shell_may_do_everything() -> None:
    assert {OPERATOR.scope(permission) for permission in Permission} == {Scope.ALL}
