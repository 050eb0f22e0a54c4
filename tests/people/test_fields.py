"""A person's fields are registered once, and nothing that should know them misses one."""

import csv
from dataclasses import fields
from pathlib import Path

from app.models import Participant
from app.people.fields import FORM_TEXT_FIELDS, PERSON_FIELDS, TEXT_FIELDS
from app.people.person import PersonInput, PersonValues
from app.routers.api.registrations.registrations import RegistrationIn
from app.spreadsheets.tables.columns import headings
from app.web.registrations.person_form import PersonDetailsForm

KEYS = {field.key for field in PERSON_FIELDS}
INPUT = {field.name for field in fields(PersonInput)}
ONLY_IN_SHEETS = {"kecamatan", "address"}


def test_what_is_kept_of_a_person_can_be_merged_and_undone() -> None:
    registered = {column for field in PERSON_FIELDS for column in field.columns}

    assert set(Participant.model_fields) - registered == {
        "id",
        "latest_session_at",
        "created_at",
        "erased_at",
    }
    assert registered <= set(Participant.model_fields)


def test_every_field_has_a_value_and_column_headings() -> None:
    with Path("app/data/column-headings.csv").open(encoding="utf-8", newline="") as source:
        named = {row["field"] for row in csv.DictReader(source)}

    assert {field.name for field in fields(PersonValues)} >= KEYS
    assert named >= KEYS


def test_forms_and_the_api_ask_for_every_field_that_can_be_typed() -> None:
    assert KEYS - INPUT == ONLY_IN_SHEETS
    assert set(RegistrationIn.model_fields) >= INPUT
    assert set(PersonDetailsForm.model_fields) >= INPUT
    assert set(FORM_TEXT_FIELDS) <= INPUT


def test_the_reader_of_tables_knows_which_fields_hold_any_text() -> None:
    assert set(TEXT_FIELDS) == headings.TEXT_FIELDS
