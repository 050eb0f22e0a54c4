"""FastAPI dependencies of the routes: a database session, the current actor, language and translator.

Sessions have `scope="function"`: they end after the handler and before the response is sent. With FastAPI's default
scope `WriteDb` would be committed after the response, so that a failed commit would have been answered as done; and a
visitor with a slow connection would keep a database connection busy.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from sqlalchemy.exc import SQLAlchemyError

from app.database import Db, reading, use_one_connection, writing
from app.errors import Forbidden, NotFound, SecondFactorNeeded, Unauthenticated, Unavailable
from app.i18n import N_, Language, Translator, translator
from app.models import ApiToken, LoginSession, TokenScope
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.accounts.approvals import count_approvals
from app.queries.people.proposals import count_proposals
from app.queries.personal_data.requests import count_open_requests
from app.request_context import current_request
from app.services.accounts import logins
from app.services.accounts.second_factors import has_second_factor
from app.services.outbox import QUEUED
from app.web.accounts.login_cookie import get_login_secret
from app.web.accounts.second_factor import is_second_factor_required
from app.web.container import Container, container_of
from app.web.database_limit import database_turn, run_in_turn
from app.web.languages import language_of
from app.web.limits import address_of

log = logging.getLogger(__name__)


async def _database_limit() -> AsyncIterator[None]:
    """Make a request wait for its turn at the database (`database_turn`), and then have one connection at a time."""
    async with database_turn():
        use_one_connection()
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
    """Yield a session for reports that is never committed: on the replica where one is fit, else the primary."""
    with container_of(request).report_database.reading() as db:
        yield db


def get_long_read_db(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    """Yield a session as `get_read_db` does, for statements that may take long."""
    with reading(container_of(request).engine, long_statements=True) as db:
        yield db


@contextmanager
def changing(container: Container, *, long_statements: bool = False) -> Iterator[Db]:
    """Yield a session that is committed when the block ends, or rolled back if it raises.

    After the commit the worker is woken if the block has queued tasks.
    """
    with writing(container.engine, long_statements=long_statements) as db:
        yield db
    if context := current_request.get():
        context.has_committed = True
    if db.info.get(QUEUED):
        container.wake_worker()


def get_db(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    """Yield a session as `changing` does: committed after the handler, or rolled back if the handler raises."""
    with changing(container_of(request)) as db:
        yield db


def get_long_db(request: Request, _limit: _DatabaseLimit) -> Iterator[Db]:
    """Yield a session as `get_db` does, for statements that may take long."""
    with changing(container_of(request), long_statements=True) as db:
        yield db


ReadDb = Annotated[Db, Depends(get_read_db, scope="function")]
ReportDb = Annotated[Db, Depends(get_report_db, scope="function")]
WriteDb = Annotated[Db, Depends(get_db, scope="function")]

# For statements over so many rows that on PostgreSQL a request may rightly wait for one of them longer than
# `database.STATEMENT_SECONDS`: the undoing of a large import, figures of years, counts of what all tables keep.
LongReadDb = Annotated[Db, Depends(get_long_read_db, scope="function")]
LongWriteDb = Annotated[Db, Depends(get_long_db, scope="function")]


# Dependencies that do not block are `async`: FastAPI would run each of the others in a thread.
async def get_vault(request: Request) -> NikVault:
    """Return the vault that encrypts and decrypts NIKs."""
    return container_of(request).vault


Vault = Annotated[NikVault, Depends(get_vault)]


def get_logged_in_actor(request: Request, db: ReadDb, background: BackgroundTasks) -> Actor:
    """Return the user who is logged in by cookie, and store the actor in `request.state` for templates.

    The navigation of each page has the number of requests, proposed changes and approvals that wait for the actor.

    Raises `Unauthenticated` (401) without a valid login; its handler shows the login page.
    """
    secret, container = get_login_secret(request), container_of(request)
    found = logins.find_login(db, secret, container.settings.idle_limit) if secret else None
    if found is None:
        raise Unauthenticated(N_("Please log in."))
    login, actor = found
    _record_use_later(container, background, login)
    request.state.actor = actor
    request.state.waiting = {
        "/permintaan-data": count_open_requests(db, actor),
        "/usulan": count_proposals(db, actor),
        "/administrasi/persetujuan": count_approvals(db, actor),
    }
    return actor


LoggedInActor = Annotated[Actor, Depends(get_logged_in_actor)]


def get_optional_actor(request: Request, db: ReadDb, background: BackgroundTasks) -> Actor | None:
    """Return the user who is logged in by cookie, as `get_logged_in_actor` does, or None without a valid login.

    For pages that everybody may open, and that show more to users.
    """
    try:
        return get_logged_in_actor(request, db, background)
    except Unauthenticated:
        return None


OptionalActor = Annotated[Actor | None, Depends(get_optional_actor)]


def get_current_actor(request: Request, db: ReadDb, actor: LoggedInActor) -> Actor:
    """Return the user who is logged in by cookie, as `get_logged_in_actor` does.

    Raises `SecondFactorNeeded` (403) if they still have to set up the second step of their login; its handler leads
    them there.
    """
    is_required = is_second_factor_required(request, actor) and actor.user_id is not None
    if is_required and not has_second_factor(db, actor.user_id):
        raise SecondFactorNeeded(N_("Set up the second step of your login first."))
    return actor


def get_visitor(request: Request, db: ReadDb, actor: OptionalActor) -> Actor | None:
    """Return the user who is logged in by cookie, as `get_current_actor` does, or None without a valid login."""
    return get_current_actor(request, db, actor) if actor else None


def _record_use_later(
    container: Container, background: BackgroundTasks, used: LoginSession | ApiToken
) -> None:
    """Store the use of a login or token, once a minute, after the answer: nobody waits for that to be written."""
    if logins.was_used_lately(used):
        return

    def record() -> None:
        with writing(container.engine) as db:
            logins.record_use(db, used)

    async def record_in_turn() -> None:
        try:
            await run_in_turn(record)
        except (SQLAlchemyError, Unavailable):  # The next request stores it.
            log.warning("the use of a login could not be stored", exc_info=True)

    background.add_task(record_in_turn)


_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]

SCOPES = tuple(TokenScope)
NARROW_TOKEN = N_("This token may not do this: it needs the scope %(scope)s.")


def get_api_actor(
    request: Request, db: ReadDb, bearer: _Bearer, needed: SecurityScopes, background: BackgroundTasks
) -> Actor:
    """Return the user whose API token is in the Authorization header, and store the actor in `request.state`.

    Raises `Unauthenticated` (401) without a header, and for a token that is unknown, revoked or expired; `Forbidden`
    (403, code "insufficient-scope") for a token without the scope that the route names.
    """
    found = logins.find_token(db, bearer.credentials.strip()) if bearer else None
    if found is None:
        raise Unauthenticated(N_("Send a valid API token as 'Authorization: Bearer TOKEN'."))
    token, actor = found
    request.state.actor = actor
    (scope,) = needed.scopes
    if SCOPES.index(token.scope) < SCOPES.index(TokenScope(scope)):
        problem = Forbidden(NARROW_TOKEN, code="insufficient-scope", scope=scope)
        problem.details["scope"] = scope
        raise problem
    _record_use_later(container_of(request), background, token)
    return actor


CurrentActor = Annotated[Actor, Depends(get_current_actor)]
Visitor = Annotated[Actor | None, Depends(get_visitor)]

# The actor of an API route, by the scope that a token needs for it. A new route takes `ApiActor`, unless it only reads.
FiguresActor = Annotated[Actor, Security(get_api_actor, scopes=[TokenScope.FIGURES.value])]
PeopleActor = Annotated[Actor, Security(get_api_actor, scopes=[TokenScope.PEOPLE.value])]
ApiActor = Annotated[Actor, Security(get_api_actor, scopes=[TokenScope.WRITE.value])]


async def limit_guessing(request: Request) -> AsyncIterator[None]:
    """Count the `NotFound` errors of a network address; after 20 within a minute, answer 429 in their place.

    For pages without a login, where knowing the URL of a ticket or link is all that a visitor needs.
    """
    try:
        yield
    except NotFound:
        await run_in_turn(container_of(request).wrong_codes.count, address_of(request))
        raise


async def get_language(request: Request) -> Language:
    """Return the language to answer in, "id" or "en", as `language_of` does."""
    return language_of(request)


async def get_translator(request: Request) -> Translator:
    """Return the function that translates a msgid into the language to answer in."""
    return translator(language_of(request))


Lang = Annotated[Language, Depends(get_language)]
Translate = Annotated[Translator, Depends(get_translator)]
