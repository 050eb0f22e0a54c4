"""The letterhead of documents: city, office, address and telephone."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.permissions import Permission
from app.queries.installation.letterhead import get_letterhead
from app.reports.letterhead import Letterhead
from app.services.edit_conflicts import fingerprint
from app.services.installation.letterhead import save_letterhead
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


class LetterheadForm(BaseModel):
    city: str = ""
    government: str = ""
    office: str = ""
    address: str = ""
    phone: str = ""
    seen: str = ""

    @classmethod
    def from_saved(cls, letterhead: Letterhead) -> "LetterheadForm":
        """Return the form filled with a letterhead; `seen` is the fingerprint of its values."""
        return cls(**asdict(letterhead), seen=fingerprint(asdict(letterhead)))

    def to_input(self) -> Letterhead:
        return Letterhead(self.city, self.government, self.office, self.address, self.phone)


@router.get("/administrasi/kop-surat")
def letterhead_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    form = LetterheadForm.from_saved(get_letterhead(db))
    return render(request, "installation/letterhead.html", form=form, saved=None)


@router.post("/administrasi/kop-surat")
def change_letterhead(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[LetterheadForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        save_letterhead(db, actor, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        saved = conflicting_form(problem, LetterheadForm.from_saved(get_letterhead(db)))
        return render(request, "installation/letterhead.html", form=form, problem=problem, saved=saved)
    container_of(request).letterhead.forget()
    return redirect("/administrasi/mulai", _("The letterhead is saved. Documents have it from now on."))
