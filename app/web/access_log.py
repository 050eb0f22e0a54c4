"""Logs who sees people, and who is refused: one dependency of all routes, and one table of the pages that name people.

A download is logged by the service that makes the file, and a search for people by its route.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from app.database import reading
from app.errors import Forbidden, NotFound, Problem, TooManyRequests, Unauthenticated
from app.permissions import Actor
from app.services.accounts.logins import find_actor_by_login
from app.services.activities import log_access
from app.web.accounts.login_cookie import get_login_secret
from app.web.container import container_of
from app.web.database_limit import run_in_turn
from app.web.languages import is_api

log = logging.getLogger(__name__)

# Who sends a token that is not valid.
UNKNOWN_TOKEN = Actor(user_id=None, name="unknown token", role=None, organization_id=None)

# Parameters of URLs that open something for everyone who knows them.
SECRET_PARAMETERS = {"signed", "secret", "token"}


@dataclass(frozen=True)
class PeoplePage:
    """Whose data a page shows: of one `subject` whose id is the path parameter `key`, or of all if there is no key.

    A page without a login (`is_public`) is logged if a user opens it who is logged in.
    """

    subject: str
    key: str = ""
    is_public: bool = False


PEOPLE_PAGES = {
    "/berkas-evaluasi": PeoplePage("dossier"),
    "/berkas-evaluasi/{year:int}/{indicator_id:int}": PeoplePage("evaluation-indicator", "indicator_id"),
    "/cari": PeoplePage("search"),
    "/catatan": PeoplePage("activity"),
    "/kegiatan/{code}/kehadiran": PeoplePage("workshop", "code"),
    "/mungkin-kembar": PeoplePage("possible-duplicate"),
    "/mungkin-kembar/{pair_id}": PeoplePage("possible-duplicate", "pair_id"),
    "/pendaftaran/{code}": PeoplePage("registration", "code"),
    "/pendaftaran/{code}/tanda-tangan": PeoplePage("registration", "code"),
    "/pendaftaran/{code}/tanda-tangan/gambar.jpg": PeoplePage("registration", "code"),
    "/permintaan-data": PeoplePage("data-request"),
    "/permintaan-data/{request_id}": PeoplePage("data-request", "request_id"),
    "/permintaan-data/{request_id}/hapus": PeoplePage("data-request", "request_id"),
    "/pesan": PeoplePage("message"),
    "/peserta": PeoplePage("participant"),
    "/peserta/{participant_id}": PeoplePage("participant", "participant_id"),
    "/peserta/{participant_id}/data": PeoplePage("participant", "participant_id"),
    "/peserta/{participant_id}/kelompok": PeoplePage("participant", "participant_id"),
    "/peserta/{participant_id}/kelompok/{membership_id}": PeoplePage("participant", "participant_id"),
    "/peserta/{participant_id}/ubah": PeoplePage("participant", "participant_id"),
    "/sesi/{code}/batalkan": PeoplePage("session", "code"),
    "/sesi/{code}/bukti": PeoplePage("session", "code"),
    "/sesi/{code}/hadir": PeoplePage("session", "code"),
    "/sesi/{code}/hadir/{registration_code}": PeoplePage("registration", "registration_code"),
    "/sesi/{code}/peserta": PeoplePage("session", "code"),
    "/sesi/{code}/peserta/pilihan": PeoplePage("session", "code"),
    "/sesi/{code}/peserta/sisa": PeoplePage("session", "code"),
    "/sesi/{code}/pindah": PeoplePage("session", "code"),
    "/sesi/{code}/ubah": PeoplePage("session", "code"),
    "/sesi/{code}/whatsapp/{list_id}": PeoplePage("session", "code"),
    "/sesi/{code}/rekonsiliasi": PeoplePage("session", "code"),
    "/sesi/{code}/rekonsiliasi/{step}": PeoplePage("session", "code"),
    "/sesi/{code}/rekonsiliasi/lembar/{import_id}/{outcome}": PeoplePage("session", "code"),
    "/tiket/{code}": PeoplePage("registration", "code", is_public=True),
    "/tiket/{code}/batal": PeoplePage("registration", "code", is_public=True),
    "/tiket/{code}/data": PeoplePage("registration", "code", is_public=True),
    "/tiket/{code}/ubah": PeoplePage("registration", "code", is_public=True),
    "/usulan": PeoplePage("proposed-change"),
    "/unggahan/{import_id}": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/baris/{number}": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/baris/{number}/gambar.jpg": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/halaman/{photo_id}.jpg": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/jawaban": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/batalkan": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/batalkan-semua": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/pemetaan": PeoplePage("attendance-import", "import_id"),
    "/unggahan/{import_id}/sesi": PeoplePage("attendance-import", "import_id"),
    "/api/v1/attendance-imports/{import_id}": PeoplePage("attendance-import", "import_id"),
    "/api/v1/attendance-imports/{import_id}/rows": PeoplePage("attendance-import", "import_id"),
    "/api/v1/sessions/{code}/registrations": PeoplePage("session", "code"),
}


async def record_access(request: Request) -> AsyncIterator[None]:
    """Log the view of a page of `PEOPLE_PAGES` after its handler and before the answer is sent, and refused requests.

    What is not in the log is not shown: if the line can't be written, the request fails.
    """
    try:
        yield
    except (Forbidden, NotFound, TooManyRequests, Unauthenticated) as problem:
        await run_in_turn(_log_refusal, request, problem)
        raise
    page = PEOPLE_PAGES.get(_route_path(request)) if request.method == "GET" else None
    if page is not None:
        await run_in_turn(_log_view, request, page)


def _log_view(request: Request, page: PeoplePage) -> None:
    """Log that the user saw the page; nothing for visitors who are not users."""
    container, actor = container_of(request), _get_actor(request, page)
    if actor is None:
        return
    id_ = request.path_params[page.key] if page.key else ""
    reason = "api" if is_api(request) else ""
    log_access(container.engine, actor, "view", page.subject, id_, reason=reason)


def _get_actor(request: Request, page: PeoplePage) -> Actor | None:
    """Return the user who sent the request; None for a visitor of a public page."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None and page.is_public and (secret := get_login_secret(request)):
        with reading(container_of(request).engine) as db:
            actor = find_actor_by_login(db, secret)
    return actor


def _log_refusal(request: Request, problem: Problem) -> None:
    """Log that a user was refused, or a token that is not valid; not that a visitor has to log in.

    What is out of a user's scope is answered as if it did not exist, so all that was not found is logged. A refusal is
    answered also if its line can't be written: nothing is shown.
    """
    actor: Actor | None = getattr(request.state, "actor", None)
    if isinstance(problem, Unauthenticated):
        actor = UNKNOWN_TOKEN if "authorization" in request.headers else None
    if actor is None:
        return
    asked = {name: str(value) for name, value in request.path_params.items() if name not in SECRET_PARAMETERS}
    route = f"{request.method} {_route_path(request)}"
    try:
        log_access(
            container_of(request).engine, actor, "refuse", "page", route, details=asked, reason=problem.code
        )
    except SQLAlchemyError:
        log.warning("a refused request could not be logged: %s", route, exc_info=True)


def _route_path(request: Request) -> str:
    """Return the path of the request's route, with the names of its parameters in braces."""
    return str(request.scope["route"].path)
