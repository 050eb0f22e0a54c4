"""The form that corrects a participant's details."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Problem
from app.nik_vault import NikVault
from app.people.values.nik import mask_nik
from app.people.values.phones import mask_phone
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.participants import get_participant
from app.services.edit_conflicts import fingerprint
from app.services.people.corrections import correct_participant, correction_form_values
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render
from app.web.registrations.person_form import PersonDetailsForm

router = APIRouter(prefix="/peserta/{participant_id}/ubah", include_in_schema=False)


class CorrectionForm(PersonDetailsForm):
    seen: str = ""


@router.get("")
def correct_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, participant_id: int
) -> Response:
    actor.require(Permission.ATTENDANCE_WRITE)
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
    """Save the corrected details of a participant, and redirect to their page.

    If a value is wrong, or others have changed the participant meanwhile, the form is shown again.
    """
    with catch_problem(db) as caught:
        proposed = correct_participant(
            db, vault, actor, participant_id, form.person_input(()), form_fingerprint=form.seen
        )
    if problem := caught.problem:
        return _page(request, db, vault, actor, participant_id, form, problem)
    message = (
        _(
            "Saved. Other organizations know this person: name, NIK and kelurahan wait until they are accepted."
        )
        if proposed
        else _("The changes are saved.")
    )
    return redirect(f"/peserta/{participant_id}", message)


def _page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    participant_id: int,
    form: CorrectionForm | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the page with `form`, by default with what is saved.

    Phone and NIK are shown masked, beside fields that are empty until new ones are typed.
    """
    person = get_participant(db, actor, participant_id)
    nik = person.nik_encrypted
    seen = fingerprint(correction_form_values(person))
    saved = CorrectionForm(email=person.email or "", seen=seen).fill_from(person)
    return render(
        request,
        "people/correct.html",
        form=form or saved,
        problem=problem,
        saved=conflicting_form(problem, saved),
        participant_id=participant_id,
        name=person.name,
        phone=person.phone and mask_phone(person.phone),
        nik=mask_nik(vault.decrypt(nik)) if nik else None,
        kelurahan=reference.list_kelurahan(db),
    )
