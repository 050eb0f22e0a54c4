"""The form that corrects a participant's details."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Problem
from app.nik_vault import NikVault, masked
from app.people.phones import masked_phone
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.people.participants import participant_to_correct
from app.services.people.corrections import correct_participant, filled_with
from app.services.unseen_changes import seal
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, saved_meanwhile
from app.web.pages import redirect, render
from app.web.registrations.person_form import PersonDetailsForm

router = APIRouter(prefix="/peserta/{participant_id}/ubah", include_in_schema=False)


class CorrectionForm(PersonDetailsForm):
    seen: str = ""


@router.get("")
def correct_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, participant_id: int
) -> Response:
    return _page(request, db, vault, actor, participant_id)


@router.post("")
def correct(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    participant_id: int,
    form: Annotated[CorrectionForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        correct_participant(db, vault, actor, participant_id, form.person_input(()), seen=form.seen)
    if problem := caught.problem:
        return _page(request, db, vault, actor, participant_id, form, problem)
    return redirect(f"/peserta/{participant_id}", _("The changes are saved."))


def _page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    participant_id: int,
    form: CorrectionForm | None = None,
    problem: Problem | None = None,
) -> Response:
    person = participant_to_correct(db, actor, participant_id)
    nik = person.nik_encrypted
    saved = CorrectionForm(email=person.email or "", seen=seal(filled_with(person))).fill_from(person)
    return render(
        request,
        "people/correct.html",
        form=form or saved,
        problem=problem,
        saved=saved_meanwhile(problem, saved),
        participant_id=participant_id,
        name=person.name,
        phone=person.phone and masked_phone(person.phone),
        nik=masked(vault.decrypt(nik)) if nik else None,
        kelurahan=reference.list_kelurahan(db),
    )
