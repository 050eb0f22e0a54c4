"""Measures the memory that the dossier of a year takes, made in a process of its own as by the background work.

benchmarks/reports.py runs it. `python -m benchmarks.dossiers URL ID` is that process: it makes a dossier and prints its
peak memory before and after.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlmodel import col

from app.database import create_engine, reading, writing
from app.jobs.dossiers import make_dossier
from app.jobs.lease import Lease
from app.models import (
    Attachment,
    AttachmentKind,
    Dossier,
    EvaluationIndicator,
    Evidence,
    EvidenceFigure,
    Organization,
    OrganizationKind,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.services.evidence.dossiers import queue_dossier
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks.contenders import SECRET

WORKSHOPS = 200
YEAR = 2025
INSTRUMENT = "Smart City"
FILES = {AttachmentKind.PHOTO: (4, 450_000), AttachmentKind.DECREE: (1, 300_000)}
"""How many of each kind a workshop has, and their bytes: a photo as it is after it was shrunk."""
LOOK_EVERY = 0.2
"""Seconds between two looks at the progress."""
HEADINGS = "workshops  files  MB of files  process MB  peak MB  seconds  steps of progress seen"


def measure_dossier(url: str) -> str:
    """Fill a new database with the evidence of a year, have the dossier made, and return a line of figures."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    files = sum(attach_files(engine))
    with writing(engine) as db:
        dossier = queue_dossier(db, OPERATOR, INSTRUMENT, YEAR).id
    started, seen = time.perf_counter(), set[int]()
    command = [sys.executable, "-m", "benchmarks.dossiers", url, str(dossier)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (ours)
        while process.poll() is None:
            time.sleep(LOOK_EVERY)
            with reading(engine) as db:
                seen.add(db.get_one(Dossier, dossier).files_done)
        seconds = time.perf_counter() - started
        before, peak = process.communicate()[0].split()
    with reading(engine) as db:
        made = db.get_one(Dossier, dossier)
    engine.dispose()
    if made.made_at is None:
        raise RuntimeError("the dossier was not made")
    return f"{WORKSHOPS:>9} {files:>6} {made.size / 1e6:>12.0f} {before:>11} {peak:>8} {seconds:>8.1f} {len(seen):>22}"


def attach_files(engine: Engine) -> Iterator[int]:
    """Make workshops of one session each, and attach files that prove an indicator. Yield the number of each."""
    vault, chance = NikVault(SECRET.encode()), random.Random(1)  # noqa: S311 (photos without a picture)
    with writing(engine) as db:
        indicators = list(
            db.scalars(
                select(col(EvaluationIndicator.id)).where(col(EvaluationIndicator.instrument) == INSTRUMENT)
            )
        )
        organization = Organization(name="Panitia Contoh", kind=OrganizationKind.MITRA)
        db.add(organization)
        db.flush()
        db.add_all(
            Evidence(evaluation_indicator_id=indicators[0], year=YEAR, level=1, figure=figure)
            for figure in EvidenceFigure
        )
        organization_id = organization.id
    for number in range(WORKSHOPS):
        with writing(engine) as db:
            workshop = Workshop(
                code=f"W-{number}", title=f"Pelatihan {number}", organization_id=organization_id
            )
            db.add(workshop)
            db.flush()
            starts_at = datetime(YEAR, 1, 1, 1, tzinfo=UTC) + timedelta(days=number)
            session = WorkshopSession(
                code=f"W-{number}-1",
                workshop_id=workshop.id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
            )
            db.add(session)
            db.flush()
            for kind, (count, size) in FILES.items():
                for _number in range(count):
                    content = chance.randbytes(size)
                    is_photo = kind is AttachmentKind.PHOTO
                    attachment = Attachment(
                        workshop_session_id=session.id,
                        kind=kind,
                        name="berkas",
                        media_type="image/jpeg" if is_photo else "application/pdf",
                        size=size,
                        width=1600 if is_photo else None,
                        height=1200 if is_photo else None,
                        sha256=sha256(content).hexdigest(),
                        content_encrypted=vault.encrypt_bytes(content),
                    )
                    db.add(attachment)
                    db.flush()
                    db.add(
                        Evidence(
                            evaluation_indicator_id=indicators[number % len(indicators)],
                            year=YEAR,
                            level=1 + number % 5,
                            attachment_id=attachment.id,
                        )
                    )
        yield sum(count for count, _size in FILES.values())


def main(url: str, dossier: int) -> None:
    settings = Settings(database_url=url, secret_key=SecretStr(SECRET))
    engine = create_engine(settings)
    before = peak_megabytes()
    make_dossier(Lease(engine), NikVault(SECRET.encode()), dossier)
    sys.stdout.write(f"{before:.0f} {peak_megabytes():.0f}")


def peak_megabytes() -> float:
    """Return the peak memory of this process since it began; that of `resource` may be its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
