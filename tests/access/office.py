"""The office in which every route is tried: users of all kinds, and things of one organization for each address.

Everything belongs to Sari's organization: a public workshop with a session to come and one that is over, people,
registrations, uploads and so on. Names of actors are the columns of `routes.csv`.
"""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.database import reading, writing
from app.models import (
    ApiToken,
    Approval,
    Attachment,
    AttendanceImport,
    BatchList,
    Breach,
    DataRequest,
    DelegationLink,
    Denominator,
    Dossier,
    EvaluationIndicator,
    Evidence,
    ExternalIdentity,
    GroupMembership,
    ImportStatus,
    IssuedReport,
    Message,
    Participant,
    Passkey,
    PeopleMerge,
    PossibleDuplicate,
    PrivacyNotice,
    Registration,
    Role,
    RosterPhoto,
    RosterPrint,
    SavedFilter,
    SignedScan,
    TokenScope,
    UploadBatch,
    User,
    Venue,
    WhatsAppList,
)
from app.permissions import OPERATOR
from app.queries.issued_reports.reports import slug_of
from app.reports.official import Signatory
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import create_password_link
from app.services.issued_reports.issue import ReportText
from app.services.report_mails.unsubscribing import sign_unsubscribing
from tests.access.requests import COMING, PAST, REQUESTS
from tests.city import MANGGAR, OTHER, OWN, City, sheet
from tests.pages.conftest import logged_in
from tests.upcoming_sessions import JUALAN

HEADER = "Nama;Kelurahan;Unsur;Kehadiran"
LISTED = sheet(
    HEADER,
    "Siti Aminah;Manggar;umkm;hadir",
    "Siti Aminnah;Manggar;umkm;hadir",
    "Joko Anggrek;Lamaru;umkm;hadir",
    "Joko Angrek;Lamaru;umkm;hadir",
)
IN_REVIEW = sheet(HEADER, "Wati Teratai;Entah;umkm;hadir")

# The user of each column. They open pages by their login, and call the API by a token of the widest scope.
USERS = {
    "admin": "made",
    "NIK admin": "lina",
    "organizer": "sari",
    "other organizer": "tono",
    "staff": "budi",
    "other staff": "wulan",
    "viewer": "rina",
    "granted viewer": "dewi",
    "other viewer": "galuh",
}
# Users beside those of the city.
FURTHER_USERS: dict[str, dict[str, Any]] = {
    "lina": {"role": Role.ADMIN, "organization": DINAS_KOMINFO, "may_see_niks": True},
    "wulan": {"role": Role.STAFF, "organization": OWN},
    "dewi": {"role": Role.VIEWER, "organization": DINAS_KOMINFO, "may_see_participants": True},
    "galuh": {"role": Role.VIEWER, "organization": OTHER},
}
# The scope of each column's token, which is Sari's. Pages don't take tokens.
TOKENS = {"figures token": "figures", "people token": "people", "write token": "write"}
STRANGER = "stranger"
ACTORS = (*USERS, *TOKENS, STRANGER)


LOGIN = "0" * 64
EMAIL_SECRET = "alamat-baru"
# The values of parameters that name nothing of the office, and the columns that hold those of the others.
FIXED = {
    "document_format": "pdf",
    "file_name": "years.csv",
    "format_": "json",
    "kind": "files",
    "file_kind": "csv",
    "key": LOGIN,
    "language": "en",
    "number": "2",
    "setup_step": "mail",
    "outcome": "present",
    "page": "1",
    "path": "mark.svg",
    "picture": "mendaftar.png",
    "step": "rows",
    "topic_key": "mendaftar",
    "year": "2026",
}
COLUMNS: dict[str, Any] = {
    "approval_id": Approval.id,
    "attachment_id": Attachment.id,
    "batch_id": UploadBatch.id,
    "breach_id": Breach.id,
    "denominator_id": Denominator.id,
    "dossier_id": Dossier.id,
    "evidence_id": Evidence.id,
    "indicator_id": EvaluationIndicator.id,
    "filter_id": SavedFilter.id,
    "identity_id": ExternalIdentity.id,
    "link_id": DelegationLink.id,
    "list_id": WhatsAppList.id,
    "membership_id": GroupMembership.id,
    "merge_id": PeopleMerge.id,
    "message_id": Message.id,
    "report_number": IssuedReport.number,
    "request_id": DataRequest.id,
    "scan_id": SignedScan.id,
    "pair_id": PossibleDuplicate.id,
    "passkey_id": Passkey.id,
    "participant_id": Participant.id,
    "photo_id": RosterPhoto.id,
    "print_code": RosterPrint.code,
    "token_id": ApiToken.id,
    "venue_id": Venue.id,
    "version": PrivacyNotice.version,
}


REPORT = ReportText(
    title="Laporan Cakupan",
    classification="biasa",
    narrative="",
    signatories=(Signatory(name="Wayan Contoh", role="Kepala Dinas"),),
    request_key="",
)


@dataclass(frozen=True)
class Office:
    """The `whole_office` with its app, and what its addresses name.

    `registration` is the code of one that Sari made, `delegated` of one that a delegation made by its signed link
    `delegation`.
    """

    city: City
    app: FastAPI
    registration: str
    delegated: str
    delegation: str
    password_link: str

    @classmethod
    def open(cls, city: City, app: FastAPI) -> "Office":
        """Return the office, after a delegation has used its link."""
        sari = logged_in(app, city.engine, city.users["sari"])
        found = re.search(r"://[^/]+/delegasi/([\w.~-]+)", sari.get(f"/sesi/{COMING}/delegasi").text)
        assert found is not None
        registration = city.all(Registration)[-1].code
        person = {
            "name": "Nur Aini",
            "target_group": "umkm",
            "rt": "1",
            "phone": "081200000999",
            "contact": "081200000998",
            "informed": "true",
        }
        registered = TestClient(app, follow_redirects=False).post(f"/delegasi/{found[1]}", data=person)
        assert registered.status_code == 303
        with writing(city.engine) as db:
            link = create_password_link(db, OPERATOR, city.users["budi"])
        delegated = city.all(Registration)[-1].code
        return cls(city, app, registration, delegated, delegation=found[1], password_link=link)

    def client(self, actor: str) -> TestClient:
        """Return a browser in which the actor is logged in, and which sends their token to the API."""
        if actor in USERS:
            user = self._user(USERS[actor])
            client = logged_in(self.app, self.city.engine, user)
            client.headers["authorization"] = f"Bearer {self._token(user)}"
            return client
        client = TestClient(self.app, follow_redirects=False)
        client.cookies["jangkau_language"] = "en"
        if actor in TOKENS:
            client.headers["authorization"] = f"Bearer {self._token(self._user('sari'), TOKENS[actor])}"
        return client

    def path(self, template: str) -> str:
        """Return the path of a route with the things of this office in it."""

        def value(parameter: re.Match[str]) -> str:
            segment_before = template[: parameter.start()].rstrip("/").rpartition("/")[2]
            return self._value(template, segment_before, parameter[1])

        return re.sub(r"\{(\w+)(?::int)?\}", value, template)

    def body(self, method: str, template: str) -> dict[str, Any]:
        """Return what is sent to a route, as arguments of the client's `request`."""
        body = REQUESTS.get((method, template), {})
        return {
            kind: {**values, "registration": self.registration} if "registration" in values else values
            for kind, values in body.items()
        }

    def _value(self, template: str, segment_before: str, name: str) -> str:
        """Return the value of a parameter of a route's path. `segment_before` tells what it is a code of."""
        if name in {"code", "workshop_code", "registration_code"}:
            return self._code(template, segment_before)
        if name == "report_number":
            return slug_of(self._first(IssuedReport.number))
        if name == "file_format":
            return "xlsx" if re.search(r"roster|daftar-hadir", template) else "csv"
        if name == "import_id":
            undone = re.search(r"batalkan|undo|lembar", template)
            status = ImportStatus.COMMITTED if undone else ImportStatus.REVIEW
            return self._first(AttendanceImport.id, col(AttendanceImport.status) == status)
        if name == "list_id" and "banyak" in template:
            return self._first(BatchList.id)
        if name in FIXED:
            return FIXED[name]
        if name in {"secret", "signed", "token"}:
            return self._secret(template, name)
        if name == "user_id":
            return str(self._user("budi").id)
        if name == "organization_id":
            return str(self._user("budi").organization_id)
        value = self._first(COLUMNS[name])
        return slug_of(value) if name == "report_number" else value

    def _secret(self, template: str, name: str) -> str:
        if name == "signed":
            return self.delegation
        if name == "token":
            secret = self.app.state.container.settings.secret
            return sign_unsubscribing(secret, self._user("sari").id, filter_id=1)
        return EMAIL_SECRET if template.startswith("/akun") else self.password_link

    def _code(self, template: str, segment_before: str) -> str:
        match segment_before:
            case "kegiatan" | "daftar" | "workshops":
                return JUALAN
            case "sesi" | "sessions":
                return PAST if re.search(r"unggah|rekonsiliasi|attendance-imports", template) else COMING
            case "batal":
                return self.delegated
            case "wilayah":
                return MANGGAR
            case "kelompok":
                return "umkm"
            case _:
                return self.registration

    def _first(self, column: Any, *conditions: Any) -> str:
        """Return the lowest value of a column, of the rows that fulfil the conditions."""
        with reading(self.city.engine) as db:
            return str(db.exec(select(column).where(*conditions).order_by(column)).first())

    def _user(self, name: str) -> User:
        return next(user for user in self.city.all(User) if user.email == f"{name}@contoh.id")

    def _token(self, user: User, scope: str = "write") -> str:
        """Return a token of the user, as wide as `scope`."""
        with writing(self.city.engine) as db:
            return create_api_token(db, OPERATOR, user, "percobaan", scope=TokenScope(scope))
