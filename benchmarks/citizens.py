"""Public workshops, and the requests of people who look at them and register: nobody twice, all of them made up."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

from pydantic import SecretStr

from app.database import create_engine, writing
from app.models.base import now
from app.permissions import OPERATOR
from app.services.reference_data import DATA_FOLDER, set_up_database
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    create_workshop_session,
    to_local_time,
)
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings
from benchmarks.contenders import SECRET
from benchmarks.sheets import FIRST, LAST, word

CONTACT = "privasi@contoh.id"
GROUPS = ("umkm", "rt", "tokoh", "komunitas", "umum")
# What a browser sends besides; a proxy in front of the service names the visitor's address.
HEADERS = (
    "Host: 127.0.0.1",
    "User-Agent: Mozilla/5.0 (Linux; Android 14; Mobile)",
    "Accept: text/html,application/xhtml+xml",
    "Accept-Language: id-ID,id;q=0.9",
    "Accept-Encoding: gzip, deflate, br",
    "Sec-Fetch-Site: same-origin",
)


def make_workshops(url: str, workshops: int, places: int, places_per_kelurahan: int | None = None) -> None:
    """An up-to-date database with so many public workshops, each with one session in a month."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    starts_at = to_local_time(now() + timedelta(days=30))
    assert starts_at  # noqa: S101
    session = WorkshopSessionInput(
        starts_at,
        starts_at + timedelta(hours=3),
        venue="Balai Warga Percobaan",
        capacity=places,
        places_per_kelurahan=places_per_kelurahan,
    )
    with writing(engine) as db:
        for number in range(1, workshops + 1):
            code = workshop_code(number)
            workshop = WorkshopInput(
                f"Pengukuran {number}",
                GROUPS,
                "Untuk mengukur saja.",
                pillar="cakap",
                public=True,
                contact_phone="0812 0000 0411",
            )
            create_workshop(db, OPERATOR, code, workshop, privacy_contact=CONTACT)
            create_workshop_session(db, OPERATOR, code, session_code(number), session)
    engine.dispose()


def workshop_code(number: int) -> str:
    return f"UKUR-{number}"


def session_code(number: int) -> str:
    return f"UKUR-{number}-1"


def visits(workshop: int = 1) -> Iterator[bytes]:
    """The same page, visited without end."""
    request = http_request(f"GET /daftar/{workshop_code(workshop)}")
    while True:
        yield request


def registrations(workshops: int) -> Iterator[bytes]:
    """One person after the other, without end: to the workshops in turn, each from an address of their own."""
    with (DATA_FOLDER / "kelurahan.csv").open(encoding="utf-8", newline="") as source:
        kelurahan = [line["code"] for line in csv.DictReader(source)]
    for number in count(1):
        workshop = number % workshops + 1
        form = {
            "request_key": f"kunci-{number:016}",
            "name": f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {word(number)}",
            "kelurahan": kelurahan[number * 7 % len(kelurahan)],
            "outside_place": "",
            "target_group": GROUPS[number * 3 % len(GROUPS)],
            "phone": f"0812{10_000_000 + number}",
            "email": "",
            "website": "",
            "consent": "true",
        }
        yield http_request(
            f"POST /daftar/{workshop_code(workshop)}?sesi={session_code(workshop)}",
            "Content-Type: application/x-www-form-urlencoded",
            f"X-Forwarded-For: 10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            body=urlencode(form),
        )


def http_request(address: str, *headers: str, body: str = "") -> bytes:
    length = f"Content-Length: {len(body)}"
    return "\r\n".join((f"{address} HTTP/1.1", *HEADERS, *headers, length, "", body)).encode()
