"""A made-up online session: the people registered for it, and the report of its participants as Zoom writes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, update

from app.database import writing
from app.models import Participant
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from tests.city import LAMARU, MANGGAR, MORNING, SEPINGGAN, City

CODE = "DARING-1"
PLACES = {MANGGAR: "Manggar", LAMARU: "Lamaru", SEPINGGAN: "Sepinggan"}

_FIRST = ("Anggun", "Bahrul", "Citra", "Darwin", "Elok", "Fahri", "Gunawan", "Hesti", "Iqbal", "Jumiati")
_LAST = ("Melati", "Kenanga", "Cempaka", "Anggrek", "Bakung")
NAMES = tuple(f"{first} {last}" for last in _LAST for first in _FIRST)
"""The fifty people who are registered."""

LEFT_EARLY = NAMES[:5]
JOINED_TWICE = NAMES[5:11]
"""Each for less than half of the session, and for more than half together."""
BY_EMAIL = NAMES[:40]
BY_NAME_AND_PLACE = NAMES[40:43]
BY_NAME = NAMES[43:45]
OF_A_DEVICE, MISSPELT, OF_A_FAMILY = NAMES[45:48]
NEVER_JOINED = NAMES[48:]
WALK_INS = ("Purwanti Delima", "Ridwan Nangka")


@dataclass(frozen=True)
class _Stay:
    """From when to when somebody was in the meeting, in minutes after nine o'clock."""

    name: str
    email: str = ""
    joined: int = -5
    left: int = 178


def email_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@contoh.id"


def register_for_meeting(city: City) -> str:
    """Create an online session of 180 minutes for which the fifty people are registered, and return its code."""
    data = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), mode="daring")
    code = city.add_session(city.workshop("DARING", "umkm", "umum"), CODE, data)
    kelurahan = tuple(PLACES)
    for number, name in enumerate(NAMES):
        person = city.register(code, name, kelurahan[number % len(kelurahan)])
        with writing(city.engine) as db:
            db.exec(update(Participant).where(col(Participant.id) == person.id).values(email=email_of(name)))
    return code


def place_of(name: str) -> str:
    """Return the name of the kelurahan in which one of the fifty lives."""
    return tuple(PLACES.values())[NAMES.index(name) % len(PLACES)]


def zoom_report() -> bytes:
    """Return Zoom's report of the session: sixty rows."""
    stays = [
        _Stay("Diskominfo Contoh", "rapat@contoh.id", joined=-30),
        _Stay("Otter.ai Notetaker"),
        *(
            _Stay(name, email_of(name), left=40 if name in JOINED_TWICE else 30 + 10 * at if at < 5 else 178)
            for at, name in enumerate(BY_EMAIL)
        ),
        *(_Stay(name, email_of(name), joined=60, left=175) for name in JOINED_TWICE),
        *(_Stay(f"{name}_{place_of(name)}") for name in BY_NAME_AND_PLACE),
        *(_Stay(f"{name} (Guest)") for name in BY_NAME),
        _Stay(f"iPhone {OF_A_DEVICE.split()[0]}"),
        _Stay(MISSPELT.replace("Bakung", "Bakunk"), left=95),
        _Stay("Sutrisno Wijaya", email_of(OF_A_FAMILY)),
        *map(_Stay, WALK_INS),
        _Stay("UMKM - Tuti Salak_Manggar"),
        _Stay("Galaxy A12", joined=100, left=110),
    ]
    lines = [
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,",
        f"987 6543 2100,Literasi Daring,{_moment(-30)},{_moment(180)},rapat@contoh.id,210,{len(stays)},",
        "",
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room",
    ]
    lines += [
        f"{stay.name},{stay.email},{_moment(stay.joined)},{_moment(stay.left)},{stay.left - stay.joined},Yes,No"
        for stay in stays
    ]
    return "\n".join(lines).encode()


def _moment(minutes: int) -> str:
    at: datetime = MORNING + timedelta(minutes=minutes)
    return at.strftime("%m/%d/%Y %I:%M:%S %p")
