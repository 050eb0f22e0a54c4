"""The way back from the page of a step to the steps of a new installation."""

from fastapi import Request

from app.database import Db
from app.permissions import Actor
from app.queries.installation.setup import list_setup_steps
from app.services.messages.mail_server import mail_server_address
from app.web.container import container_of


def is_being_set_up(request: Request, db: Db, actor: Actor) -> bool:
    """Return whether steps are open, so that pages lead an administrator back to them."""
    steps = list_setup_steps(db, actor, mail_server_address(container_of(request).settings))
    return any(view.state == "open" for view in steps)
