"""What can go wrong that a person must be told, each with its HTTP status and a stable code.

Services and readers raise these; the pages show the sentence, the API answers RFC 9457
`application/problem+json`, the command prints it and exits 1.
"""

from collections.abc import Mapping

from app.i18n import Translator


class Problem(Exception):
    """A refusal with a sentence for people.

    `text` is an English msgid marked with `N_`, `params` fill its `%(name)s` placeholders. `details` are further
    members of the API's answer, for programs.
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
        """The sentence in the language of `_`."""
        return _(self.text) % self.params if self.params else _(self.text)


class NotFound(Problem):
    """Not there, or out of the actor's scope: the two look the same from outside."""

    status = 404
    code = "not-found"


class Forbidden(Problem):
    """The actor's role never allows this."""

    status = 403
    code = "forbidden"


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"


class Gone(Problem):
    """It was there, and is no more: a link that has expired or was revoked."""

    status = 410
    code = "gone"


class Conflict(Problem):
    """The present state stands in the way."""

    status = 409
    code = "conflict"


class TooLarge(Problem):
    status = 413
    code = "too-large"


class TooManyRequests(Problem):
    """Slowed down; `seconds` says when to try again."""

    status = 429
    code = "too-many-requests"

    def __init__(self, text: str, *, seconds: int) -> None:
        super().__init__(text, seconds=seconds)
        self.seconds = seconds


class UnreadableFile(Problem):
    """An uploaded file that can't be read as an attendance list."""

    status = 422
    code = "unreadable-file"


class Invalid(Problem):
    """Values that can't be taken; `fields` maps a field's name to its msgid."""

    status = 422
    code = "invalid"

    def __init__(self, text: str, *, fields: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(text, code=None, **params)
        self.fields = dict(fields or {})

    def field_sentences(self, _: Translator) -> dict[str, str]:
        """What is wrong with each field, in the language of `_`."""
        return {
            field: _(text) % self.params if self.params else _(text) for field, text in self.fields.items()
        }
