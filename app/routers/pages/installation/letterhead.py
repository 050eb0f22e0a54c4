"""The letterhead of documents: coat of arms, city, office, address and telephone."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel

from app.errors import Problem
from app.permissions import Permission
from app.queries.installation.letterhead import get_letterhead
from app.reports.letterhead import Letterhead
from app.services.edit_conflicts import fingerprint
from app.services.installation.letterhead import save_letterhead, set_coat_of_arms
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form, has_upload, read_upload
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


class LetterheadForm(BaseModel):
    city: str = ""
    government: str = ""
    office: str = ""
    address: str = ""
    phone: str = ""
    seen: str = ""
    coat_of_arms: UploadFile | str | None = None
    remove_coat_of_arms: bool = False

    @classmethod
    def from_saved(cls, letterhead: Letterhead) -> "LetterheadForm":
        """Return the form filled with a letterhead; `seen` is the fingerprint of its values."""
        return cls(**letterhead.texts, seen=fingerprint(letterhead.texts))

    def to_input(self) -> Letterhead:
        return Letterhead(self.city, self.government, self.office, self.address, self.phone)


@router.get("/administrasi/kop-surat")
def letterhead_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    letterhead = get_letterhead(db)
    return _page(request, letterhead, LetterheadForm.from_saved(letterhead))


@router.post("/administrasi/kop-surat")
def change_letterhead(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[LetterheadForm, Form(media_type="multipart/form-data")],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        # The picture first: it is drawn before the database is locked.
        if has_upload(form.coat_of_arms):
            set_coat_of_arms(db, actor, read_upload(form.coat_of_arms)[1])
        elif form.remove_coat_of_arms:
            set_coat_of_arms(db, actor, None)
        save_letterhead(db, actor, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        return _page(request, get_letterhead(db), form, problem)
    container_of(request).letterhead.forget()
    return redirect("/administrasi/mulai", _("The letterhead is saved. Documents have it from now on."))


def _page(
    request: Request, letterhead: Letterhead, form: LetterheadForm, problem: Problem | None = None
) -> Response:
    return render(
        request,
        "installation/letterhead.html",
        form=form,
        problem=problem,
        saved=conflicting_form(problem, LetterheadForm.from_saved(letterhead)) if problem else None,
        coat_of_arms=letterhead.coat_of_arms,
    )
