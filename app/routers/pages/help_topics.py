"""The help: its topics by kind of user, a search, one page for each topic, and the topics' pictures."""

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from app.errors import NotFound
from app.help_topics import AUDIENCES, Audience, get_topic, help_folder, help_topics, search_topics
from app.i18n import N_
from app.models import Role
from app.web.dependencies import Lang, OptionalActor
from app.web.pages import render

router = APIRouter(include_in_schema=False)

AUDIENCES_OF_ROLES: dict[Role, Audience] = {
    Role.ADMIN: "admin",
    Role.ORGANIZER: "organizer",
    Role.STAFF: "staff",
    Role.VIEWER: "dinas",
}


@router.get("/bantuan")
def help_page(request: Request, actor: OptionalActor, language: Lang, q: str = "") -> Response:
    """List all topics, the reader's own kind of user first, or those that contain the words of `q`."""
    own = AUDIENCES_OF_ROLES[actor.role] if actor and actor.role else "citizen"
    audiences = sorted(AUDIENCES, key=lambda audience: audience != own)
    return render(
        request,
        "help/list.html",
        q=q,
        found=search_topics(q, language),
        topics=help_topics(language),
        audiences={audience: AUDIENCES[audience] for audience in audiences},
    )


@router.get("/bantuan/gambar/{picture}")
def help_picture(picture: str) -> Response:
    """Send a picture of a topic. 404 for a name that is not in the folder."""
    pictures = {path.name: path for path in (help_folder() / "pictures").glob("*.png")}
    if picture not in pictures:
        raise NotFound(N_("There is no such picture."))
    return FileResponse(pictures[picture], headers={"cache-control": "public, max-age=86400"})


@router.get("/bantuan/{topic_key}")
def topic_page(request: Request, _actor: OptionalActor, language: Lang, topic_key: str) -> Response:
    """Show a topic, with links to the others for the same kind of user. 404 for an unknown one."""
    topic = get_topic(topic_key, language)
    if topic is None:
        raise NotFound(N_("There is no such help topic."))
    others = [other for other in help_topics(language) if other.audience == topic.audience and other != topic]
    return render(request, "help/topic.html", topic=topic, others=others, audience=AUDIENCES[topic.audience])
