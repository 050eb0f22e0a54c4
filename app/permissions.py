"""Who may do what, and with whose things: one table, asked by services and applied by queries.

`ALL` reaches everything, `OWN` what the actor's organization holds, `NONE` nothing. A thing out of reach is
answered as if it weren't there.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.i18n import N_
from app.models import Role, User


class Permission(StrEnum):
    """In alphabetical order; each is one row of the table of settled permissions."""

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
    """Who asks: a logged-in user, the owner of a token, or the operator at the command line."""

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
        """How far this actor's permission goes."""
        if permission is Permission.PARTICIPANT_READ and self.role is Role.VIEWER:
            return Scope.ALL if self.may_see_participants else Scope.NONE
        return _TABLE[permission].get(self.role, Scope.NONE) if self.role else Scope.NONE

    def can(self, permission: Permission) -> bool:
        """Whether there is anything at all that the permission lets this actor do."""
        return self.scope(permission) is not Scope.NONE

    def require(self, permission: Permission) -> None:
        """Raises `Forbidden` where the role never has the permission."""
        if not self.can(permission):
            raise Forbidden(N_("Your role does not allow this."))


# The operator at the shell can read the database anyway; the activity log says "command line".
OPERATOR = Actor(user_id=None, name="command line", role=Role.ADMIN, organization_id=None)

# Whoever registers themselves has no account; what they may do, the page or the link says that they came by.
CITIZEN = Actor(user_id=None, name="registration page", role=None, organization_id=None)
