"""Users: list, invite by a link that is shown once, change, deactivate and activate."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Problem
from app.i18n import N_
from app.models import ApprovalKind, Role, User
from app.permissions import Actor, Permission
from app.queries.accounts import users as queries
from app.queries.accounts.approvals import list_approvals
from app.queries.accounts.external_identities import list_external_identities
from app.queries.accounts.organizations import list_organizations
from app.queries.accounts.own_account import get_second_factors
from app.services.accounts import users as services
from app.services.accounts.api_tokens import revoke_api_token
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.second_admin import needs_second_admin, request_approval
from app.services.edit_conflicts import fingerprint
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.installation.setup_steps import is_being_set_up
from app.web.pages import redirect, render

router = APIRouter(prefix="/administrasi/pengguna", include_in_schema=False)

MAX_USERS = 100
ASKED = N_("A second administrator has to approve this. They have been asked; the request ends after a day.")


class UserForm(BaseModel):
    """`organization` is its name."""

    email: str = ""
    name: str = ""
    role: Role = Role.STAFF
    organization: str = DINAS_KOMINFO
    may_see_participants: bool = False
    may_see_niks: bool = False
    seen: str = ""

    @classmethod
    def from_saved(cls, view: queries.UserView) -> "UserForm":
        """Return the form filled with a saved user; `seen` is the fingerprint of the values."""
        saved = services.user_input(view)
        return cls(email=view.email, seen=fingerprint(saved), **asdict(saved))

    def to_input(self) -> services.UserInput:
        return services.UserInput(
            self.name, self.role, self.organization, self.may_see_participants, self.may_see_niks
        )


@router.get("")
def users_page(request: Request, db: ReadDb, actor: CurrentActor, q: str = "") -> Response:
    """Show at most `MAX_USERS` users, those that the search `q` finds; without it, the first of all."""
    users = queries.list_users(db, actor, search=q, limit=MAX_USERS + 1)
    return render(
        request, "accounts/users.html", q=q, users=users[:MAX_USERS], has_more=len(users) > MAX_USERS
    )


@router.get("/baru")
def new_user_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return _form_page(request, db, actor, "accounts/new_user.html", UserForm())


@router.post("/baru")
def invite_user(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[UserForm, Form()]
) -> Response:
    """Create a user and show the link by which they set their password."""
    actor.require(Permission.USER_WRITE)
    with catch_problem(db) as caught:
        user = services.create_user(
            db,
            actor,
            email=form.email,
            name=form.name,
            role=form.role,
            organization=form.organization,
            may_see_participants=form.may_see_participants,
            may_see_niks=form.may_see_niks,
        )
    if problem := caught.problem:
        return _form_page(request, db, actor, "accounts/new_user.html", form, problem)
    return _link_page(request, db, actor, user)


@router.get("/{user_id}")
def user_page(request: Request, db: ReadDb, actor: CurrentActor, user_id: int) -> Response:
    return _user_page(request, db, actor, user_id)


@router.post("/{user_id}")
def change_user(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    user_id: int,
    form: Annotated[UserForm, Form()],
    _: Translate,
) -> Response:
    """Save a user. If a value is wrong, or others have changed the user meanwhile, show the form again."""
    with catch_problem(db) as caught:
        services.change_user(db, actor, user_id, form.to_input(), form_fingerprint=form.seen)
        user = queries.get_user(db, actor, user_id)
    if problem := caught.problem:
        return _user_page(request, db, actor, user_id, form, problem)
    is_done = user.role is form.role
    return redirect(f"/administrasi/pengguna/{user_id}", _("The changes are saved.") if is_done else _(ASKED))


@router.post("/{user_id}/tautan")
def create_user_password_link(
    request: Request, db: WriteDb, actor: CurrentActor, user_id: int, _: Translate
) -> Response:
    """Create a password link for the user, which ends earlier ones, and show it. 409 if the user is deactivated.

    For another administrator it is mailed to that user alone; without a mail server a second administrator has to
    approve it before it is shown.
    """
    user = queries.get_user(db, actor, user_id)
    page = f"/administrasi/pengguna/{user_id}"
    if needs_second_admin(db, actor, user) and container_of(request).settings.sends_mail:
        services.mail_password_link(db, actor, user)
        return redirect(page, _("The link is mailed to the user, and shown to nobody else."))
    try:
        return _link_page(request, db, actor, user)
    except Conflict as problem:
        if problem.code != "needs-approval":
            raise
        request_approval(db, actor, ApprovalKind.PASSWORD_LINK, user)
        return redirect(page, _(ASKED))


@router.post("/{user_id}/dua-langkah")
def reset_second_factor(db: WriteDb, actor: CurrentActor, user_id: int, _: Translate) -> Response:
    """Remove the second step of a user's login, or ask a second administrator to approve that."""
    is_done = services.reset_user_second_factor(db, actor, user_id)
    text = _("The second step is removed, and the user is logged out everywhere.") if is_done else _(ASKED)
    return redirect(f"/administrasi/pengguna/{user_id}", text)


@router.post("/{user_id}/nonaktifkan")
def deactivate_user(
    request: Request, db: WriteDb, actor: CurrentActor, user_id: int, _: Translate
) -> Response:
    """Deactivate a user and end their logins, and redirect to their page.

    For oneself and for the last administrator the page says that it can't be done.
    """
    with catch_problem(db) as caught:
        user = services.deactivate_user(db, actor, user_id)
    if problem := caught.problem:
        return _user_page(request, db, actor, user_id, problem=problem)
    text = _(ASKED) if user.active else _("The user is deactivated and logged out everywhere.")
    return redirect(f"/administrasi/pengguna/{user_id}", text)


@router.post("/{user_id}/aktifkan")
def activate_user(db: WriteDb, actor: CurrentActor, user_id: int, _: Translate) -> Response:
    """Activate a deactivated user again, with the same password."""
    services.activate_user(db, actor, user_id)
    return redirect(f"/administrasi/pengguna/{user_id}", _("Active again."))


@router.post("/token/{token_id}/cabut")
def revoke_token(db: WriteDb, actor: CurrentActor, token_id: int, _: Translate) -> Response:
    """Delete an API token of a user, and redirect to the user's page. 404 if there is none."""
    token = revoke_api_token(db, actor, token_id)
    return redirect(
        f"/administrasi/pengguna/{token.user_id}", _("The token is withdrawn and no longer works.")
    )


def _link_page(request: Request, db: Db, actor: Actor, user: User) -> Response:
    """Create a password link for the user, which ends earlier ones, and return the page that shows it.

    There is no redirect: the link is shown in this response only.
    """
    secret = services.create_password_link(db, actor, user)
    address = f"{container_of(request).settings.base_url}/kata-sandi/{secret}"
    return render(
        request,
        "accounts/password_link.html",
        headers={"cache-control": "no-store"},
        user=user,
        address=address,
        days=services.LINK_LIFETIME.days,
        is_being_set_up=is_being_set_up(request, db, actor),
    )


def _user_page(
    request: Request,
    db: Db,
    actor: Actor,
    user_id: int,
    form: UserForm | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the page of a user; its form is `form`, by default what is saved."""
    user, row = queries.get_user_view(db, actor, user_id), queries.get_user(db, actor, user_id)
    saved = UserForm.from_saved(user)
    tokens = queries.list_api_tokens(db, actor, email=user.email)
    identities = list_external_identities(db, actor, user_id)
    return _form_page(
        request,
        db,
        actor,
        "accounts/user.html",
        form or saved,
        problem,
        saved=conflicting_form(problem, saved),
        user=user,
        tokens=tokens,
        approvals=list_approvals(db, actor, user_id=user_id),
        is_guarded=needs_second_admin(db, actor, row),
        has_second_factor=get_second_factors(db, Actor.from_user(row)).is_set_up,
        sends_mail=container_of(request).settings.sends_mail,
        identities=identities,
    )


def _form_page(
    request: Request,
    db: Db,
    actor: Actor,
    template: str,
    form: UserForm,
    problem: Problem | None = None,
    **context: Any,
) -> Response:
    """Return a page with the form of a user, and the names of organizations to choose from."""
    names = [organization.name for organization in list_organizations(db, actor)]
    return render(request, template, form=form, problem=problem, organizations=names, **context)
