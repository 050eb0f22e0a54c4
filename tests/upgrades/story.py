"""What each backup in this folder holds, and the command that makes the one of a release.

`NNNN.backup` is a backup of a database of the released schema NNNN; `test_upgrades` restores and upgrades them all. For
each release with a new migration:

1. Write its backup: `python -m tests.upgrades.story` (0.2 MB; it refuses to write over an older one).
2. Add its migrations with their SHA-256 to `released.txt`, and its number to `RELEASED` in `tests/project`.

Both are never changed afterwards: they are what the databases of cities hold. The people are made up.
"""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlmodel import col

from app.database import create_engine, writing
from app.i18n import translator
from app.models import AttendanceStatus, Channel, Registration, WorkshopSession
from app.people.person import PersonInput
from app.services.log_sealing import seal_lines
from app.services.operation.backup_files import Backup, write_backup
from app.services.operation.table_rows import read_revision
from app.services.reference_data import set_up_database
from app.services.registrations import registrations
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.registrations.lists import upload_pasted_list
from app.services.registrations.requests import RegistrationRequest
from app.settings import Settings
from tests.city import LAMARU, City, sheet
from tests.evidence_files import attach, photo
from tests.issued_reports import issue
from tests.scenarios import PRIVACY_CONTACT, SECRET
from tests.services.people.duplicates import merge_by_names

FOLDER = Path(__file__).parent

PAST, LATER, COMING = "UMKM-2025-1", "UMKM-2025-2", "UMKM-2099-1"
IN_AUGUST = datetime(2025, 8, 12, 13)  # noqa: DTZ001 (WITA)
IN_2099 = datetime(2099, 5, 5, 9)  # noqa: DTZ001
KNOWN = "Joko Teladan"
LIST = sheet(
    "Nama;Kelurahan;Unsur;NIK;HP;Kehadiran",
    f"{KNOWN};Manggar;umkm;6471014107850001;081200000401;hadir",
    *(
        f"Peserta Contoh {number:02};Manggar;umkm;64710141{number:02}900001;0812000005{number:02};hadir"
        for number in range(1, 9)
    ),
    "Rahmat Misal;Lamaru;umkm;;;tidak hadir",
)
PASTED = "1. Nur Umpama - Manggar\n2. Wati Contoh - Lamaru\n3. Dewi Misal - Lamaru"


def fill(city: City) -> None:
    """Let the users of a city do what they do in the service."""
    _hold_sessions(city)
    _prepare_session(city)
    city.import_sheet(city.session(LATER, IN_AUGUST), LIST)
    with writing(city.engine) as db:
        seal_lines(db, city.vault)


def _hold_sessions(city: City) -> None:
    """Hold a session with marks, two of whose people are one, and issue a report about it with a photo."""
    city.session(PAST)
    city.register(PAST, KNOWN)
    for number in range(6):
        city.register(PAST, f"Warga Contoh {number}", LAMARU, outcome=AttendanceStatus.PRESENT)
    with writing(city.engine) as db:
        for registration in db.scalars(select(Registration).order_by(col(Registration.id)).limit(2)).all():
            mark = MarkInput(AttendanceStatus.EXCUSED, confirmed=True)
            mark_attendance(db, city.actor("budi"), registration, mark)
    merge_by_names(city, "Warga Contoh 1", "Warga Contoh 2")
    attach(city, PAST, photo())
    issue(city)


def _prepare_session(city: City) -> None:
    """Register a list of people and one with an e-mail address, more than there are seats, for a session to come."""
    city.session(COMING, IN_2099, capacity=3)
    actor, person = city.actor("sari"), PersonInput("Siti Umpama", "Manggar", "umkm", email="siti@contoh.id")
    with writing(city.engine) as db:
        session_id = db.scalars(
            select(col(WorkshopSession.id)).where(col(WorkshopSession.code) == COMING)
        ).one()
        request = RegistrationRequest(Channel.ORGANIZER)
        registrations.register_person(db, city.vault, actor, session_id, person, request)
    with writing(city.engine) as db:
        made, _ = upload_pasted_list(db, db, city.vault, actor, COMING, PASTED, None, translator("id"))
    city.commit(made.id)


def write_release_backup(folder: Path = FOLDER) -> Backup:
    """Write the backup of the newest schema into the folder, made by the code of today."""
    with TemporaryDirectory() as scratch:
        settings = Settings(
            database_url=f"sqlite:///{scratch}/jangkau.sqlite3",
            secret_key=SECRET,
            privacy_contact=PRIVACY_CONTACT,
        )
        engine = create_engine(settings)
        set_up_database(engine)
        fill(City(engine, settings))
        with engine.connect() as connection:
            revision = read_revision(connection)
        backup = write_backup(engine, settings.secret, folder / f"{revision}.backup")
        engine.dispose()
    return backup


if __name__ == "__main__":
    write_release_backup()
