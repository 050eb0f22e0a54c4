"""In which language to answer: what the reader chose, else what the browser asks for, else the place's own."""

from fastapi import Request, Response

from app.i18n import LANGUAGES, Language

COOKIE = "jangkau_language"
KEPT_SECONDS = 365 * 24 * 60 * 60
API_PREFIX = "/api/"


def is_api(request: Request) -> bool:
    """Programs are answered in JSON, people in HTML."""
    return request.url.path.startswith(API_PREFIX)


def language_of(request: Request) -> Language:
    """Pages default to Indonesian, the API to English."""
    for language in (request.cookies.get(COOKIE), *_accepted(request.headers.get("accept-language", ""))):
        for known in LANGUAGES:
            if language == known:
                return known
    return "en" if is_api(request) else "id"


def choose_language(response: Response, language: Language) -> None:
    """From now on this browser is answered in `language`."""
    response.set_cookie(COOKIE, language, max_age=KEPT_SECONDS, httponly=True, samesite="lax")


def _accepted(header: str) -> list[str]:
    """The primary tags of an Accept-Language header, the most wanted first (RFC 9110, section 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight) if weight else 1.0, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wanted, key=lambda pair: -pair[0]) if weight > 0]
