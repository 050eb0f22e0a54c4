"""The language to answer in: the one chosen on a page, else the browser's, else the default."""

from fastapi import Request, Response

from app.i18n import LANGUAGES, Language

COOKIE = "jangkau_language"
COOKIE_SECONDS = 365 * 24 * 60 * 60
API_PREFIX = "/api/"


def is_api(request: Request) -> bool:
    """Return whether the request is to the API, which answers JSON, and not to a page."""
    return request.url.path.startswith(API_PREFIX)


def language_of(request: Request) -> Language:
    """Return the language to answer in: that of the cookie, else the most preferred one of Accept-Language.

    Preference is by weight; regions are ignored.

    If neither has a supported language, pages are in Indonesian and the API in English.
    """
    for language in (
        request.cookies.get(COOKIE),
        *_accepted_languages(request.headers.get("accept-language", "")),
    ):
        if known := known_language(language):
            return known
    return "en" if is_api(request) else "id"


def known_language(text: str | None) -> Language | None:
    """Return the language with this code, None if pages don't have it."""
    return next((language for language in LANGUAGES if language == text), None)


def set_language(response: Response, language: Language) -> None:
    """Store `language` in a cookie of the response, so that this browser is answered in it for a year."""
    response.set_cookie(COOKIE, language, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")


def _accepted_languages(header: str) -> list[str]:
    """Return the languages of an Accept-Language header without regions ("en" for "en-GB"), most preferred first.

    Languages with weight 0 or with a malformed weight are left out (RFC 9110, section 12.5.4).
    """
    accepted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            accepted.append((float(weight) if weight else 1.0, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(accepted, key=lambda pair: -pair[0]) if weight > 0]
