"""What a filled database has besides people and their attendance: users, sessions to come, uploads, messages, the log.

Three sessions have 10,000 people each, as a city's largest events have: one that runs now and has its people
registered, one that was yesterday and whose sheet was imported, and one whose sheet waits for its review.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count, islice
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import col

from app.database import Db, reading, writing
from app.log_chain import digest_values, new_salt
from app.models import (
    Activity,
    Area,
    AreaLevel,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Basis,
    BlankMeans,
    Channel,
    CoverageTarget,
    DataRequest,
    DataRequestChannel,
    DataRequestKind,
    DataRequestStatus,
    GroupMembership,
    IdentityCheck,
    ImportPurpose,
    ImportStatus,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    Organization,
    OrganizationKind,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    ProposedChange,
    Registration,
    RegistrationStatus,
    Role,
    RowKind,
    SessionStaff,
    TargetGroup,
    UploadedFile,
    Venue,
    WhatsAppList,
    WhatsAppRecipient,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.queries.privacy.notices import get_current_notice
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import create_user
from app.services.bulk import insert_rows
from app.services.imports.commit import CommitChoices, commit_import
from app.services.imports.upload import upload_sheet
from app.services.log_sealing import seal_lines
from app.services.registrations.codes import generate_unused_registration_codes
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    create_workshop_session,
    to_local_time,
)
from app.services.workshops.workshops import WorkshopInput, create_workshop
from benchmarks.fill import FIRST_DAY, Facts, Visit, person_row, set_sequences
from benchmarks.sheets import sheet_file

EMAIL, PASSWORD = "ukur@contoh.id", "untuk pengukuran saja"
LARGE = "BESAR"
CROWD = 10_000
GROUPS = ("umkm", "rt", "tokoh", "komunitas", "umum")
ORGANIZATIONS, STAFF, VENUES = 12, 60, 300
COMING_WORKSHOPS, COMING_SESSIONS, COMING_PEOPLE = 20, 60, 30
IMPORTS = 400
PAIRS, PROPOSALS, MERGES, REQUESTS, MEMBERSHIPS = 5_000, 3_000, 500, 300, 6_000
MESSAGES, LINES = 200_000, 100_000
YEARS = (2024, 2025, 2026)
Row = dict[str, Any]


def fill_office(engine: Engine, vault: NikVault, visits: list[Visit]) -> None:
    """Fill the rest of the office around the people of `fill.fill`. A small history gets as much less of everything."""
    share = min(1.0, len(visits) / 1_300_000)

    def size(full: int) -> int:
        return max(1, round(full * share))

    with writing(engine) as db:
        organizations = add_staff(db, visits[-1].session)
        add_places(db)
        add_sessions_to_come(db)
        add_crowd(db, vault, size(CROWD))
        add_uploads(db, vault, visits, size(IMPORTS))
        add_questions(db, visits, size)
        insert_rows(db, Message, messages(visits, size(MESSAGES)))
        insert_rows(db, Activity, lines(visits, size(LINES)))
        share_workshops(db, organizations)
    import_lists(engine, vault, size(CROWD))
    seal(engine, vault)


def add_staff(db: Db, sessions: int) -> list[int]:
    """Add the user who measures, an administrator, and others in several organizations. Return the organizations."""
    names = [f"Komunitas Contoh {number}" for number in range(1, ORGANIZATIONS)]
    for name in names:
        db.add(Organization(name=name, kind=OrganizationKind.MITRA, phone="+6281200000900"))
    db.flush()
    create_user(
        db,
        OPERATOR,
        email=EMAIL,
        name="Pengukur",
        role=Role.ADMIN,
        organization=DINAS_KOMINFO,
        may_see_niks=True,
        password=PASSWORD,
    )
    roles = (Role.ORGANIZER, Role.STAFF, Role.STAFF, Role.VIEWER)
    for number in range(STAFF):
        user = create_user(
            db,
            OPERATOR,
            email=f"petugas{number}@contoh.id",
            name=f"Petugas {number}",
            role=roles[number % len(roles)],
            organization=names[number % len(names)],
            password=PASSWORD if number < len(roles) else None,
        )
        if user.role == Role.STAFF:
            db.add_all(
                SessionStaff(workshop_session_id=1 + (number + step) % sessions, user_id=user.id)
                for step in range(3)
            )
    db.flush()
    return list(db.scalars(select(col(Organization.id)).order_by(col(Organization.id))))


def share_workshops(db: Db, organizations: list[int]) -> None:
    """Give each organization its part of the workshops."""
    for workshop in db.scalars(select(Workshop).where(col(Workshop.code).startswith("UKUR-"))):
        workshop.organization_id = organizations[workshop.id % len(organizations)]
    db.flush()


def add_places(db: Db) -> None:
    """Add venues, and targets of each year for each kelurahan and group."""
    kelurahan = list(db.scalars(select(col(Area.code)).where(col(Area.level) == AreaLevel.KELURAHAN)))
    groups = list(db.scalars(select(col(TargetGroup.code))))
    insert_rows(
        db,
        Venue,
        (
            {
                "name": f"Balai Warga Contoh {number}",
                "kind": "aula",
                "kelurahan_code": kelurahan[number % len(kelurahan)],
            }
            for number in range(1, VENUES + 1)
        ),
    )
    insert_rows(
        db,
        CoverageTarget,
        (
            {"year": year, "kelurahan_code": code, "target_group_code": group, "target": 400}
            for year in YEARS
            for code in kelurahan
            for group in groups
        ),
    )


def add_sessions_to_come(db: Db) -> None:
    """Add public workshops whose sessions are in the next weeks."""
    for number in range(1, COMING_WORKSHOPS + 1):
        data = WorkshopInput(
            f"Kelas Contoh {number}",
            GROUPS,
            "Untuk mengukur saja.",
            pillar="cakap",
            public=True,
            contact_phone="0812 0000 0411",
        )
        create_workshop(db, OPERATOR, f"KELAS-{number}", data, privacy_contact="privasi@contoh.id")
    for number in range(1, COMING_SESSIONS + 1):
        starts = to_local_time(now() + timedelta(days=number))
        assert starts  # noqa: S101
        workshop = f"KELAS-{1 + number % COMING_WORKSHOPS}"
        times = WorkshopSessionInput(starts, starts + timedelta(hours=3), capacity=100)
        create_workshop_session(db, OPERATOR, workshop, f"{workshop}-{number}", times)
    _register(db, select(col(WorkshopSession.id)).where(col(WorkshopSession.code).startswith("KELAS-")))


def _register(db: Db, sessions: Any) -> None:
    """Register some people for each session, by its public page."""
    notice = get_current_notice(db).version
    session_ids = list(db.scalars(sessions.order_by(col(WorkshopSession.id))))
    people = db.execute(
        select(col(Participant.id), col(Participant.kelurahan_code)).limit(len(session_ids) * COMING_PEOPLE)
    ).all()
    codes = generate_unused_registration_codes(db, len(people))
    number_of = count((db.scalar(select(func.max(col(Registration.id)))) or 0) + 1)
    insert_rows(
        db,
        Registration,
        (
            {
                "id": next(number_of),
                "code": code,
                "participant_id": person.id,
                "workshop_session_id": session_ids[index % len(session_ids)],
                "status": RegistrationStatus.CONFIRMED,
                "kelurahan_code": person.kelurahan_code,
                "target_group_code": "umum",
                "basis": Basis.CONSENT,
                "created_at": now(),
                "channel": Channel.SELF,
                "contact_phone": "+6281200000999",
                "consent_notice": notice,
                "consented_at": now(),
            }
            for index, (person, code) in enumerate(zip(people, codes, strict=True))
        ),
    )
    set_sequences(db)


def add_crowd(db: Db, vault: NikVault, people: int) -> None:
    """Add the workshop with the three large sessions, and register the people of the first; half of them are there."""
    data = WorkshopInput(
        "Apel Literasi Contoh",
        GROUPS,
        "Untuk mengukur saja.",
        pillar="aman",
        public=True,
        contact_phone="0812 0000 0411",
    )
    create_workshop(db, OPERATOR, LARGE, data, privacy_contact="privasi@contoh.id")
    local = to_local_time(now())
    assert local  # noqa: S101
    for number, starts in enumerate(
        (local - timedelta(hours=1), local - timedelta(days=1), local - timedelta(days=2)), start=1
    ):
        times = WorkshopSessionInput(
            starts, starts + timedelta(hours=12 if number == 1 else 3), venue="Balai Warga Contoh 1"
        )
        create_workshop_session(db, OPERATOR, LARGE, f"{LARGE}-{number}", times)
    session_id = db.scalars(
        select(col(WorkshopSession.id)).where(col(WorkshopSession.code) == f"{LARGE}-1")
    ).one()
    kelurahan = list(db.scalars(select(col(Area.code)).where(col(Area.level) == AreaLevel.KELURAHAN)))
    first_person = (db.scalar(select(func.max(col(Participant.id)))) or 0) + 1
    first_registration = (db.scalar(select(func.max(col(Registration.id)))) or 0) + 1
    facts = [Facts(kelurahan[number % len(kelurahan)], GROUPS[number % 5], None) for number in range(people)]
    insert_rows(
        db,
        Participant,
        (person_row(first_person + number, fact, vault) for number, fact in enumerate(facts)),
    )
    codes = generate_unused_registration_codes(db, people)
    insert_rows(
        db,
        Registration,
        (
            {
                "id": first_registration + number,
                "code": code,
                "participant_id": first_person + number,
                "workshop_session_id": session_id,
                "status": RegistrationStatus.CONFIRMED,
                "kelurahan_code": fact.kelurahan,
                "target_group_code": fact.group,
                "basis": Basis.PUBLIC_TASK,
                "created_at": now(),
                "channel": Channel.ORGANIZER,
                "contact_phone": f"+62814{10_000_000 + number}" if number % 2 else None,
            }
            for number, (fact, code) in enumerate(zip(facts, codes, strict=True))
        ),
    )
    insert_rows(
        db,
        Attendance,
        (
            {
                "registration_id": first_registration + number,
                "status": AttendanceStatus.PRESENT,
                "recorded_at": now(),
            }
            for number in range(0, people, 2)
        ),
    )
    whatsapp = WhatsAppList(workshop_session_id=session_id, text="Sampai jumpa.")
    db.add(whatsapp)
    db.flush()
    insert_rows(
        db,
        WhatsAppRecipient,
        (
            {"whatsapp_list_id": whatsapp.id, "registration_id": first_registration + number}
            for number in range(1, people, 2)
        ),
    )
    set_sequences(db)


def add_uploads(db: Db, vault: NikVault, visits: list[Visit], imports: int) -> None:
    """Add a committed upload for each of the last sessions, with a row for each of its people."""
    last = visits[-1].session
    sessions = list(range(max(1, last - imports + 1), last + 1))
    content = vault.encrypt_bytes(b"x" * 20_000)
    insert_rows(
        db,
        UploadedFile,
        (
            {
                "id": number,
                "name": f"daftar-hadir-{number}.xlsx",
                "sha256": f"{number:064x}",
                "size": 20_000,
                "content": content,
            }
            for number, _ in enumerate(sessions, start=1)
        ),
    )
    numbers = {session: number for number, session in enumerate(sessions, start=1)}
    listed: dict[int, list[Visit]] = {number: [] for number in numbers.values()}
    for visit in visits:
        if visit.session in numbers:
            listed[numbers[visit.session]].append(visit)
    insert_rows(
        db,
        AttendanceImport,
        (
            {
                "id": number,
                "workshop_session_id": session,
                "uploaded_file_id": number,
                "status": ImportStatus.COMMITTED,
                "file_format": "xlsx",
                "sheet": "Daftar Hadir",
                "sheets": ["Daftar Hadir"],
                "header_row": 1,
                "columns": [{"index": 1, "header": "Nama", "field": "name"}],
                "preview": "",
                "reading": {},
                "choices": {},
                "blank_means": BlankMeans.ABSENT,
                "warnings": [],
                "counts": {kind.value: 0 for kind in RowKind}
                | {"rows": len(listed[number]), RowKind.CREATE.value: len(listed[number])},
                "others": [],
                "judged_at": 0,
                "basis": Basis.PUBLIC_TASK,
                "purpose": ImportPurpose.ATTENDANCE,
                "uploaded_at": FIRST_DAY,
                "committed_at": FIRST_DAY,
            }
            for session, number in numbers.items()
        ),
    )
    insert_rows(db, AttendanceImportRow, _import_rows(listed))
    set_sequences(db, UploadedFile, AttendanceImport)


def _import_rows(listed: dict[int, list[Visit]]) -> Iterator[Row]:
    for import_id, visits in listed.items():
        for row, visit in enumerate(visits, start=2):
            yield {
                "attendance_import_id": import_id,
                "number": row,
                "kind": RowKind.CREATE,
                "cells": {"name": f"Orang {visit.person}", "attendance": "hadir"},
                "corrected": [],
                "result": {"name": f"Orang {visit.person}", "kelurahan": visit.facts.kelurahan},
                "messages": [],
                "participant_id": visit.person,
            }


def add_questions(db: Db, visits: list[Visit], size: Any) -> None:
    """Add what waits for staff: possible duplicates, proposed changes, requests; also merges and memberships."""
    people = max(visit.person for visit in visits)
    insert_rows(
        db,
        PossibleDuplicate,
        (
            {
                "participant_id": number,
                "other_id": number + 1,
                "likeness": 90,
                "state": "open",
                "found_at": now(),
            }
            for number in range(1, min(people, 1 + size(PAIRS)))
        ),
    )
    insert_rows(
        db,
        ProposedChange,
        (
            {
                "participant_id": 1 + number * 7 % people,
                "field": "address",
                "value": {"address": f"Jalan Contoh {number}"},
                "proposed_at": now(),
                "state": "open",
            }
            for number in range(size(PROPOSALS))
        ),
    )
    insert_rows(
        db,
        PeopleMerge,
        (
            {
                "kept_id": 1 + number,
                "absorbed_id": people + 10_000_000 + number,
                "kept_name": f"Orang {number}",
                "absorbed_name": f"Orang {number} B",
                "before": {},
                "after": {},
                "merged_at": now(),
            }
            for number in range(min(people, size(MERGES)))
        ),
    )
    insert_rows(
        db,
        DataRequest,
        (
            {
                "participant_id": 1 + number,
                "kind": DataRequestKind.COPY,
                "channel": DataRequestChannel.DESK,
                "identity": IdentityCheck.KTP,
                "note": "",
                "received_at": now(),
                "due_at": now() + timedelta(days=3),
                "status": DataRequestStatus.OPEN,
                "outcome": "",
            }
            for number in range(min(people, size(REQUESTS)))
        ),
    )
    insert_rows(
        db,
        GroupMembership,
        (
            {
                "participant_id": 1 + number,
                "target_group_code": "rt",
                "position": "Ketua",
                "valid_from": FIRST_DAY.date(),
            }
            for number in range(min(people, size(MEMBERSHIPS)))
        ),
    )


def messages(visits: Iterable[Visit], most: int) -> Iterator[Row]:
    """Yield a mail for each registration, until there are so many."""
    for number, visit in enumerate(islice(visits, most), start=1):
        yield {
            "registration_id": number,
            "kind": MessageKind.CONFIRMED,
            "channel": MessageChannel.EMAIL,
            "occasion": f"confirmed:{number}",
            "recipient": f"orang{visit.person}@contoh.id",
            "language": "id",
            "subject": "Anda terdaftar",
            "body": f"Sampai jumpa di sesi ini.\n/tiket/{number:08}",
            "status": MessageStatus.FAILED if number % 1_000 == 0 else MessageStatus.SENT,
            "attempts": 1,
            "created_at": FIRST_DAY + timedelta(minutes=number),
        }


def lines(visits: Iterable[Visit], most: int) -> Iterator[Row]:
    """Yield a line of the activity log for each registration, until there are so many."""
    for number, visit in enumerate(islice(visits, most), start=1):
        salt, after = new_salt(), {"status": visit.status.value, "kelurahan_code": visit.facts.kelurahan}
        yield {
            "at": FIRST_DAY + timedelta(minutes=number),
            "actor": "Petugas 1",
            "action": "register",
            "subject": "registration",
            "subject_id": f"{number:08}",
            "values_digest": digest_values(salt, None, after),
            "after": after,
            "salt": salt,
        }


def import_lists(engine: Engine, vault: NikVault, people: int) -> None:
    """Upload the same sheet for two large sessions, as staff do, and commit the first."""
    content = sheet_file(people).read_bytes()
    for session in (f"{LARGE}-2", f"{LARGE}-3"):
        with reading(engine) as read_db, writing(engine) as db:
            uploaded = upload_sheet(read_db, db, vault, OPERATOR, session, "apel.xlsx", content, at_once=True)
        if session == f"{LARGE}-2":
            with writing(engine) as db:
                commit_import(db, vault, OPERATOR, uploaded.id, CommitChoices(only_valid=True))


def seal(engine: Engine, vault: NikVault) -> None:
    """Add all lines of the log to its chain, which the background work would do in the first minutes."""
    at, sealed = now(), 1
    while sealed:
        with writing(engine) as db:
            sealed = seal_lines(db, vault, sealed_at=at)
