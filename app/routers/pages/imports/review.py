"""The review of an import: its rows with their remarks, what committing will do, and the commit."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Problem
from app.i18n import N_, Language, Translator, translator
from app.models import Basis, ImportStatus, RowKind
from app.models.base import now
from app.nik_vault import NikVault
from app.paper.reading import SENTENCES as PAPER_SENTENCES
from app.people.remarks import Remark, remark_from_json
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports import review as queries
from app.queries.imports.attendance_imports import (
    AttendanceImportView,
    get_attendance_import,
    get_attendance_import_view,
)
from app.queries.imports.minutes import find_changed_minutes_rule
from app.queries.imports.people import count_people, list_first_people, list_missing_people
from app.queries.imports.photos import get_photo_upload, list_line_pictures
from app.queries.imports.questions import (
    ANSWERED_BY_CHOICE,
    ATTENDANCE_DIFFERS,
    GROUP_MISSING,
    KELURAHAN_MISSING,
    NEEDS_ATTENTION,
    count_questions,
    find_next_open_row,
    find_question,
    find_row_asking,
)
from app.queries.imports.shared_uploads import (
    list_open_file_questions,
    list_shared_imports,
)
from app.queries.issued_reports.closed_periods import find_closed_period_of
from app.queries.registrations.lists import count_seats_for_list
from app.queries.workshops.workshop_sessions import get_workshop_session_view, list_workshop_sessions
from app.routers.pages.imports.waiting import SAVED, STATUSES_WITHOUT_REVIEW, render_progress, render_waiting
from app.services.edit_conflicts import fingerprint
from app.services.imports.commit import CommitChoices, commit_or_queue
from app.services.imports.review import judge_import_again, row_answers
from app.spreadsheets.remark_texts import remark_text
from app.spreadsheets.tables.columns.day_columns import SEVERAL_DAYS, mark_of_day
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem
from app.web.pages import build_url, redirect, render

router = APIRouter(include_in_schema=False)

ATTENTION: Final = "attention"
DEFAULT_CHOICES = CommitChoices()
# Of what is not read from a single photo.
MORE_PAPER_SENTENCES = {
    "no-signature": N_("Something is written here, but nobody signed."),
    "pages-differ": N_("One photo shows a signature here, another one of the same page does not."),
    "unknown-print": N_("This page was not printed here, or its list does not exist any more."),
}
SIGNATURE_UNSURE = "signature-unsure"
MAX_OPEN_LINES = 100
"""That are answered beside their pictures at once; further ones follow when these are answered."""


@dataclass(frozen=True)
class RowFilter:
    """The rows to show after row `after`: rows of one kind, rows that need attention (`ATTENTION`), or all rows."""

    kind: Literal["", "attention"] | RowKind = ""
    after: int = 0

    @property
    def kinds(self) -> tuple[RowKind, ...]:
        """The kinds of rows to show; empty for all."""
        if self.kind == ATTENTION:
            return NEEDS_ATTENTION
        return (RowKind(self.kind),) if self.kind else ()

    @property
    def query(self) -> str:
        """The query string of these rows, with its question mark; empty for all rows from the first on."""
        return build_url("", {"kind": self.kind, "after": self.after})


@dataclass(frozen=True)
class NextOpen:
    """The next row that needs attention, and its URL."""

    number: int
    url: str


ShownRows = Annotated[RowFilter, Depends()]


async def _read_texts(request: Request) -> dict[str, str]:
    """Return the text fields of a form by name, with empty ones, because emptying a cell is a correction too."""
    return {name: text for name, text in (await request.form()).items() if isinstance(text, str)}


FormTexts = Annotated[dict[str, str], Depends(_read_texts)]


@router.get("/unggahan/{import_id}")
def get_review_page(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    row_filter: ShownRows,
) -> Response:
    """Show the review of an import, or its progress while it is read or committed.

    A request of htmx is the page's poll for progress (see `render_progress`).
    """
    attendance_import = get_attendance_import_view(db, actor, import_id)
    if is_htmx(request):
        return render_progress(request, attendance_import, _)
    return render_review(request, db, vault, actor, language, attendance_import, row_filter)


@router.post("/unggahan/{import_id}/simpan")
def commit_import(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    basis: Annotated[Literal["public-task", "paper-consent"], Form()] = "public-task",
    others: Annotated[str, Form()] = "leave",
    only_valid: Annotated[bool, Form()] = False,
    confirm: Annotated[tuple[str, ...], Form()] = (),
    overrule: Annotated[bool, Form()] = False,
    missing: Annotated[str, Form()] = "leave",
) -> Response:
    """Commit the import, or queue the commit of a long list, and redirect to its page.

    If it can't be committed, the rows are judged again and the review is shown with the reason.
    """
    choices = CommitChoices(only_valid, others, Basis(basis), frozenset(confirm), overrule, missing)
    with catch_problem(db) as caught:
        committed = commit_or_queue(db, vault, actor, import_id, choices)
    if problem := caught.problem:
        if get_attendance_import_view(db, actor, import_id).status is ImportStatus.REVIEW:
            judge_import_again(db, vault, actor, import_id)
        attendance_import = get_attendance_import_view(db, actor, import_id)
        return render_review(
            request, db, vault, actor, language, attendance_import, RowFilter(), choices, problem
        )
    is_committed = committed.status is ImportStatus.COMMITTED
    return redirect(f"/unggahan/{import_id}", _(SAVED[committed.purpose]) if is_committed else "")


def is_htmx(request: Request) -> bool:
    """Return whether htmx sent the request, to replace a part of the page with the response."""
    return "hx-request" in request.headers


def render_review(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    attendance_import: AttendanceImportView,
    row_filter: RowFilter,
    choices: CommitChoices = DEFAULT_CHOICES,
    problem: Problem | None = None,
    *,
    together: bool = False,
) -> Response:
    """Return the review of the import; while it is read or committed, or if it failed, the page that says so.

    The `problem` is that of saving this import, or with `together` that of saving all sessions of its file.
    """
    if attendance_import.status in STATUSES_WITHOUT_REVIEW:
        return render_waiting(request, attendance_import, translator(language))
    _ = translator(language)
    sessions_context = build_sessions_context(db, actor, attendance_import, language)
    read_days = {shared.attendance_import.day_column for shared in sessions_context["shared_imports"]}
    has_read_all_days = read_days >= set(attendance_import.day_columns)
    warnings = list(map(remark_from_json, attendance_import.warnings))
    return render(
        request,
        "imports/review/page.html",
        problem=problem,
        page=queries.get_review_page(
            db, vault, actor, language, attendance_import.id, kinds=row_filter.kinds, after=row_filter.after
        ),
        warnings=[
            remark_text(warning, _)
            for warning in warnings
            if warning.level != "review" and not (warning.code == SEVERAL_DAYS and has_read_all_days)
        ],
        changed_minutes=find_changed_minutes_rule(db, get_attendance_import(db, actor, attendance_import.id)),
        session_is_over=get_workshop_session_view(db, actor, attendance_import.session_code).is_over,
        sessions_on_stated_days=queries.list_sessions_on_stated_days(db, actor, attendance_import),
        **build_outcome_context(
            db, actor, attendance_import, language, row_filter, choices, None if together else problem
        ),
        **sessions_context,
        **_build_photo_context(db, vault, actor, attendance_import, language),
        refusal_together=problem.sentence(_) if problem and together else None,
    )


def build_sessions_context(
    db: Db, actor: Actor, attendance_import: AttendanceImportView, language: Language
) -> dict[str, Any]:
    """Return the template variables of the panel of the sessions that read the same file.

    `session_questions` are those that saving all of them asks to confirm, by the id of their import: code → sentence.
    `may_read_more` tells whether the workshop has other sessions that the file could be read for.
    """
    shared_imports = [] if attendance_import.registers else list_shared_imports(db, actor, attendance_import)
    taken = {shared.attendance_import.session_code for shared in shared_imports}
    others = [
        workshop_session
        for workshop_session in list_workshop_sessions(db, actor, attendance_import.workshop_code)
        if workshop_session.cancelled_at is None and workshop_session.code not in taken
    ]
    counts = [
        count_people(db, shared.attendance_import) for shared in shared_imports if len(shared_imports) > 1
    ]
    return {
        "shared_imports": shared_imports,
        "may_read_more": bool(others)
        and not attendance_import.registers
        and attendance_import.status in (ImportStatus.REVIEW, ImportStatus.COMMITTED),
        "seems_to_have_more": len(attendance_import.sheets) > 1
        or bool(attendance_import.day_columns)
        or attendance_import.stated_date != attendance_import.stated_until,
        "session_questions": {
            shared.attendance_import.id: {
                question.code: remark_text(question, translator(language)) for question in shared.questions
            }
            for shared in shared_imports
        },
        "unlisted": sum(count.unlisted for count in counts),
        "missing": sum(count.missing for count in counts),
        "now": now(),
    }


def _build_photo_context(
    db: Db, vault: NikVault, actor: Actor, attendance_import: AttendanceImportView, language: Language
) -> dict[str, Any]:
    """Return the template variables of an import that was read from photos; none for a sheet.

    `open_lines` are the rows that are answered beside the pictures of their lines. `paper_sentence` returns the text
    of a code of the reading of photos.
    """
    if not attendance_import.is_photo:
        return {}
    open_rows = (
        queries.get_review_page(
            db, vault, actor, language, attendance_import.id, kinds=NEEDS_ATTENTION, limit=MAX_OPEN_LINES
        ).rows
        if attendance_import.status is ImportStatus.REVIEW
        else ()
    )
    return {
        "photo_upload": get_photo_upload(db, actor, attendance_import.id),
        "open_lines": [
            row
            for row in open_rows
            if not row.cells.get("registration") or any(one.code == SIGNATURE_UNSURE for one in row.remarks)
        ],
        "paper_sentence": partial(_paper_sentence, translator(language)),
        "group_labels": {group.code: group.label for group in reference.list_target_groups(db, language)},
    }


def _paper_sentence(_: Translator, code: str) -> str:
    """Return what is wrong with a page or unclear about a line, "" for an unknown code."""
    text = PAPER_SENTENCES.get(code) or MORE_PAPER_SENTENCES.get(code)
    return _(text) if text else ""


def build_row_context(
    db: Db, attendance_import: AttendanceImportView, language: Language, row_filter: RowFilter
) -> dict[str, Any]:
    """Return the template variables of a row.

    `mark_of_day` returns the mark of the day that is read, from a cell with the marks of several days.
    `seen` returns the fingerprint of the answers that a row has now. `rows_alike` returns how many rows ask the same as
    a remark.
    `without_group` is the number of rows without a group if the page asks once for all of them, else 0.
    `without_kelurahan` is the number of rows without a kelurahan if others have one and the page asks for it, else 0.
    `differing_from_door` is the number of rows that contradict the door, `row_differing_from_door` the first of them.
    `line_pictures` are the pictures of the lines of signed paper by row number.
    """
    counts = (
        count_questions(db, attendance_import.id)
        if attendance_import.status is ImportStatus.REVIEW
        else Counter()
    )
    without_group = counts[GROUP_MISSING]
    asked_once = without_group > 1 and 2 * without_group > attendance_import.counts["rows"]
    without_kelurahan = counts[KELURAHAN_MISSING]
    may_be_above = (
        not attendance_import.meeting
        and 1 < without_kelurahan < attendance_import.counts["rows"]
        and not attendance_import.choices.get("kelurahan")
    )

    differing_from_door = counts[ATTENDANCE_DIFFERS]

    def rows_alike(message: Remark) -> int:
        asked_question = find_question(message)
        return counts[asked_question] if asked_question else 0

    return {
        "attendance_import": attendance_import,
        "row_filter": row_filter,
        "places": reference.list_kelurahan(db),
        "mark_of_day": lambda text: mark_of_day(text, attendance_import.day_column),
        "line_pictures": list_line_pictures(db, attendance_import.id) if attendance_import.is_photo else {},
        "sentence": partial(remark_text, _=translator(language)),
        "seen": lambda row: fingerprint(row_answers(row.cells, row.decision)),
        "rows_alike": rows_alike,
        "without_group": without_group if asked_once else 0,
        "without_kelurahan": without_kelurahan if may_be_above else 0,
        "differing_from_door": differing_from_door,
        "row_differing_from_door": find_row_asking(db, attendance_import.id, ATTENDANCE_DIFFERS)
        if differing_from_door
        else None,
    }


def build_outcome_context(
    db: Db,
    actor: Actor,
    attendance_import: AttendanceImportView,
    language: Language,
    row_filter: RowFilter,
    choices: CommitChoices = DEFAULT_CHOICES,
    problem: Problem | None = None,
    *,
    below: int | None = None,
) -> dict[str, Any]:
    """Return the template variables of the rows and of the outcome of a commit.

    The next row that needs attention is looked for below row `below`, by default below `row_filter.after`. The refusal
    shown is `problem`, by default the one that is stored with the import. `closed_by` is the report that closed the
    period of the session and doesn't count the import, None if there is none.
    """
    closed_by = find_closed_period_of(db, attendance_import.session_starts_at)
    committed_at = attendance_import.committed_at
    problem = problem or attendance_import.problem
    people = count_people(db, attendance_import)
    return {
        **build_row_context(db, attendance_import, language, row_filter),
        "closed_by": closed_by
        if closed_by and (committed_at is None or committed_at > closed_by.issued_at)
        else None,
        "session_is_to_come": attendance_import.session_starts_at > now(),
        "questions": {
            remark.code: remark_text(remark, translator(language))
            for remark in list_open_file_questions(db, attendance_import)
        },
        "answered_by_choice": ANSWERED_BY_CHOICE,
        "groups": queries.list_offered_groups(db, attendance_import, language),
        "people": people,
        "missing_people": list_missing_people(db, attendance_import.id) if people.missing else [],
        "seats_for_list": count_seats_for_list(db, attendance_import)
        if attendance_import.registers
        else None,
        "cap_names": {place.code: place.name for place in reference.list_kelurahan(db)}
        | {group.code: group.label for group in reference.list_target_groups(db, language)},
        "first_people": list_first_people(db, actor, attendance_import.id)
        if attendance_import.status is ImportStatus.REVIEW
        else None,
        "next_open": _next_open(
            db, attendance_import, row_filter, row_filter.after if below is None else below
        ),
        "choices": choices,
        "refusal": problem.sentence(translator(language)) if problem else None,
    }


def _next_open(
    db: Db, attendance_import: AttendanceImportView, row_filter: RowFilter, below: int
) -> NextOpen | None:
    """Return the next row that needs attention after row `below`, else the first of all; None if no row does.

    Its URL is a fragment of this page if all rows are shown and it is among them, else a page that begins with it.
    """
    number = find_next_open_row(db, attendance_import.id, below)
    if number is None:
        return None
    fragment = f"#baris-{number}"
    if not row_filter.kind and queries.is_on_page(db, attendance_import.id, number, row_filter.after):
        return NextOpen(number, fragment)
    next_rows = RowFilter(ATTENTION if row_filter.kind else "", number - 1)
    return NextOpen(number, f"/unggahan/{attendance_import.id}{next_rows.query}{fragment}")
