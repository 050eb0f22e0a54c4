"""The service without what makes those who register wait for each other: the control of the race for places.

Neither locks are taken nor turns, so that many register at a time in each process. For nothing else.
"""

from fastapi import FastAPI

from app.database import Db
from app.models import WorkshopSession
from app.queries.workshops.public_workshops import SESSION_OF_PAGE
from app.services.registrations import recognition, registrations
from app.web import turns

THREADS = 40  # as many as Starlette has

few_at_once = turns.few_at_once


def create_app() -> FastAPI:
    vars(turns).update(few_at_once=lambda most, **others: few_at_once(THREADS))
    vars(registrations).update(share_people=lambda db, key: None, lock_session_of_page=unlocked)
    vars(recognition).update(lock_identity_keys=lambda db, keys: None)
    # Routes take their turns where they are written: imported no sooner.
    from app.main import create_app as create_whole_app

    return create_whole_app()


def unlocked(db: Db, workshop_code: str, session_code: str) -> WorkshopSession:
    return db.scalars(SESSION_OF_PAGE, {"workshop": workshop_code, "session": session_code}).one()
