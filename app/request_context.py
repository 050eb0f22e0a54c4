"""What is known of the request that is being answered, wherever the code does not get the request itself."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class RequestContext:
    """The request's id; how long it has `waited` for its turn at the database; whether its change was committed."""

    id: str
    waited: float = 0.0
    has_committed: bool = False


# None in background work and commands.
current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)
