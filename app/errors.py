"""Exceptions for everything that a person must be told, each with an HTTP status and a stable code.

Pages show the sentence, the API answers RFC 9457 `application/problem+json`, and commands print the sentence and exit
with 1.
"""

from collections.abc import Mapping

from app.i18n import N_, Translator

PLEASE_CORRECT = N_("Please correct the marked fields.")


class Problem(Exception):
    """Base class: an error with a sentence for people.

    `text` is an English msgid marked with `N_`; `params` fill its `%(name)s` placeholders. `details` are additional
    members of the API's answer.
    """

    status = 400
    code = "bad-request"

    def __init__(self, text: str, *, code: str | None = None, **params: object) -> None:
        super().__init__(text % params if params else text)
        self.text = text
        self.params = params
        self.details: dict[str, object] = {}
        if code is not None:
            self.code = code

    def sentence(self, _: Translator) -> str:
        """Return the sentence in the translator's language, with `params` filled in."""
        return _(self.text) % self.params if self.params else _(self.text)


class NotFound(Problem):
    """The object doesn't exist or is out of the actor's scope; the answer doesn't tell which."""

    status = 404
    code = "not-found"


class Forbidden(Problem):
    """The actor's role doesn't have the permission."""

    status = 403
    code = "forbidden"


class SecondFactorNeeded(Forbidden):
    """The user must set up a second step of their login before anything else."""

    code = "second-factor-needed"


class Unauthenticated(Problem):
    """The request names no user."""

    status = 401
    code = "unauthenticated"


class Gone(Problem):
    """The link has expired or was revoked."""

    status = 410
    code = "gone"


class Conflict(Problem):
    """The current state doesn't allow the change."""

    status = 409
    code = "conflict"


class SlowRequest(Problem):
    """The body of a request did not arrive in time."""

    status = 408
    code = "request-timeout"


class TooLarge(Problem):
    """The request or file is larger than the limit."""

    status = 413
    code = "too-large"


class TooManyRequests(Problem):
    """A rate limit was reached; `seconds` is the time until the next attempt is allowed."""

    status = 429
    code = "too-many-requests"

    def __init__(self, text: str, *, seconds: int) -> None:
        super().__init__(text, seconds=seconds)
        self.seconds = seconds


class Busy(TooManyRequests):
    """The server has too much to do; `seconds` is the time until another attempt is worth while."""

    status = 503
    code = "busy"


class Unavailable(Problem):
    """What the request needs does not answer: the database is away, locked or full. Nothing was changed.

    `retry_after` is the number of seconds until another attempt is worth while.
    """

    status = 503
    code = "unavailable"

    def __init__(
        self, text: str, *, retry_after: int = 10, code: str | None = None, **params: object
    ) -> None:
        super().__init__(text, code=code, **params)
        self.retry_after = retry_after


class OutcomeUnknown(Unavailable):
    """The connection was lost while the database saved a change: it may have been saved or not."""

    code = "outcome-unknown"


class UnreadableFile(Problem):
    """The uploaded file can't be read as the list that is expected."""

    status = 422
    code = "unreadable-file"


class Invalid(Problem):
    """Values are invalid; `fields` maps each field's name to the msgid of its error."""

    status = 422
    code = "invalid"

    def __init__(self, text: str, *, fields: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(text, code=None, **params)
        self.fields = dict(fields or {})

    def field_sentences(self, _: Translator) -> dict[str, str]:
        """Return the error of each field by the field's name, in the translator's language."""
        return {
            field: _(text) % self.params if self.params else _(text) for field, text in self.fields.items()
        }
