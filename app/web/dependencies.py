"""FastAPI dependencies of the routes: a database session, the current actor, language and translator.

Sessions have `scope="function"`: they end after the handler and before the response is sent. With FastAPI's default
scope `WriteDb` would be committed after the response, so that a failed commit would have been answered as done; and a
visitor with a slow connection would keep a database connection busy.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.database import MAX_REQUESTS, Db, reading, writing
from app.errors import Unauthenticated
from app.i18n import N_, Language, Translator, translator
from app.nik_vault import NikVault
from app.permissions import Actor
from app.services.accounts import logins
from app.services.outbox import QUEUED
from app.web.accounts.login_cookie import get_login_secret
from app.web.container import Container, container_of
from app.web.languages import language_of
from app.web.limits import address_of

_limiter = CapacityLimiter(MAX_REQUESTS)


async def _database_limit() -> AsyncIterator[None]:
    """Make a request wait until fewer than `MAX_REQUESTS` others use the database.

    It holds no thread and no connection while it waits. Without this, requests could hold all connections of the pool
    and wait for a thread, while requests in all threads wait for a connection.
    """
    async with _limiter:
        yield


_DatabaseLimit = Annotated[None, Depends(_database_limit, scope="function")]


async def get_read_db(request: Request, _limit: _DatabaseLimit) -> AsyncIterator[Db]:
    """Yield a session on the primary database that is never committed, and close it after the handler.

    It takes a connection only when the handler first uses it.
    """
    with reading(container_of(request).engine) as db:
        try:
            yield db
        finally:
            if db.in_transaction():
                await run_in_threadpool(db.close)


def get_report_db(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    """Yield a session for reports that is never committed: on the replica where one is configured, else the primary."""
    with reading(container_of(request).report_engine) as db:
        yield db


@contextmanager
def changing(container: Container) -> Iterator[Db]:
    """Yield a session that is committed when the block ends, or rolled back if it raises.

    After the commit the worker is woken if the block has queued tasks.
    """
    with writing(container.engine) as db:
        yield db
    if db.info.get(QUEUED):
        container.wake_worker()


def get_db(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    """Yield a session as `changing` does: committed after the handler, or rolled back if the handler raises."""
    with changing(container_of(request)) as db:
        yield db


ReadDb = Annotated[Db, Depends(get_read_db, scope="function")]
ReportDb = Annotated[Db, Depends(get_report_db, scope="function")]
WriteDb = Annotated[Db, Depends(get_db, scope="function")]


# Dependencies that do not block are `async`: FastAPI would run each of the others in a thread.
async def get_vault(request: Request) -> NikVault:
    """Return the vault that encrypts and decrypts NIKs."""
    return container_of(request).vault


Vault = Annotated[NikVault, Depends(get_vault)]


def get_current_actor(request: Request, db: ReadDb) -> Actor:
    """Return the user who is logged in by cookie, and store the actor in `request.state` for templates.

    Raises `Unauthenticated` (401) without a valid login; its handler shows the login page.
    """
    secret = get_login_secret(request)
    actor = logins.find_actor_by_login(db, secret) if secret else None
    if actor is None:
        raise Unauthenticated(N_("Please log in."))
    request.state.actor = actor
    return actor


_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def get_api_actor(request: Request, db: ReadDb, bearer: _Bearer) -> Actor:
    """Return the user whose API token is in the Authorization header, and store the actor in `request.state`.

    Raises `Unauthenticated` (401) without a header, and for a token that is unknown, revoked or expired.
    """
    actor = logins.find_actor_by_token(db, bearer.credentials.strip()) if bearer else None
    if actor is None:
        raise Unauthenticated(N_("Send a valid API token as 'Authorization: Bearer TOKEN'."))
    request.state.actor = actor
    return actor


CurrentActor = Annotated[Actor, Depends(get_current_actor)]
ApiActor = Annotated[Actor, Depends(get_api_actor)]


def limit_guessing(request: Request) -> Iterator[None]:
    """Raise `TooManyRequests` (429) for a network address with 20 `NotFound` errors within a minute, and count them.

    For pages without a login, where knowing the URL of a ticket or link is all that a visitor needs.
    """
    with container_of(request).limits.against_guessing(address_of(request)):
        yield


async def get_language(request: Request) -> Language:
    """Return the language to answer in, "id" or "en", as `language_of` does."""
    return language_of(request)


async def get_translator(request: Request) -> Translator:
    """Return the function that translates a msgid into the language to answer in."""
    return translator(language_of(request))


Lang = Annotated[Language, Depends(get_language)]
Translate = Annotated[Translator, Depends(get_translator)]
