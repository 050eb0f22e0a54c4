"""The table of roles and permissions."""

import pytest

from app.errors import Forbidden
from app.models import OrganizationKind, Role
from app.permissions import OPERATOR, Actor, Permission, Scope

# The roles in the order of `SETTLED`; its viewers are Dinas Kominfo's.
ROLES = (Role.ADMIN, Role.ORGANIZER, Role.STAFF, Role.VIEWER)

SETTLED = {
    "activity:read": "all none none none",
    "attendance:write": "all own assigned none",
    "coverage:read": "all all all all",
    "breach:write": "all none none none",
    "data-request:write": "all own none none",
    "import:commit": "all own assigned none",
    "import:read": "all own assigned none",
    "import:write": "all own assigned none",
    "nik:read": "none none none none",
    "notice:write": "all none none none",
    "participant:read": "all own assigned none",
    "people:merge": "all own none none",
    "report:issue": "all none none all",
    "retention:write": "all none none none",
    "session:write": "all own assigned none",
    "staff:assign": "all own none none",
    "target:write": "all none none all",
    "user:write": "all none none none",
    "venue:write": "all own none none",
    "workshop:read": "all own assigned all",
    "workshop:write": "all own none none",
}


def actor_with(
    role: Role,
    *,
    may_see_participants: bool = False,
    may_see_niks: bool = False,
    organization_kind: OrganizationKind | None = OrganizationKind.DINAS_KOMINFO,
) -> Actor:
    return Actor(1, "Ani", role, 1, may_see_participants, may_see_niks, organization_kind)


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


def test_niks_need_a_grant_that_is_for_administrators_only() -> None:
    granted = [role for role in Role if actor_with(role, may_see_niks=True).can(Permission.NIK_READ)]

    assert granted == [Role.ADMIN]


@pytest.mark.parametrize("kind", [*OrganizationKind, None])
def test_targets_are_set_by_viewers_of_dinas_kominfo_only(kind: OrganizationKind | None) -> None:
    viewer = actor_with(Role.VIEWER, organization_kind=kind)

    assert viewer.can(Permission.TARGET_WRITE) is (kind is OrganizationKind.DINAS_KOMINFO)
    assert viewer.can(Permission.COVERAGE_READ)


def test_a_permission_that_the_role_never_has_is_forbidden() -> None:
    with pytest.raises(Forbidden):
        actor_with(Role.VIEWER).require(Permission.ATTENDANCE_WRITE)
    actor_with(Role.STAFF).require(Permission.ATTENDANCE_WRITE)


def test_the_operator_at_the_shell_may_do_everything() -> None:
    assert {OPERATOR.scope(permission) for permission in Permission} == {Scope.ALL}
