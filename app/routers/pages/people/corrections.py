"""Correcting what is known of a participant."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Translator
from app.nik_vault import NikVault, masked
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.people.participants import masked_phone, participant_to_correct
from app.services.people.corrections import correct_participant, filled_with
from app.services.unseen_changes import CHANGED, seal
from app.web.dependencies import PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import see
from app.web.registrations.person_form import PersonDetailsForm

router = APIRouter(prefix="/peserta/{participant_id}/ubah", include_in_schema=False)


class CorrectionForm(PersonDetailsForm):
    seen: str = ""


@router.get("")
def correct_page(
    request: Request, look: Reader, vault: Vault, actor: PageActor, participant_id: int, _: Translate
) -> Response:
    return _page(request, look, vault, actor, participant_id, _)


@router.post("")
def correct(
    request: Request,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    participant_id: int,
    form: Annotated[CorrectionForm, Form()],
    _: Translate,
) -> Response:
    try:
        correct_participant(db, vault, actor, participant_id, form.person_input(()), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _page(request, db, vault, actor, participant_id, _, form, problem)
    response = see(f"/peserta/{participant_id}")
    flash(response, _("The changes are saved."))
    return response


def _page(
    request: Request,
    look: Db,
    vault: NikVault,
    actor: Actor,
    participant_id: int,
    _: Translator,
    form: CorrectionForm | None = None,
    problem: Problem | None = None,
) -> Response:
    person = participant_to_correct(look, actor, participant_id)
    nik = person.nik_encrypted
    filled = CorrectionForm(email=person.email or "", seen=seal(filled_with(person))).filled_from(person)
    return render_form(
        request,
        "people/correct.html",
        form or filled,
        _,
        problem,
        saved=filled if problem and problem.code == CHANGED else None,
        participant_id=participant_id,
        name=person.name,
        phone=masked_phone(person.phone),
        nik=masked(vault.decrypt(nik)) if nik else None,
        kelurahan=reference.kelurahan(look),
    )
