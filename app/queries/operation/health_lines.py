"""What a check of the installation's health returns: a line with a state, a sentence, and what to do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.i18n import N_, Language, integer_text, time_text, translator

KILOBYTE = 1024
MEGABYTE = 1024**2
GIGABYTE = 1024**3


class HealthState(StrEnum):
    """`warning`: the service works, but something needs care soon. `failed`: something does not work."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


STATE_NAMES: dict[HealthState, str] = {
    HealthState.OK: N_("In order"),
    HealthState.WARNING: N_("Needs attention"),
    HealthState.FAILED: N_("Fault"),
}


@dataclass(frozen=True)
class HealthLine:
    """The result of one check.

    `key` is stable, for tests and scripts. `name`, `text` and `advice` are msgids; `params` fill the placeholders of
    `text` and `advice`. Instants and whole numbers are formatted in the reader's language. `advice` says what to do; it
    is "" where there is nothing to do.
    """

    key: str
    name: str
    state: HealthState
    text: str
    advice: str = ""
    params: dict[str, object] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        """Whether there is nothing to do."""
        return self.state is HealthState.OK

    def name_in(self, language: Language) -> str:
        """Return the name in a language."""
        return translator(language)(self.name)

    def text_in(self, language: Language) -> str:
        """Return the sentence in a language."""
        return _filled(self.text, self.params, language)

    def advice_in(self, language: Language) -> str:
        """Return what to do in a language, "" if there is nothing to do."""
        return _filled(self.advice, self.params, language) if self.advice else ""


def ok(key: str, name: str, text: str, /, **params: object) -> HealthLine:
    """Return a line that all is right."""
    return HealthLine(key, name, HealthState.OK, text, "", params)


def warning(key: str, name: str, text: str, advice: str, /, **params: object) -> HealthLine:
    """Return a line that something needs care."""
    return HealthLine(key, name, HealthState.WARNING, text, advice, params)


def failed(key: str, name: str, text: str, advice: str, /, **params: object) -> HealthLine:
    """Return a line that something does not work."""
    return HealthLine(key, name, HealthState.FAILED, text, advice, params)


def size_text(number_of_bytes: int) -> str:
    """Format a size in whole kilobytes, megabytes or, from ten of them, gigabytes: "27 kB", "504 MB", "34 GB"."""
    if number_of_bytes < MEGABYTE:
        return f"{number_of_bytes // KILOBYTE} kB"
    if number_of_bytes >= 10 * GIGABYTE:
        return f"{number_of_bytes // GIGABYTE} GB"
    return f"{number_of_bytes // MEGABYTE} MB"


def _filled(text: str, params: dict[str, object], language: Language) -> str:
    return translator(language)(text) % {name: _value_text(value, language) for name, value in params.items()}


def _value_text(value: object, language: Language) -> object:
    if isinstance(value, datetime):
        return time_text(value)
    return integer_text(value, language) if isinstance(value, int) else value
