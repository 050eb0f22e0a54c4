"""The service without the locks of a registration: the control of the race for places, for nothing else."""

from fastapi import FastAPI
from sqlmodel import SQLModel

from app.database import Db
from app.main import create_app as create_whole_app
from app.services.registrations import registrations


def create_app() -> FastAPI:
    vars(registrations).update(lock_identity_keys=lambda db, keys: None, lock_row=unlocked)
    return create_whole_app()


def unlocked(db: Db, model: type[SQLModel], identity: int) -> SQLModel:
    return db.get_one(model, identity)
