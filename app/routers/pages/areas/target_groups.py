"""Target groups: the list, making and changing one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.errors import Conflict, Invalid
from app.permissions import Permission
from app.queries.areas import target_groups as queries
from app.queries.areas.target_groups import TargetGroupDetails
from app.services.areas import target_groups as services
from app.services.unseen_changes import CHANGED, seal
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import render_form, whole_number
from app.web.pages import render, see

PLACE = "/administrasi/kelompok"

router = APIRouter(prefix=PLACE, include_in_schema=False)


class TargetGroupForm(BaseModel):
    """`synonyms` are words, one a line."""

    code: str = ""
    label_id: str = ""
    label_en: str = ""
    synonyms: str = ""
    position: str = ""
    seen: str = ""

    @classmethod
    def of(cls, group: TargetGroupDetails) -> "TargetGroupForm":
        """The form as one who wants to change the group finds it."""
        return cls(
            code=group.code,
            label_id=group.label_id,
            label_en=group.label_en,
            synonyms="\n".join(group.synonyms),
            position=str(group.position),
            seen=seal(services.said_of(group)),
        )

    def given(self) -> services.TargetGroupInput:
        synonyms = tuple(filter(None, map(str.strip, self.synonyms.splitlines())))
        return services.TargetGroupInput(self.label_id, self.label_en, synonyms, whole_number(self.position))


@router.get("")
def target_groups_page(request: Request, look: Reader, actor: PageActor) -> Response:
    groups = queries.target_groups(look, actor)
    return render(request, "areas/target_groups.html", groups=groups)


@router.get("/baru")
def new_target_group_page(request: Request, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.USER_WRITE)
    return render_form(request, "areas/new_target_group.html", TargetGroupForm(), _)


@router.post("/baru")
def create_target_group(
    request: Request, db: Writer, actor: PageActor, form: Annotated[TargetGroupForm, Form()], _: Translate
) -> Response:
    try:
        services.create_target_group(db, actor, form.code.strip(), form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return render_form(request, "areas/new_target_group.html", form, _, problem)
    return _done(_("The group is added. Workshops can be for it, and sheets may name it."))


@router.get("/{code}")
def target_group_page(request: Request, look: Reader, actor: PageActor, code: str, _: Translate) -> Response:
    form = TargetGroupForm.of(queries.target_group(look, actor, code))
    return render_form(request, "areas/target_group.html", form, _, saved=None)


@router.post("/{code}")
def change_target_group(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[TargetGroupForm, Form()],
    _: Translate,
) -> Response:
    form.code = code
    try:
        services.change_target_group(db, actor, code, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        found = TargetGroupForm.of(queries.target_group(db, actor, code))
        saved = found if problem.code == CHANGED else None
        return render_form(request, "areas/target_group.html", form, _, problem, saved=saved)
    return _done(_("The changes are saved."))


def _done(sentence: str) -> Response:
    response = see(PLACE)
    flash(response, sentence)
    return response
