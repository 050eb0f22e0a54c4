"""Search everything: one page, which the dialog of every page shows a part of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Query, Request, Response

from app.help_topics import search_topics
from app.permissions import Permission
from app.queries import search as queries
from app.queries.people.search import find_people
from app.services.people.searches import log_search, parse_person_search
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault
from app.web.forms import EmptyIsNone
from app.web.pages import build_url, render
from app.web.sitemap import search_pages

router = APIRouter(include_in_schema=False)

MAX_LENGTH = 100
SHOWN_OF_EACH, SHOWN_OF_ONE = 5, 50

GroupName: TypeAlias = Literal[
    "workshops", "sessions", "participants", "venues", "kelurahan", "help", "pages"
]


@dataclass(frozen=True)
class Group:
    """The results of a kind. `all_url` is the page of all of them, "" if there are no more."""

    name: GroupName
    results: Sequence[Any]
    all_url: str


@router.get("/cari")
def search_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    _: Translate,
    language: Lang,
    q: str = "",
    only: Annotated[GroupName | None, Query(alias="kelompok"), EmptyIsNone] = None,
) -> Response:
    """Show what the actor may see and `q` finds: five of each kind, or up to fifty of the kind `kelompok`.

    A search of somebody who may see participants writes to the activity log.
    """
    q = q.strip()[:MAX_LENGTH]
    limit = SHOWN_OF_ONE if only else SHOWN_OF_EACH
    if actor.can(Permission.PARTICIPANT_READ) and only in {None, "participants"}:
        log_search(container_of(request).engine, vault, actor, "participant", "", q)
    text = queries.parse_search(q)
    searches: dict[GroupName, Callable[[], Sequence[Any]]] = {
        "sessions": lambda: queries.search_sessions(db, actor, text, limit + 1),
        "workshops": lambda: queries.search_workshops(db, actor, text, limit + 1),
        "participants": lambda: find_people(db, actor, parse_person_search(vault, q), limit + 1),
        "venues": lambda: queries.search_venues(db, text, limit + 1),
        "kelurahan": lambda: queries.search_kelurahan(db, text, limit + 1),
        "pages": lambda: search_pages(actor, q, _),
        "help": lambda: search_topics(q, language, limit + 1),
    }
    groups = [_to_group(name, find(), q, limit) for name, find in searches.items() if only in {None, name}]
    found = [group for group in groups if group.results]
    return render(request, "search/page.html", q=q, only=only, groups=found)


def _to_group(name: GroupName, results: Sequence[Any], q: str, limit: int) -> Group:
    """Return at most `limit` of the results as a group; those that are searched for are one more if there are more."""
    has_more = len(results) > limit and limit < SHOWN_OF_ONE
    return Group(name, results[:limit], build_url("/cari", {"q": q, "kelompok": name}) if has_more else "")
