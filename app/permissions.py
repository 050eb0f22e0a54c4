"""The table of permissions: what each role may do, and with the workshops of which organizations.

Services require a permission before they change something; queries read within its scope (`queries.scope`). What is
outside of an actor's scope is answered as if it did not exist.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.i18n import N_
from app.models import Role, User


class Permission(StrEnum):
    """What an actor may be allowed to do."""

    ACTIVITY_READ = "activity:read"
    ATTENDANCE_WRITE = "attendance:write"
    COVERAGE_READ = "coverage:read"
    IMPORT_COMMIT = "import:commit"
    IMPORT_READ = "import:read"
    IMPORT_WRITE = "import:write"
    PARTICIPANT_READ = "participant:read"
    PEOPLE_MERGE = "people:merge"
    SESSION_WRITE = "session:write"
    TARGET_WRITE = "target:write"
    USER_WRITE = "user:write"
    WORKSHOP_READ = "workshop:read"
    WORKSHOP_WRITE = "workshop:write"


class Scope(StrEnum):
    """How far a permission extends: to all workshops, to those of the actor's own organization, or to none."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


_TABLE: dict[Permission, dict[Role, Scope]] = {
    Permission.ACTIVITY_READ: {Role.ADMIN: Scope.ALL},
    Permission.ATTENDANCE_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.COVERAGE_READ: dict.fromkeys(Role, Scope.ALL),
    Permission.IMPORT_COMMIT: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.IMPORT_READ: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.IMPORT_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.PARTICIPANT_READ: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.PEOPLE_MERGE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
    Permission.SESSION_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.OWN},
    Permission.TARGET_WRITE: {Role.ADMIN: Scope.ALL, Role.VIEWER: Scope.ALL},
    Permission.USER_WRITE: {Role.ADMIN: Scope.ALL},
    Permission.WORKSHOP_READ: {
        Role.ADMIN: Scope.ALL,
        Role.ORGANIZER: Scope.OWN,
        Role.STAFF: Scope.OWN,
        Role.VIEWER: Scope.ALL,
    },
    Permission.WORKSHOP_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
}


@dataclass(frozen=True)
class Actor:
    """On whose behalf something is done: a logged-in user, the owner of an API token, `OPERATOR` or `CITIZEN`."""

    user_id: int | None
    name: str
    role: Role | None
    organization_id: int | None
    may_see_participants: bool = False

    @classmethod
    def from_user(cls, user: User) -> "Actor":
        """Return the actor for a user's record."""
        return cls(user.id, user.name, user.role, user.organization_id, user.may_see_participants)

    def scope(self, permission: Permission) -> Scope:
        """Return how far the permission extends for this actor's role; `NONE` for an actor without a role.

        A viewer may see participants only with the grant `may_see_participants`.
        """
        if permission is Permission.PARTICIPANT_READ and self.role is Role.VIEWER:
            return Scope.ALL if self.may_see_participants else Scope.NONE
        return _TABLE[permission].get(self.role, Scope.NONE) if self.role else Scope.NONE

    def can(self, permission: Permission) -> bool:
        """Return whether the actor has the permission for any workshop; which ones, is up to `scope`."""
        return self.scope(permission) is not Scope.NONE

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` (403) unless the actor has the permission for any workshop (see `can`)."""
        if not self.can(permission):
            raise Forbidden(N_("Your role does not allow this."))


# The command line. A user who can run it can read the database, too. `name` is what the activity log says.
OPERATOR = Actor(user_id=None, name="command line", role=Role.ADMIN, organization_id=None)

# A visitor without an account. What they may do depends on the page or link that they came by.
CITIZEN = Actor(user_id=None, name="registration page", role=None, organization_id=None)
