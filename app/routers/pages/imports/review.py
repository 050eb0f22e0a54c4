"""The review of an import: its rows are looked through, corrected and decided on, and then committed."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Problem
from app.i18n import Language, translator
from app.models import Basis, ImportStatus, RowKind
from app.models.base import now
from app.nik_vault import NikVault
from app.people.remarks import Remark
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports import review as queries
from app.queries.imports.attendance_imports import AttendanceImportView, attendance_import
from app.queries.imports.document import why_broken_off
from app.queries.imports.people import people_figures, people_named
from app.queries.imports.questions import (
    GROUP_MISSING,
    KELURAHAN_MISSING,
    NEEDS_ATTENTION,
    next_open_row,
    question,
    question_counts,
)
from app.queries.registrations.lists import places_for_list
from app.routers.pages.imports.waiting import SAVED, UNREAD, news, waiting_page
from app.services.imports.commit import NOT_STARTED, CommitChoices, commit_or_queue
from app.services.imports.review import answers_of, judge_now
from app.services.unseen_changes import seal
from app.spreadsheets.remark_texts import remark_text
from app.spreadsheets.transfer import remark_from_json
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

ATTENTION: Final = "attention"
OTHER_DAY = "date-differs"
AS_OFFERED = CommitChoices()


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


@dataclass(frozen=True)
class NextOpen:
    """The row that needs attention next, and the way there."""

    number: int
    address: str


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
    _: Translate,
    import_id: int,
    looking: AtRows,
) -> Response:
    found = attendance_import(look, actor, import_id)
    if by_htmx(request):
        return news(request, found, _)
    return _review(request, look, vault, actor, language, found, looking)


@router.post("/unggahan/{import_id}/simpan")
def commit_import(
    request: Request,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    _: Translate,
    import_id: int,
    basis: Annotated[Literal["public-task", "paper-consent"], Form()] = "public-task",
    others: Annotated[str, Form()] = "leave",
    only_valid: Annotated[bool, Form()] = False,
    confirm: Annotated[bool, Form()] = False,
    overrule: Annotated[bool, Form()] = False,
) -> Response:
    confirmed = frozenset({NOT_STARTED} if confirm else ())
    choices = CommitChoices(only_valid, others, Basis(basis), confirmed, overrule)
    try:
        committed = commit_or_queue(db, vault, actor, import_id, choices)
    except Conflict as conflict:
        db.rollback()
        if attendance_import(db, actor, import_id).status is ImportStatus.REVIEW:
            judge_now(db, vault, actor, import_id)
        found = attendance_import(db, actor, import_id)
        return _review(request, db, vault, actor, language, found, Looking(), choices, conflict)
    response = see(f"/unggahan/{import_id}")
    if committed.status is ImportStatus.COMMITTED:
        flash(response, _(SAVED[committed.purpose]))
    return response


def by_htmx(request: Request) -> bool:
    return "hx-request" in request.headers


def _review(
    request: Request,
    look: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    found: AttendanceImportView,
    looking: Looking,
    choices: CommitChoices = AS_OFFERED,
    problem: Problem | None = None,
) -> Response:
    if found.status in UNREAD:
        return waiting_page(request, found, translator(language))
    warnings = [
        (remark.code, remark_text(remark, translator(language)))
        for remark in map(remark_from_json, found.warnings)
    ]
    return render(
        request,
        "imports/review.html",
        status=problem.status if problem else 200,
        page=queries.review_page(look, vault, language, found.id, kinds=looking.kinds, after=looking.after),
        warnings=[text for code, text in warnings if code != OTHER_DAY],
        other_day=dict(warnings).get(OTHER_DAY),
        fitting_sessions=queries.fitting_sessions(look, actor, found),
        **outcome_context(look, found, language, looking, choices, problem),
    )


def row_context(
    look: Db, found: AttendanceImportView, language: Language, looking: Looking
) -> dict[str, Any]:
    """What the template of a row asks for.

    `seen` seals what was said of a row by now. `rows_alike` tells how many rows ask what a remark asks.
    `without_group` is how many name no group where they are so many that this is asked once for all of them, else 0.
    `without_kelurahan` is how many name no kelurahan where others do and nothing was said of them, else 0.
    """
    counts = question_counts(look, found.id) if found.status is ImportStatus.REVIEW else Counter()
    without_group = counts[GROUP_MISSING]
    asked_once = without_group > 1 and 2 * without_group > found.counts["rows"]
    without_kelurahan = counts[KELURAHAN_MISSING]
    may_be_above = 1 < without_kelurahan < found.counts["rows"] and not found.choices.get("kelurahan")

    def rows_alike(remark: Remark) -> int:
        asked = question(remark)
        return counts[asked] if asked else 0

    return {
        "sheet_import": found,
        "looking": looking,
        "places": reference.kelurahan(look),
        "sentence": partial(remark_text, _=translator(language)),
        "seen": lambda row: seal(answers_of(row.cells, row.decision)),
        "rows_alike": rows_alike,
        "without_group": without_group if asked_once else 0,
        "without_kelurahan": without_kelurahan if may_be_above else 0,
    }


def outcome_context(
    look: Db,
    found: AttendanceImportView,
    language: Language,
    looking: Looking,
    choices: CommitChoices = AS_OFFERED,
    problem: Problem | None = None,
    *,
    below: int | None = None,
) -> dict[str, Any]:
    """What rows ask for, and what saving them will do; the next open row is sought below row `below`."""
    problem = problem or why_broken_off(found)
    return {
        **row_context(look, found, language, looking),
        "session_is_to_come": found.session_starts_at > now(),
        "groups": queries.groups_offered(look, found, language),
        "people": people_figures(look, found),
        "places_for_list": places_for_list(look, found) if found.registers else None,
        "named": people_named(look, found.id) if found.status is ImportStatus.REVIEW else None,
        "next_open": _next_open(look, found, looking, looking.after if below is None else below),
        "choices": choices,
        "refusal": problem.sentence(translator(language)) if problem else None,
    }


def _next_open(look: Db, found: AttendanceImportView, looking: Looking, below: int) -> NextOpen | None:
    """Within the page where all rows are shown; else at the top of a page of what is looked at."""
    number = next_open_row(look, found.id, below)
    if number is None:
        return None
    row = f"#baris-{number}"
    if not looking.kind and queries.is_on_page(look, found.id, number, looking.after):
        return NextOpen(number, row)
    onward = Looking(ATTENTION if looking.kind else "", number - 1)
    return NextOpen(number, f"/unggahan/{found.id}{onward.query}{row}")
