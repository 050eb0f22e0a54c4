"""All tables, at one import point."""

from app.models.activities import Activity
from app.models.areas import AmbiguousPlace, AmbiguousPlaceCandidate, Area, AreaAlias, AreaLevel
from app.models.attendance_imports import (
    AttendanceImport,
    AttendanceImportRow,
    BlankMeans,
    ImportPurpose,
    ImportStatus,
    RowKind,
    UploadedFile,
)
from app.models.attendances import Attendance, AttendanceMark, AttendanceStatus
from app.models.column_mappings import ColumnMapping
from app.models.coverage_targets import CoverageTarget
from app.models.delegation_links import DelegationLink
from app.models.denominators import Denominator, Indicator
from app.models.duplicates import FoldedRegistration, PairState, PeopleMerge, PossibleDuplicate
from app.models.group_memberships import GroupMembership
from app.models.messages import Message, MessageKind, MessageStatus
from app.models.organizations import Organization, OrganizationKind
from app.models.outbox import OutboxKind, OutboxTask, ScheduledRun
from app.models.participants import Participant, Sex
from app.models.registrations import Basis, Channel, Registration, RegistrationStatus
from app.models.target_groups import TargetGroup, TargetGroupSynonym
from app.models.users import ApiToken, LoginFailure, LoginSession, PasswordLink, Role, User
from app.models.venues import Venue, VenueKind
from app.models.workshop_sessions import SessionGroupPlaces, SessionMode, WorkshopSession
from app.models.workshops import Pillar, Workshop, WorkshopTargetGroup

__all__ = [
    "Activity",
    "AmbiguousPlace",
    "AmbiguousPlaceCandidate",
    "ApiToken",
    "Area",
    "AreaAlias",
    "AreaLevel",
    "Attendance",
    "AttendanceImport",
    "AttendanceImportRow",
    "AttendanceMark",
    "AttendanceStatus",
    "Basis",
    "BlankMeans",
    "Channel",
    "ColumnMapping",
    "CoverageTarget",
    "DelegationLink",
    "Denominator",
    "FoldedRegistration",
    "GroupMembership",
    "ImportPurpose",
    "ImportStatus",
    "Indicator",
    "LoginFailure",
    "LoginSession",
    "Message",
    "MessageKind",
    "MessageStatus",
    "Organization",
    "OrganizationKind",
    "OutboxKind",
    "OutboxTask",
    "PairState",
    "Participant",
    "PasswordLink",
    "PeopleMerge",
    "Pillar",
    "PossibleDuplicate",
    "Registration",
    "RegistrationStatus",
    "Role",
    "RowKind",
    "ScheduledRun",
    "SessionGroupPlaces",
    "SessionMode",
    "Sex",
    "TargetGroup",
    "TargetGroupSynonym",
    "UploadedFile",
    "User",
    "Venue",
    "VenueKind",
    "Workshop",
    "WorkshopSession",
    "WorkshopTargetGroup",
]
