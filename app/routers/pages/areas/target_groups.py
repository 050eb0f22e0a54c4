"""Target groups: list, create and change."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.permissions import Permission
from app.queries.areas import target_groups as queries
from app.queries.areas.target_groups import TargetGroupDetails
from app.services.areas import target_groups as services
from app.services.edit_conflicts import fingerprint
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form, parse_whole_number
from app.web.pages import redirect, render

PATH = "/administrasi/kelompok"

router = APIRouter(prefix=PATH, include_in_schema=False)


class TargetGroupForm(BaseModel):
    """`synonyms` are words, one per line."""

    code: str = ""
    label_id: str = ""
    label_en: str = ""
    synonyms: str = ""
    position: str = ""
    seen: str = ""

    @classmethod
    def from_saved(cls, group: TargetGroupDetails) -> "TargetGroupForm":
        """Return the form filled with a saved group; `seen` is the fingerprint of its values."""
        return cls(
            code=group.code,
            label_id=group.label_id,
            label_en=group.label_en,
            synonyms="\n".join(group.synonyms),
            position=str(group.position),
            seen=fingerprint(services.target_group_input(group)),
        )

    def to_input(self) -> services.TargetGroupInput:
        synonyms = tuple(filter(None, map(str.strip, self.synonyms.splitlines())))
        return services.TargetGroupInput(
            self.label_id, self.label_en, synonyms, parse_whole_number(self.position)
        )


@router.get("")
def target_groups_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    groups = queries.list_target_group_details(db, actor)
    return render(request, "areas/target_groups.html", groups=groups)


@router.get("/baru")
def new_target_group_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "areas/new_target_group.html", form=TargetGroupForm())


@router.post("/baru")
def create_target_group(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[TargetGroupForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        services.create_target_group(db, actor, form.code.strip(), form.to_input())
    if problem := caught.problem:
        return render(request, "areas/new_target_group.html", form=form, problem=problem)
    return redirect(PATH, _("The group is added. Workshops can be for it, and sheets may name it."))


@router.get("/{code}")
def target_group_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    form = TargetGroupForm.from_saved(queries.get_target_group_details(db, actor, code))
    return render(request, "areas/target_group.html", form=form, saved=None)


@router.post("/{code}")
def change_target_group(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[TargetGroupForm, Form()],
    _: Translate,
) -> Response:
    form.code = code
    with catch_problem(db) as caught:
        services.change_target_group(db, actor, code, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        saved = TargetGroupForm.from_saved(queries.get_target_group_details(db, actor, code))
        return render(
            request,
            "areas/target_group.html",
            form=form,
            problem=problem,
            saved=conflicting_form(problem, saved),
        )
    return redirect(PATH, _("The changes are saved."))
