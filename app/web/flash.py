"""A sentence about what was just done, shown once on the next page."""

import base64

from fastapi import Request, Response

COOKIE = "jangkau_flash"

# Where the sentence stands: a browser that comes from a form with a fragment of its own would go there instead.
PLACE = "#kabar"


def flash(response: Response, sentence: str) -> None:
    """The sentence is shown as text, so that a forged cookie could only tell its own browser something."""
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(sentence.encode()).decode(),
        max_age=60,
        httponly=True,
        samesite="lax",
    )


def take_flash(request: Request, response: Response) -> str | None:
    stored = request.cookies.get(COOKIE)
    if stored is None:
        return None
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    try:
        return base64.urlsafe_b64decode(stored).decode()
    except ValueError:
        return None
