"""The forms of the texts in a workshop's documents: dictionaries of what is in their fields.

The fields of a signatory are named by their part of the texts, a number and the field: "signatories_1_name". The field
"seen" has the fingerprint of the texts that the form showed.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from app.i18n import date_text
from app.reports.activity.texts import MAX_SIGNATORIES, SIGNATORY_FIELDS, LetterTexts, ReportTexts
from app.reports.official import Signatory
from app.services.edit_conflicts import fingerprint
from app.services.workshops.documents import texts_document
from app.web.date_fields import FormDates

Texts = TypeVar("Texts", ReportTexts, LetterTexts)

SIGNATORY_NUMBERS = range(1, MAX_SIGNATORIES + 1)


async def _read_form(request: Request) -> dict[str, str]:
    """Return the text fields of a form, without files; "seen" is "" if the form lacks it."""
    texts = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    return {"seen": ""} | texts


TextForm = Annotated[dict[str, str], Depends(_read_form)]


def fill_form(texts: ReportTexts | LetterTexts) -> dict[str, str]:
    """Return the form that shows these texts."""
    form = {"seen": fingerprint(texts_document(texts))}
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, tuple):
            for number, signatory in enumerate(value, start=1):
                names = {name: getattr(signatory, name) for name in SIGNATORY_FIELDS}
                names["acknowledges"] = "true" if signatory.acknowledges else ""
                form |= {f"{field.name}_{number}_{name}": text for name, text in names.items()}
        else:
            form[field.name] = date_text(value) if isinstance(value, date) else value or ""
    return form


def read_texts(form: Mapping[str, str], shown: Texts) -> Texts:
    """Return the texts of a form; a text for which it has no field stays as in `shown`.

    Raises `Invalid` with the errors of dates.
    """
    dates = FormDates()
    typed: dict[str, Any] = {}
    for field in fields(shown):
        name = field.name
        if isinstance(getattr(shown, name), tuple):
            typed[name] = _read_signatories(form, name)
        elif name.endswith("dated"):
            typed[name] = dates.day(name, form.get(name, ""))
        elif name in form:
            typed[name] = form[name]
    dates.require_valid()
    return replace(shown, **typed)


def _read_signatories(form: Mapping[str, str], name: str) -> tuple[Signatory, ...]:
    return tuple(
        Signatory(
            **{key: form.get(f"{name}_{number}_{key}", "") for key in SIGNATORY_FIELDS},
            acknowledges=bool(form.get(f"{name}_{number}_acknowledges")),
        )
        for number in SIGNATORY_NUMBERS
    )
