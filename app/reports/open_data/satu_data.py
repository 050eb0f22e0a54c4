"""The metadata of Satu Data Indonesia: statistical activity, variables and indicators (Peraturan BPS 5/2020).

Their texts are Indonesian, as the regulation's forms are, and are in `app/data/satu-data.json`; names, years and
addresses are filled in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from app.i18n import day_text
from app.reports.official import Signatory
from app.reports.open_data.published import OpenData

FORMS = Path(__file__).parent.parent.parent / "data" / "satu-data.json"
NOT_KNOWN = "–"


@dataclass(frozen=True)
class Answer:
    """A question of a form with its number, "" without one, and the answer to it."""

    number: str
    question: str
    answer: str


@dataclass(frozen=True)
class Section:
    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class SatuData:
    """The three forms: MS-Keg by its sections, MS-Var and MS-Ind with a section for each variable and indicator."""

    regulation: str
    activity: tuple[Section, ...]
    variables: tuple[Section, ...]
    indicators: tuple[Section, ...]

    @property
    def document(self) -> dict[str, object]:
        """The forms for JSON, with the questions of MS-Var and MS-Ind as keys."""
        return {
            "peraturan": self.regulation,
            "kegiatan": [
                {
                    "bagian": section.title,
                    "rincian": [
                        {"nomor": answer.number, "nama": answer.question, "isi": answer.answer}
                        for answer in section.answers
                    ],
                }
                for section in self.activity
            ],
            "variabel": [_by_question(section) for section in self.variables],
            "indikator": [_by_question(section) for section in self.indicators],
        }


def fill_in_forms(data: OpenData) -> SatuData:
    """Return the forms, filled in for what is published. What is not known is answered by a dash."""
    forms, values = _load_forms(), _values(data)

    def answer(text: str) -> str:
        return text.format_map(values) or NOT_KNOWN

    return SatuData(
        regulation=forms["peraturan"],
        activity=tuple(
            Section(
                section["bagian"],
                tuple(
                    Answer(number, question, answer(text)) for number, question, text in section["rincian"]
                ),
            )
            for section in forms["kegiatan"]
        ),
        variables=tuple(_sections(forms["kolom_variabel"], forms["variabel"], values)),
        indicators=tuple(_sections(forms["kolom_indikator"], forms["indikator"], values)),
    )


def satu_data_json(data: OpenData) -> bytes:
    """Return the three forms as JSON."""
    return orjson.dumps(fill_in_forms(data).document, option=orjson.OPT_INDENT_2)


@cache
def _load_forms() -> dict[str, Any]:
    forms: dict[str, Any] = orjson.loads(FORMS.read_bytes())
    return forms


def _values(data: OpenData) -> dict[str, str]:
    """Return what replaces the names in braces."""
    reports, letterhead = data.reports, data.letterhead
    newest = max(reports, key=lambda published: published.issued_at, default=None)
    groups = newest.report.groups if newest else ()
    signatories = newest.report.official.signatories if newest and newest.report.official else ()
    return {
        "address": letterhead.address,
        "city": f"Kota {letterhead.city}",
        "government": letterhead.government,
        "groups": "; ".join(f"{group.code} ({group.label})" for group in groups),
        "issued": "; ".join(f"{item.year}: {day_text(item.issued_on, 'id')}" for item in reports)
        or NOT_KNOWN,
        "office": letterhead.office,
        "page": data.url("/data"),
        "phone": letterhead.phone,
        "signatory": _signatory_text(signatories),
        "variables": "; ".join(row[0] for row in _load_forms()["variabel"]),
        "years": ", ".join(str(item.year) for item in reversed(reports)),
    }


def _signatory_text(signatories: tuple[Signatory, ...]) -> str:
    """Return name and position of the first person who signed and does not only acknowledge; "" without one."""
    return next((f"{person.name}, {person.role}" for person in signatories if not person.acknowledges), "")


def _sections(questions: list[str], rows: list[list[str]], values: dict[str, str]) -> Iterator[Section]:
    """Yield a section for each variable or indicator, whose name is its first answer."""
    for row in rows:
        texts = [text.format_map(values) or NOT_KNOWN for text in row]
        answers = (Answer("", question, text) for question, text in zip(questions, texts, strict=True))
        yield Section(texts[0], tuple(answers))


def _by_question(section: Section) -> dict[str, str]:
    return {answer.question: answer.answer for answer in section.answers}
