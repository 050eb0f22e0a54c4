"""The review of an import: its rows are looked through, corrected and decided on, and then committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Invalid, NotFound, Problem
from app.i18n import N_, Language, translator
from app.models import ImportStatus, RowKind
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries import import_review as queries
from app.queries import reference
from app.queries.attendance_imports import AttendanceImportView, attendance_import
from app.queries.import_review import NEEDS_ATTENTION, ReviewRow
from app.services.import_commit import NOT_STARTED, CommitChoices, commit
from app.services.import_review import correct_row, judge_now
from app.spreadsheets.document import FIELDS
from app.spreadsheets.messages import message_text
from app.spreadsheets.transfer import message_from_json
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

ATTENTION = "attention"


@dataclass(frozen=True)
class Looking:
    """Which rows a person is looking at: of one kind, those that need attention, or all; those after a row."""

    kind: Literal["", "attention"] | RowKind = ""
    after: int = 0

    @property
    def kinds(self) -> tuple[RowKind, ...]:
        if self.kind == ATTENTION:
            return NEEDS_ATTENTION
        return (RowKind(self.kind),) if self.kind else ()

    @property
    def query(self) -> str:
        """As the query of an address, with its question mark; empty for all rows from the first on."""
        said = {"kind": str(self.kind), "after": str(self.after or "")}
        given = {name: value for name, value in said.items() if value}
        return f"?{urlencode(given)}" if given else ""


AtRows = Annotated[Looking, Depends()]


async def _typed(request: Request) -> dict[str, str]:
    """A form's texts, empty ones too: to empty a cell is to correct it."""
    return {name: text for name, text in (await request.form()).items() if isinstance(text, str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/unggahan/{import_id}")
def review(
    request: Request,
    look: Reader,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    import_id: int,
    looking: AtRows,
) -> Response:
    found = attendance_import(look, actor, import_id)
    if _by_htmx(request):
        return _news_of_reading(found)
    return _review(request, look, vault, actor, language, found, looking)


@router.get("/unggahan/{import_id}/baris/{number}")
def edit_row(
    request: Request,
    look: Reader,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    import_id: int,
    number: int,
    looking: AtRows,
) -> Response:
    found = attendance_import(look, actor, import_id)
    row = _row(look, vault, language, import_id, number)
    if found.status is not ImportStatus.REVIEW:
        return see(f"/unggahan/{import_id}{looking.query}#baris-{number}")
    template = (
        "attendance_imports/row_edited.html" if _by_htmx(request) else "attendance_imports/edit_row.html"
    )
    return render(
        request, template, row=row, columns=_columns(found), **_row_context(look, found, language, looking)
    )


@router.post("/unggahan/{import_id}/baris/{number}")
def change_row(
    request: Request,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    import_id: int,
    number: int,
    looking: AtRows,
    typed: Typed,
) -> Response:
    """A choice made by a button, or cells as they were typed."""
    attendance_import(look, actor, import_id)
    row = _row(look, vault, language, import_id, number)
    cells, decision = _cells(row, typed), _decision(typed.get("choice", ""))
    if "kelurahan" in cells and row.decision.get("kelurahan"):
        decision = {"kelurahan": None, **(decision or {})}
    changed = [number]
    if cells or decision is not None:
        changed = correct_row(db, vault, actor, import_id, number, cells=cells, decision=decision)
    rows = queries.review_rows(db, vault, language, import_id, changed)
    if not _by_htmx(request):
        return see(f"/unggahan/{import_id}{looking.query}#{_anchor(rows, number, looking)}")
    found = attendance_import(db, actor, import_id)
    return render(
        request,
        "attendance_imports/rows_changed.html",
        rows=rows,
        number=number,
        people=queries.people_figures(db, found),
        refusal=None,
        **_row_context(db, found, language, looking),
    )


@router.post("/unggahan/{import_id}/simpan")
def commit_import(
    request: Request,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    _: Translate,
    import_id: int,
    others: Annotated[str, Form()] = "leave",
    only_valid: Annotated[bool, Form()] = False,
    confirm: Annotated[bool, Form()] = False,
) -> Response:
    confirmed = frozenset({NOT_STARTED} if confirm else ())
    choices = CommitChoices(only_valid=only_valid, others=others, confirm=confirmed)
    try:
        commit(db, vault, actor, import_id, choices)
    except Conflict as conflict:
        db.rollback()
        if attendance_import(db, actor, import_id).status is ImportStatus.REVIEW:
            judge_now(db, vault, actor, import_id)
        found = attendance_import(db, actor, import_id)
        return _review(request, db, vault, actor, language, found, Looking(), conflict)
    response = see(f"/unggahan/{import_id}")
    flash(response, _("The attendance is saved."))
    return response


def _by_htmx(request: Request) -> bool:
    return "hx-request" in request.headers


def _news_of_reading(found: AttendanceImportView) -> Response:
    """For a page that waits for its file: nothing new, or that it is to load itself again."""
    if found.status is ImportStatus.READING:
        return Response(status_code=204)
    return Response(headers={"HX-Refresh": "true"})


def _review(
    request: Request,
    look: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    found: AttendanceImportView,
    looking: Looking,
    problem: Problem | None = None,
) -> Response:
    if found.status in (ImportStatus.READING, ImportStatus.FAILED):
        return render(
            request, "attendance_imports/unread.html", sheet_import=found, failure=_failure(found, language)
        )
    return render(
        request,
        "attendance_imports/review.html",
        status=problem.status if problem else 200,
        people=queries.people_figures(look, found),
        page=queries.review_page(look, vault, language, found.id, kinds=looking.kinds, after=looking.after),
        warnings=[
            message_text(message_from_json(warning), translator(language)) for warning in found.warnings
        ],
        refusal=problem.sentence(translator(language)) if problem else None,
        **_row_context(look, found, language, looking),
    )


def _row_context(
    look: Db, found: AttendanceImportView, language: Language, looking: Looking
) -> dict[str, Any]:
    """What the template of a row asks for."""
    return {
        "sheet_import": found,
        "session_is_to_come": found.session_starts_at > now(),
        "looking": looking,
        "places": reference.kelurahan(look),
        "sentence": partial(message_text, _=translator(language)),
    }


def _failure(found: AttendanceImportView, language: Language) -> str | None:
    if found.failure is None:
        return None
    return Problem(found.failure["text"], **found.failure["params"]).sentence(translator(language))


def _row(look: Db, vault: NikVault, language: Language, import_id: int, number: int) -> ReviewRow:
    rows = queries.review_rows(look, vault, language, import_id, [number])
    if not rows:
        raise NotFound(N_("There is no row %(number)s in this import."), number=number)
    return rows[0]


def _columns(found: AttendanceImportView) -> list[str]:
    """The fields of a sheet's columns, each once, in their order; those that people need are always there."""
    mapped = (column["field"] for column in found.columns if column["field"])
    return list(dict.fromkeys((*mapped, "name", "kelurahan", "target_group", "attendance")))


def _cells(row: ReviewRow, typed: dict[str, str]) -> dict[str, str]:
    """The cells that read otherwise now; a masked NIK that was sent back is left alone."""
    return {
        field: text.strip()
        for field, text in typed.items()
        if field in FIELDS and text.strip() != row.cells.get(field, "")
    }


def _decision(choice: str) -> dict[str, Any] | None:
    """What the button stands for, as the service takes it; `take-back` is no choice any more."""
    kind, _, value = choice.partition(":")
    match kind:
        case "":
            return None
        case "kelurahan":
            return {"kelurahan": value}
        case "person":
            return {"person": "new" if value == "new" else _number(value)}
        case "row":
            return {"person": {"row": _number(value)}}
        case "skip":
            return {"skip": True}
        case "keep":
            return {"skip": False}
        case "take-back":
            return {}
        case _:
            raise Invalid(N_("There is no choice %(choice)s."), choice=kind)


def _anchor(rows: Sequence[ReviewRow], number: int, looking: Looking) -> str:
    """Back to the row, or to the top of the rows where it isn't among those looked at any more."""
    still_there = not looking.kinds or any(row.kind in looking.kinds for row in rows if row.number == number)
    return f"baris-{number}" if still_there else "daftar"


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Invalid(N_("Say who it is: a participant, a row of this file, or someone new."))
    return int(text)
