"""The table of permissions: what each role may do, and with which workshops and sessions.

Services require a permission before they change something; queries read within its scope (`queries.scope`). What is
outside of an actor's scope is answered as if it did not exist.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.i18n import N_
from app.models import OrganizationKind, Role, User


class Permission(StrEnum):
    """What an actor may be allowed to do."""

    ACTIVITY_READ = "activity:read"
    ATTENDANCE_WRITE = "attendance:write"
    BREACH_WRITE = "breach:write"
    COVERAGE_READ = "coverage:read"
    DATA_REQUEST_WRITE = "data-request:write"
    IMPORT_COMMIT = "import:commit"
    IMPORT_READ = "import:read"
    IMPORT_WRITE = "import:write"
    NIK_READ = "nik:read"
    NOTICE_WRITE = "notice:write"
    PARTICIPANT_READ = "participant:read"
    PEOPLE_MERGE = "people:merge"
    REPORT_ISSUE = "report:issue"
    RETENTION_WRITE = "retention:write"
    SESSION_WRITE = "session:write"
    STAFF_ASSIGN = "staff:assign"
    TARGET_WRITE = "target:write"
    USER_WRITE = "user:write"
    VENUE_WRITE = "venue:write"
    WORKSHOP_READ = "workshop:read"
    WORKSHOP_WRITE = "workshop:write"


class Scope(StrEnum):
    """How far a permission extends: to everything, to what belongs to the actor's own organization, or to nothing.

    `ASSIGNED` extends to the sessions of the own organization that the actor is assigned to (`SessionStaff`), and to
    the workshops of that organization as far as these have no people in them: to add a session to one of them.
    """

    ALL = "all"
    OWN = "own"
    ASSIGNED = "assigned"
    NONE = "none"


# The scopes of the roles. Some need a grant, too: see `Actor.scope`.
_TABLE: dict[Permission, dict[Role, Scope]] = {
    Permission.ACTIVITY_READ: {Role.ADMIN: Scope.ALL},
    Permission.ATTENDANCE_WRITE: {
        Role.ADMIN: Scope.ALL,
        Role.ORGANIZER: Scope.OWN,
        Role.STAFF: Scope.ASSIGNED,
    },
    Permission.BREACH_WRITE: {Role.ADMIN: Scope.ALL},
    Permission.COVERAGE_READ: dict.fromkeys(Role, Scope.ALL),
    Permission.DATA_REQUEST_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
    Permission.IMPORT_COMMIT: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.ASSIGNED},
    Permission.IMPORT_READ: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.ASSIGNED},
    Permission.IMPORT_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.ASSIGNED},
    Permission.NIK_READ: {Role.ADMIN: Scope.ALL},
    Permission.NOTICE_WRITE: {Role.ADMIN: Scope.ALL},
    Permission.PARTICIPANT_READ: {
        Role.ADMIN: Scope.ALL,
        Role.ORGANIZER: Scope.OWN,
        Role.STAFF: Scope.ASSIGNED,
        Role.VIEWER: Scope.ALL,
    },
    Permission.PEOPLE_MERGE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
    Permission.REPORT_ISSUE: {Role.ADMIN: Scope.ALL, Role.VIEWER: Scope.ALL},
    Permission.RETENTION_WRITE: {Role.ADMIN: Scope.ALL},
    Permission.SESSION_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN, Role.STAFF: Scope.ASSIGNED},
    Permission.STAFF_ASSIGN: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
    Permission.TARGET_WRITE: {Role.ADMIN: Scope.ALL, Role.VIEWER: Scope.ALL},
    Permission.USER_WRITE: {Role.ADMIN: Scope.ALL},
    Permission.VENUE_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
    Permission.WORKSHOP_READ: {
        Role.ADMIN: Scope.ALL,
        Role.ORGANIZER: Scope.OWN,
        Role.STAFF: Scope.ASSIGNED,
        Role.VIEWER: Scope.ALL,
    },
    Permission.WORKSHOP_WRITE: {Role.ADMIN: Scope.ALL, Role.ORGANIZER: Scope.OWN},
}


@dataclass(frozen=True)
class Actor:
    """On whose behalf something is done: a logged-in user, the owner of an API token, `OPERATOR` or `CITIZEN`.

    `organization_kind` is None if it was not looked up; the actor then has no permission that depends on it.
    """

    user_id: int | None
    name: str
    role: Role | None
    organization_id: int | None
    may_see_participants: bool = False
    may_see_niks: bool = False
    organization_kind: OrganizationKind | None = None

    @classmethod
    def from_user(cls, user: User, organization_kind: OrganizationKind | None = None) -> "Actor":
        """Return the actor for a user's record and the kind of their organization."""
        return cls(
            user.id,
            user.name,
            user.role,
            user.organization_id,
            user.may_see_participants,
            user.may_see_niks,
            organization_kind,
        )

    def scope(self, permission: Permission) -> Scope:
        """Return how far the permission extends for this actor's role; `NONE` for an actor without a role.

        Some permissions need more than the role: a viewer may see participants only with the grant
        `may_see_participants`, and set targets and issue reports only as a user of Dinas Kominfo; an admin may see NIKs
        in full, also in uploaded files, only with the grant `may_see_niks`.
        """
        if self.role is None:
            return Scope.NONE
        match permission, self.role:
            case Permission.PARTICIPANT_READ, Role.VIEWER:
                is_granted = self.may_see_participants
            case ((Permission.TARGET_WRITE | Permission.REPORT_ISSUE), Role.VIEWER):
                is_granted = self.organization_kind is OrganizationKind.DINAS_KOMINFO
            case Permission.NIK_READ, _:
                is_granted = self.may_see_niks
            case _:
                is_granted = True
        return _TABLE[permission].get(self.role, Scope.NONE) if is_granted else Scope.NONE

    def can(self, permission: Permission) -> bool:
        """Return whether the actor has the permission for anything; for what, is up to `scope`."""
        return self.scope(permission) is not Scope.NONE

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` (403) unless the actor has the permission for anything (see `can`)."""
        if not self.can(permission):
            raise Forbidden(
                N_("Your role does not allow this. If you need it for your work, ask your administrator.")
            )


# The command line. A user who can run it can read the database, too. `name` is what the activity log says.
OPERATOR = Actor(user_id=None, name="command line", role=Role.ADMIN, organization_id=None, may_see_niks=True)

# A visitor without an account. What they may do depends on the page or link that they came by.
CITIZEN = Actor(user_id=None, name="registration page", role=None, organization_id=None)

# The nightly work that deletes what has been kept long enough, by the rules that an administrator has switched on.
TIMETABLE = Actor(user_id=None, name="timetable", role=Role.ADMIN, organization_id=None)
