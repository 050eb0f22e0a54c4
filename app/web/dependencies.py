"""What routes ask for: a database handle, who asks, in which language.

Handles end after the handler and before the answer leaves. With FastAPI's default scope a `Writer` would be committed
after it, and a failed one would have been answered "done"; a slow visitor would keep a connection.
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
from app.web.accounts.login_cookie import login_secret
from app.web.container import Container, container_of
from app.web.languages import language_of
from app.web.limits import address_of

_limiter = CapacityLimiter(MAX_REQUESTS)


async def _database_limit() -> AsyncIterator[None]:
    """Make requests wait here when `MAX_REQUESTS` others use the database; they hold no thread and no connection yet.

    Without it requests could hold all connections of the pool and wait for a thread, while requests in all threads
    wait for a connection.
    """
    async with _limiter:
        yield


_DatabaseLimit = Annotated[None, Depends(_database_limit, scope="function")]


async def _reader(request: Request, _limit: _DatabaseLimit) -> AsyncIterator[Db]:
    """Nothing is waited for until the handler asks something; who asked nothing has nothing to end either."""
    with reading(container_of(request).engine) as db:
        try:
            yield db
        finally:
            if db.in_transaction():
                await run_in_threadpool(db.close)


def _report_reader(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    with reading(container_of(request).report_engine) as db:
        yield db


@contextmanager
def changing(container: Container) -> Iterator[Db]:
    """A handle for one change, committed when the block ends; then what was queued in it is begun."""
    with writing(container.engine) as db:
        yield db
    if db.info.get(QUEUED):
        container.wake_jobs()


def _writer(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    with changing(container_of(request)) as db:
        yield db


Reader = Annotated[Db, Depends(_reader, scope="function")]
ReportReader = Annotated[Db, Depends(_report_reader, scope="function")]
Writer = Annotated[Db, Depends(_writer, scope="function")]


# Those that wait for nothing are `async`: FastAPI would send the others to a thread each.
async def _vault(request: Request) -> NikVault:
    return container_of(request).vault


Vault = Annotated[NikVault, Depends(_vault)]


def _page_actor(request: Request, look: Reader) -> Actor:
    """Whoever is logged in; nobody is sent to the login page by the handler of `Unauthenticated`."""
    secret = login_secret(request)
    actor = logins.actor_by_login(look, secret) if secret else None
    if actor is None:
        raise Unauthenticated(N_("Please log in."))
    request.state.actor = actor
    return actor


_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def _api_actor(request: Request, look: Reader, bearer: _Bearer) -> Actor:
    actor = logins.actor_by_token(look, bearer.credentials.strip()) if bearer else None
    if actor is None:
        raise Unauthenticated(N_("Send a valid API token as 'Authorization: Bearer TOKEN'."))
    request.state.actor = actor
    return actor


PageActor = Annotated[Actor, Depends(_page_actor)]
ApiActor = Annotated[Actor, Depends(_api_actor)]


def not_guessing(request: Request) -> Iterator[None]:
    """For routes whose address is all that one needs: whoever tries many that aren't there is slowed down."""
    with container_of(request).limits.against_guessing(address_of(request)):
        yield


async def _language(request: Request) -> Language:
    return language_of(request)


async def _translator(request: Request) -> Translator:
    return translator(language_of(request))


Lang = Annotated[Language, Depends(_language)]
Translate = Annotated[Translator, Depends(_translator)]
