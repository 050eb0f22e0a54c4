"""The service without the locks of a registration: the control of the race for places. For nothing else."""

from fastapi import FastAPI
from sqlmodel import SQLModel

from app.database import Db
from app.main import create_app as create_whole_app
from app.services import registrations


def create_app() -> FastAPI:
    vars(registrations).update(hold_people=lambda db: None, lock_row=unlocked)
    return create_whole_app()


def unlocked(db: Db, model: type[SQLModel], identity: int) -> SQLModel:
    return db.get_one(model, identity)
