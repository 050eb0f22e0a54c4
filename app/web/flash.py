"""Flash messages: a sentence about what was just done, or refused, kept in a cookie and shown once on the next page."""

import base64

from fastapi import Request, Response

COOKIE = "jangkau_flash"
REFUSAL_COOKIE = "jangkau_refusal"

# The fragment of the element that shows the message. Without one, browsers keep the fragment of the form's URL.
FLASH_FRAGMENT = "#kabar"


def flash(response: Response, message: str, cookie: str = COOKIE) -> None:
    """Store `message` in a cookie of the response, for the next page of this browser to show within a minute.

    Pages escape it as text, so the cookie needs no signature.
    """
    response.set_cookie(
        cookie,
        base64.urlsafe_b64encode(message.encode()).decode(),
        max_age=60,
        httponly=True,
        samesite="lax",
    )


def flash_refusal(response: Response, sentence: str) -> None:
    """Store a sentence that the next page shows like the problem of its form."""
    flash(response, sentence, REFUSAL_COOKIE)


def take_flash(request: Request, response: Response, cookie: str = COOKIE) -> str | None:
    """Return the flash message of the request, and delete its cookie with the response.

    None if there is no message, or if the cookie can't be decoded.
    """
    stored = request.cookies.get(cookie)
    if stored is None:
        return None
    response.delete_cookie(cookie, httponly=True, samesite="lax")
    try:
        return base64.urlsafe_b64decode(stored).decode()
    except ValueError:
        return None


def take_refusal(request: Request, response: Response) -> str | None:
    """Return the refusal of the request before, as `take_flash` does."""
    return take_flash(request, response, REFUSAL_COOKIE)
