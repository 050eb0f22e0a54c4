"""Users: the list, inviting one by a link that is shown once, changing one, and letting them in or not."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Translator
from app.models import Role, User
from app.permissions import Actor, Permission
from app.queries.accounts import users as queries
from app.queries.accounts.organizations import organizations
from app.services.accounts import users as services
from app.services.unseen_changes import CHANGED, seal
from app.web.container import container_of
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import render, see

router = APIRouter(prefix="/administrasi/pengguna", include_in_schema=False)

SHOWN = 100


class UserForm(BaseModel):
    """`organization` is a name."""

    email: str = ""
    name: str = ""
    role: Role = Role.STAFF
    organization: str = services.DINAS_KOMINFO
    may_see_participants: bool = False
    seen: str = ""

    @classmethod
    def of(cls, view: queries.UserView) -> "UserForm":
        """The form as one who wants to change the user finds it."""
        said = services.said_of(view)
        return cls(email=view.email, seen=seal(said), **asdict(said))

    def given(self) -> services.UserInput:
        return services.UserInput(self.name, self.role, self.organization, self.may_see_participants)


@router.get("")
def users_page(request: Request, look: Reader, actor: PageActor, q: str = "") -> Response:
    found = queries.users(look, actor, search=q, limit=SHOWN + 1)
    return render(request, "accounts/users.html", q=q, users=found[:SHOWN], has_more=len(found) > SHOWN)


@router.get("/baru")
def new_user_page(request: Request, look: Reader, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.USER_WRITE)
    return _form_page(request, look, actor, "accounts/new_user.html", UserForm(), _)


@router.post("/baru")
def invite_user(
    request: Request, db: Writer, actor: PageActor, form: Annotated[UserForm, Form()], _: Translate
) -> Response:
    actor.require(Permission.USER_WRITE)
    try:
        user = services.create_user(
            db,
            actor,
            email=form.email,
            name=form.name,
            role=form.role,
            organization=form.organization,
            may_see_participants=form.may_see_participants,
        )
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _form_page(request, db, actor, "accounts/new_user.html", form, _, problem)
    return _link_page(request, db, actor, user)


@router.get("/{user_id}")
def user_page(request: Request, look: Reader, actor: PageActor, user_id: int, _: Translate) -> Response:
    return _user_page(request, look, actor, user_id, _)


@router.post("/{user_id}")
def change_user(
    request: Request,
    db: Writer,
    actor: PageActor,
    user_id: int,
    form: Annotated[UserForm, Form()],
    _: Translate,
) -> Response:
    try:
        services.change_user(db, actor, user_id, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _user_page(request, db, actor, user_id, _, form, problem)
    return _done(user_id, _("The changes are saved."))


@router.post("/{user_id}/tautan")
def new_link(request: Request, db: Writer, actor: PageActor, user_id: int) -> Response:
    return _link_page(request, db, actor, queries.user_by_id(db, actor, user_id))


@router.post("/{user_id}/nonaktifkan")
def deactivate_user(request: Request, db: Writer, actor: PageActor, user_id: int, _: Translate) -> Response:
    try:
        services.deactivate_user(db, actor, user_id)
    except Conflict as problem:
        db.rollback()
        return _user_page(request, db, actor, user_id, _, problem=problem)
    return _done(user_id, _("Not active any more, and logged out everywhere."))


@router.post("/{user_id}/aktifkan")
def activate_user(db: Writer, actor: PageActor, user_id: int, _: Translate) -> Response:
    services.activate_user(db, actor, user_id)
    return _done(user_id, _("Active again."))


@router.post("/token/{token_id}/cabut")
def revoke_token(db: Writer, actor: PageActor, token_id: int, _: Translate) -> Response:
    token = services.revoke_api_token(db, actor, token_id)
    return _done(token.user_id, _("The token is withdrawn: it opens nothing any more."))


def _done(user_id: int, sentence: str) -> Response:
    response = see(f"/administrasi/pengguna/{user_id}")
    flash(response, sentence)
    return response


def _link_page(request: Request, db: Db, actor: Actor, user: User) -> Response:
    """The link stands in this answer and nowhere else, so that there is no page to be sent to."""
    secret = services.create_password_link(db, actor, user)
    address = f"{container_of(request).settings.base_url}/kata-sandi/{secret}"
    return render(
        request,
        "accounts/password_link.html",
        headers={"cache-control": "no-store"},
        user=user,
        address=address,
        days=services.LINK_LASTS.days,
    )


def _user_page(
    request: Request,
    look: Db,
    actor: Actor,
    user_id: int,
    _: Translator,
    form: UserForm | None = None,
    problem: Problem | None = None,
) -> Response:
    user = queries.user(look, actor, user_id)
    filled = UserForm.of(user)
    tokens = queries.api_tokens(look, actor, email=user.email)
    return _form_page(
        request,
        look,
        actor,
        "accounts/user.html",
        form or filled,
        _,
        problem,
        saved=filled if problem and problem.code == CHANGED else None,
        user=user,
        tokens=tokens,
    )


def _form_page(
    request: Request,
    look: Db,
    actor: Actor,
    template: str,
    form: UserForm,
    _: Translator,
    problem: Problem | None = None,
    **context: object,
) -> Response:
    names = [organization.name for organization in organizations(look, actor)]
    return render_form(request, template, form, _, problem, organizations=names, **context)
