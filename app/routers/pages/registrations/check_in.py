"""Attendance on the day, from a phone: the session's list with one tap a person, tickets, and walk-ins."""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Language, Translator
from app.models import AttendanceStatus, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.people.participants import people_seen
from app.queries.registrations import check_in as queries
from app.queries.registrations.registrations import registration_view
from app.queries.workshops.workshop_sessions import workshop_session, workshop_session_by_code
from app.queries.workshops.workshops import target_groups_of
from app.services.registrations.attendance_marks import DAYS_BEFORE, Marking, mark, registration_at
from app.services.registrations.codes import code_on_ticket
from app.services.registrations.recognition import PersonInput
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear
from app.services.registrations.walk_ins import WalkIn, register_walk_in
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.forms import is_whole_number, render_form
from app.web.pages import render, see
from app.web.registrations.person_form import key_of_person
from app.web.security import camera_headers

router = APIRouter(prefix="/sesi/{code}/hadir", include_in_schema=False)

# What a button says: an outcome, or that there is none. (A field that is sent empty would be as if it weren't sent.)
Said = Literal["present", "absent", "excused", "none"]


class Looking(BaseModel):
    """How the page is looked at: what is searched for, the mark just made with what was there before it, the
    group of the walk-in before, and whether attendance is recorded long before the session."""

    q: str = ""
    marked: str = Field("", alias="ditandai")
    before: Said = Field("none", alias="sebelumnya")
    group: str = Field("", alias="kelompok")
    early: Literal["", "1"] = Field("", alias="awal")

    def address(self, code: str, **changed: object) -> str:
        """The page looked at in the same way, but for what is `changed`; back at the person marked."""
        looking = self.model_copy(update={"marked": "", "before": "", **changed})
        given = looking.model_dump(by_alias=True)
        query = urlencode({key: value for key, value in given.items() if value})
        anchor = f"#{looking.marked}" if looking.marked else ""
        return f"/sesi/{code}/hadir{'?' if query else ''}{query}{anchor}"


Looked = Annotated[Looking, Query()]


class MarkForm(BaseModel):
    """A tap where no script runs. `registration` may be all that a ticket's QR says."""

    registration: str = ""
    status: Said

    @property
    def outcome(self) -> AttendanceStatus | None:
        return None if self.status == "none" else AttendanceStatus(self.status)


class WalkInForm(BaseModel):
    name: str = ""
    kelurahan: str = ""
    target_group: str = ""
    person: str = ""
    key: str = Field("", max_length=64)

    def walk_in(self, *, confirmed: bool) -> WalkIn:
        return WalkIn(
            PersonInput(name=self.name, kelurahan=self.kelurahan, target_group=self.target_group),
            known_person=_person(self.person),
            request_key=key_of_person(self.key, self.name),
            confirmed=confirmed,
        )


class MarkSent(BaseModel):
    """A tap as the page's script sends it, perhaps much later."""

    registration: str
    status: AttendanceStatus | None
    at: AwareDatetime
    nonce: str = Field(min_length=1, max_length=64)
    early: bool = False


class MarkKept(BaseModel):
    """The registration's state after a mark, which another device's later mark may have made."""

    registration: str
    name: str
    attendance: AttendanceStatus | None


@router.get("")
def check_in_page(
    request: Request, look: Reader, actor: PageActor, code: str, looking: Looked, language: Lang, _: Translate
) -> Response:
    form = WalkInForm(target_group=looking.group, key=uuid4().hex)
    return _page(request, look, actor, code, looking, form, language, _)


@router.post("")
def mark_by_form(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    looking: Looked,
    form: Annotated[MarkForm, Form()],
    language: Lang,
    _: Translate,
) -> Response:
    held = _held(db, actor, code)
    try:
        registration = registration_at(db, actor, held, code_on_ticket(form.registration))
        before = registration_view(db, registration).attendance
        mark(db, actor, registration, Marking(form.outcome, confirmed=bool(looking.early)))
    except Problem as problem:
        db.rollback()
        kept = WalkInForm(target_group=looking.group, key=uuid4().hex)
        return _page(request, db, actor, code, looking, kept, language, _, problem)
    return see(looking.address(code, marked=registration.code, before=before or "none"))


@router.post("/datang")
def walk_in(
    request: Request,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    code: str,
    looking: Looked,
    form: Annotated[WalkInForm, Form()],
    language: Lang,
    _: Translate,
) -> Response:
    held = _held(db, actor, code)
    try:
        made = register_walk_in(db, vault, actor, held.id, form.walk_in(confirmed=bool(looking.early)))
    except (Conflict, Invalid) as problem:
        db.rollback()
        return _page(request, db, actor, code, looking, form, language, _, problem)
    response = see(looking.address(code, q="", marked=made.code, group=form.target_group))
    flash(response, _("%(name)s is registered and present.") % {"name": registration_view(db, made).name})
    return response


@router.get("/keadaan")
def outcomes(look: Reader, actor: PageActor, code: str) -> dict[str, AttendanceStatus | None]:
    """Where each registration stands, by its code, for a page that is open."""
    held = _held(look, actor, code)
    return queries.outcomes(look, held)


@router.post("/tanda")
def mark_by_script(db: Writer, actor: PageActor, code: str, sent: MarkSent) -> MarkKept:
    held = _held(db, actor, code)
    registration = registration_at(db, actor, held, sent.registration)
    mark(db, actor, registration, Marking(sent.status, sent.at, sent.nonce, sent.early))
    found = registration_view(db, registration)
    return MarkKept(registration=found.code, name=found.name, attendance=found.attendance)


@router.get("/datang")
def walk_in_page(code: str) -> Response:
    """The address that stays in the bar where somebody who came was refused; else it would be a ticket's code."""
    return see(f"/sesi/{code}/hadir")


@router.get("/{registration_code}")
def marks_page(
    request: Request, look: Reader, actor: PageActor, code: str, registration_code: str
) -> Response:
    held = _held(look, actor, code)
    registration = registration_at(look, actor, held, registration_code)
    return render(
        request,
        "registrations/check_in/marks.html",
        workshop_session=held,
        registration=registration_view(look, registration),
        marks=queries.marks_of(look, registration),
    )


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    looking: Looking,
    form: WalkInForm,
    language: Language,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    """The check-in page: as one finds it, or with what was typed for a walk-in and what is to be said about it."""
    held = _held(db, actor, code)
    everyone = queries.check_in(db, actor, held)
    days = queries.days_to_come(held.starts_at)
    group_names = {group.code: group.label for group in reference.target_groups(db, language)}
    return render_form(
        request,
        "registrations/check_in/page.html",
        form,
        _,
        problem,
        headers=camera_headers(),
        workshop_session=workshop_session(db, actor, code),
        cancelled=held.cancelled_at is not None,
        check_in=everyone,
        found=everyone.matching(looking.q),
        looking=looking,
        days_to_come=days,
        kept_until=queries.kept_until(held),
        must_confirm=days > DAYS_BEFORE and not looking.early,
        places=reference.kelurahan(db),
        group_names=group_names,
        groups=[(one, group_names[one]) for one in target_groups_of(db, held.workshop_id) or group_names],
        candidates=_candidates(db, problem) if isinstance(problem, PersonUnclear) else [],
        present_already=isinstance(problem, AlreadyRegistered),
    )


def _held(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """The session, for those who take its attendance."""
    actor.require(Permission.ATTENDANCE_WRITE)
    return workshop_session_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)


def _candidates(db: Db, unclear: PersonUnclear) -> list[tuple[str, str]]:
    """The people who may be meant, each by number and in words."""
    seen = people_seen(db, unclear.candidates)
    return [
        (str(one.id), f"{one.name}, {one.place}{f' RT {one.rt}' if one.rt else ''}")
        for _, one in sorted(seen.items())
    ]


def _person(typed: str) -> int | Literal["new"] | None:
    """Who was chosen of those who may be meant."""
    if typed == "new":
        return "new"
    return int(typed) if is_whole_number(typed) else None
