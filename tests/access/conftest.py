"""The office of these tests, made once for each process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.database import Db, writing
from app.models import (
    Approval,
    ApprovalKind,
    AttendanceImport,
    AttendanceImportRow,
    BatchList,
    BatchListState,
    BoundaryStage,
    Breach,
    BreachScope,
    Dossier,
    DossierStatus,
    EmailChange,
    Evidence,
    EvidenceFigure,
    ExternalIdentity,
    ImportStatus,
    LoginSession,
    Message,
    MessageKind,
    MessageStatus,
    Passkey,
    PhotoPageState,
    ProposedChange,
    Registration,
    RegistrationStatus,
    RosterPhoto,
    RosterPrint,
    RowKind,
    SavedFilter,
    SignaturePicture,
    WhatsAppList,
    WhatsAppRecipient,
)
from app.models.base import now
from app.permissions import OPERATOR
from app.queries.imports.batches.batch_sessions import NewSession
from app.queries.issued_reports.reports import slug_of
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import create_user
from app.services.areas.aliases import add_alias, add_ambiguous_place
from app.services.coverage.denominators import DenominatorInput, add_denominator
from app.services.imports.batches.uploads import upload_batch
from app.services.issued_reports.scans import upload_scan
from app.services.people.memberships import MembershipInput, add_membership
from app.services.personal_data.requests import file_request_at_desk
from app.services.registrations.delegation_links import create_delegation_link
from app.services.workshops.venues import VenueInput, create_venue
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.web import dependencies
from app.web.container import Container
from tests.access.office import EMAIL_SECRET, FURTHER_USERS, IN_REVIEW, LISTED, LOGIN, Office
from tests.access.requests import COMING, PAST
from tests.boundaries import make_boundary_set
from tests.city import LAMARU, MANGGAR, MORNING, City
from tests.evidence_files import attach, photo
from tests.issued_reports import PDF, issue
from tests.scenarios import scenario
from tests.services.people.duplicates import get_pair_id, get_person_id, merge_by_names
from tests.upcoming_sessions import JUALAN, create_upcoming_session


@scenario
def whole_office(city: City) -> None:
    """Made by its users: everything that the address of a route can name."""
    create_upcoming_session(city)
    city.add_session(JUALAN, PAST, WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3)))
    with writing(city.engine) as db:
        for name, values in FURTHER_USERS.items():
            create_user(db, OPERATOR, email=f"{name}@contoh.id", name=name.title(), **values)
        create_venue(db, city.actor("sari"), VenueInput("Balai Contoh", kelurahan=MANGGAR))
        create_delegation_link(db, city.actor("sari"), COMING, LAMARU)
        add_denominator(db, OPERATOR, DenominatorInput(MANGGAR, "rt", 64, date(2026, 1, 1), "Contoh"))
        add_alias(db, OPERATOR, MANGGAR, "manggar lama")
        add_ambiguous_place(db, OPERATOR, "pasar contoh", "Ada dua pasar", [MANGGAR, LAMARU])
        create_api_token(db, OPERATOR, city.users["budi"], "untuk dicabut")
    attach(city, COMING, photo())
    report = issue(city)
    with writing(city.engine) as db:
        upload_scan(db, city.vault, city.actor("made"), slug_of(report.number), "lembar.pdf", PDF)
    city.import_sheet(PAST, LISTED)
    city.upload(PAST, IN_REVIEW)
    add_batch(city)
    city.register(COMING, "Ani Aster", status=RegistrationStatus.WAITLISTED)
    registration = city.all(Registration)[-1]
    with writing(city.engine) as db:
        db.add(
            Message(
                registration_id=registration.id,
                kind=MessageKind.WAITLISTED,
                recipient="ani@contoh.id",
                language="id",
                subject="Tiket",
                body=f"Tiket\n/tiket/{registration.code}",
                status=MessageStatus.FAILED,
            )
        )
        db.add(WhatsAppList(id=1, workshop_session_id=registration.workshop_session_id, text="Sampai jumpa."))
        db.flush()
        db.add(WhatsAppRecipient(whatsapp_list_id=1, registration_id=registration.id))
        db.add(SavedFilter(user_id=city.users["sari"].id, name="Perempuan", parameters={"sex": "P"}))
        for stage in BoundaryStage:
            db.add(make_boundary_set(stage))
        db.add(ExternalIdentity(user_id=city.users["made"].id, issuer="https://masuk.contoh.id", subject="7"))
        add_parts_of_accounts(db, city)
        add_evidence(db)
        add_print(db, registration.workshop_session_id)
        add_pictures(db, city, registration)
        db.add(
            Breach(
                title="Ponsel hilang",
                found_at=now(),
                happened="Ponsel petugas hilang.",
                data_affected="Nama",
                scope=BreachScope.SESSION,
                workshop_session_id=registration.workshop_session_id,
            )
        )
        membership = MembershipInput("umkm", date(2025, 1, 1))
        add_membership(db, city.actor("sari"), get_person_id(city, "Siti Aminah"), membership)
        siti = get_person_id(city, "Siti Aminah")
        db.add(ProposedChange(participant_id=siti, field="sex", value={"sex": "P"}))
        file_request_at_desk(db, city.actor("sari"), siti, "access", identity="ktp")
    merge_by_names(city, "Joko Anggrek", "Joko Angrek")
    get_pair_id(city, "Siti Aminah", "Siti Aminnah")


def add_batch(city: City) -> None:
    """Add an upload of Sari's with a list for which a session is proposed."""
    new = NewSession(title="Kelas Contoh", day=date(2025, 8, 6), starts=time(9), ends=time(12))
    with writing(city.engine) as db:
        batch = upload_batch(db, city.vault, city.actor("sari"), "arsip", [("daftar.csv", LISTED)])
        batch_list = db.exec(select(BatchList).where(BatchList.upload_batch_id == batch.id)).one()
        batch_list.state, batch_list.people, batch_list.new_session = BatchListState.READ, 4, new.to_json()


def add_evidence(db: Db) -> None:
    """Add a figure that proves an indicator, and a dossier that can be downloaded."""
    db.add(Evidence(evaluation_indicator_id=1, year=2026, level=1, figure=EvidenceFigure.COVERAGE))
    later = now() + timedelta(days=1)
    dossier = Dossier(year=2026, instrument="Smart City", status=DossierStatus.READY, expires_at=later)
    dossier.made_at = now()
    db.add(dossier)


def add_print(db: Db, workshop_session_id: int) -> None:
    """Add an attendance list that was printed for a session."""
    layout: dict[str, object] = {"pages": []}
    db.add(
        RosterPrint(
            code="CETAK234", workshop_session_id=workshop_session_id, layout=layout, layout_sha256="", pages=1
        )
    )


def add_pictures(db: Db, city: City, registration: Registration) -> None:
    """Add a photographed page and line to the upload in review, and to one that was saved, of a registration."""
    in_review = db.exec(
        select(AttendanceImport).where(AttendanceImport.status == ImportStatus.REVIEW)
    ).first()
    assert in_review is not None
    saved = AttendanceImport(
        workshop_session_id=registration.workshop_session_id,
        uploaded_file_id=in_review.uploaded_file_id,
        status=ImportStatus.COMMITTED,
        counts=in_review.counts,
        committed_at=now(),
    )
    db.add(saved)
    db.flush()
    row = AttendanceImportRow(
        attendance_import_id=saved.id,
        number=2,
        kind=RowKind.UPDATE,
        cells={},
        result={},
        participant_id=registration.participant_id,
    )
    db.add(row)
    picture = city.vault.encrypt_bytes(b"a line")
    for attendance_import in (in_review, saved):
        page = RosterPhoto(
            attendance_import_id=attendance_import.id,
            position=0,
            name="foto.jpg",
            state=PhotoPageState.UNREADABLE,
            picture_encrypted=picture,
        )
        db.add(page)
        db.flush()
        line = SignaturePicture(
            attendance_import_id=attendance_import.id,
            number=2,
            roster_photo_id=page.id,
            mark="signed",
            ink=0.2,
            picture_encrypted=picture,
        )
        db.add(line)


def add_parts_of_accounts(db: Db, city: City) -> None:
    """Add a login, a passkey and a new e-mail address of Budi, and what Made asks a second administrator to approve."""
    budi, later = city.users["budi"].id, now() + timedelta(days=1)
    db.add(LoginSession(key=LOGIN, user_id=budi, expires_at=later, browser="percobaan"))
    db.add(Passkey(user_id=budi, credential_id="kunci", public_key=b"kunci", name="Ponsel"))
    db.add(EmailChange(user_id=budi, email="baru@contoh.id", key=hash_secret(EMAIL_SECRET), expires_at=later))
    db.add(
        Approval(
            kind=ApprovalKind.ROLE,
            user_id=city.users["sari"].id,
            requested_by=city.users["made"].id,
            details={"role": "admin"},
            expires_at=later,
        )
    )


@pytest.fixture
def database_kind() -> str:
    """Run these tests on SQLite only: who may do what does not depend on the database."""
    return "sqlite"


@pytest.fixture
def office(whole_office: City, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office, in which nothing that a request writes is kept: every cell begins with the same data."""
    office = Office.open(whole_office, app)
    monkeypatch.setattr(dependencies, "changing", _rolled_back)
    return office


@contextmanager
def _rolled_back(container: Container, *, long_statements: bool = False) -> Iterator[Db]:
    """Yield a session as `changing` does. It is flushed after the handler, and rolled back."""
    options = {"writes": True, "long_statements": long_statements}
    with Db(container.engine.execution_options(**options), expire_on_commit=False) as db:
        yield db
        db.flush()
