"""One row of an import in review: correct its cells, or answer its question, for this row or all that ask the same."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Invalid, NotFound, Problem
from app.i18n import N_, Language, Translator
from app.models import ImportStatus
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.areas.reference import list_target_groups
from app.queries.imports.attendance_imports import AttendanceImportView, get_attendance_import_view
from app.queries.imports.review import PAGE_LENGTH, ReviewRow, list_review_rows
from app.routers.pages.imports.review import (
    FormTexts,
    RowFilter,
    ShownRows,
    build_outcome_context,
    build_row_context,
    build_sessions_context,
    is_htmx,
)
from app.services.edit_conflicts import CHANGED
from app.services.imports.review import correct_row, correct_rows_with_same_question
from app.spreadsheets.exports.field_headings import FIELDS
from app.spreadsheets.row_labels import row_label
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.flash import FLASH_FRAGMENT, flash
from app.web.forms import catch_problem, is_whole_number
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

MAX_ROWS_NAMED = 10
# The prefix of the hidden fields that hold what the form was filled with.
FILLED_PREFIX = "filled-"
CANCEL = "cancel"
ATTENDANCE_FIELDS = ("attendance", "signature")
ANSWERED_BY_OTHERS = N_(
    "Other users have answered row %(row)s meanwhile. Answer it again if your answer is right."
)


@router.get("/unggahan/{import_id}/baris/{number}")
def edit_row(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    import_id: int,
    number: int,
    row_filter: ShownRows,
) -> Response:
    """Show the form of a row, or redirect to the review if the import is not in review any more."""
    attendance_import = get_attendance_import_view(db, actor, import_id)
    if attendance_import.status is not ImportStatus.REVIEW:
        return redirect(f"/unggahan/{import_id}{row_filter.query}#baris-{number}")
    return _row_form(request, db, vault, actor, attendance_import, language, number, row_filter)


@router.post("/unggahan/{import_id}/baris/{number}")
def change_row(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    number: int,
    row_filter: ShownRows,
    data: FormTexts,
) -> Response:
    """Save a choice made by a button or the cells of the form, for this row or with `alike` for all that ask the same.

    htmx gets the rows that this changed, other browsers a redirect to the row. If others have changed the row
    meanwhile, nothing is saved: the form is shown again, or a message after a button.
    """
    get_attendance_import_view(read_db, actor, import_id)
    row = _get_row(read_db, vault, actor, language, import_id, number)
    url = f"/unggahan/{import_id}{row_filter.query}"
    cells, decision = _parse_answer(row, data)
    if data.get("alike") and (cells or decision):
        changed = correct_rows_with_same_question(
            db, vault, actor, import_id, number, cells=cells, decision=decision
        )
        return _reload(request, url, changed, _)
    if "kelurahan" in cells and row.decision.get("kelurahan"):
        decision = {"kelurahan": None, **(decision or {})}
    filled = {field: data[FILLED_PREFIX + field] for field in FIELDS if FILLED_PREFIX + field in data}
    # The cells of a form say by themselves what they overwrite; but a kelurahan is also chosen by a button.
    seen = data.get("seen", "") if not filled or "kelurahan" in cells else ""
    changed, by_others = [number], ""
    with catch_problem(db) as caught:
        if cells or decision is not None:
            changed = correct_row(
                db,
                vault,
                actor,
                import_id,
                number,
                cells=cells,
                decision=decision,
                filled=filled,
                form_fingerprint=seen,
            )
    if problem := caught.problem:
        if problem.code != CHANGED:
            raise problem
        if filled:
            attendance_import = get_attendance_import_view(db, actor, import_id)
            return _row_form(
                request, db, vault, actor, attendance_import, language, number, row_filter, cells, problem
            )
        by_others = _(ANSWERED_BY_OTHERS) % {"row": number}
    if len(changed) > PAGE_LENGTH:  # Another list of the same people was saved meanwhile.
        return _reload(request, url, changed, _)
    rows = list_review_rows(db, vault, actor, language, import_id, changed)
    if not is_htmx(request):
        if by_others:
            return redirect(url + FLASH_FRAGMENT, by_others)
        return redirect(f"{url}#{_anchor(rows, number, row_filter)}")
    attendance_import = get_attendance_import_view(db, actor, import_id)
    return render(
        request,
        "imports/review/rows_changed.html",
        rows=rows,
        number=number,
        by_others=by_others,
        **build_outcome_context(db, actor, attendance_import, language, row_filter, below=number),
        **build_sessions_context(db, actor, attendance_import, language),
        refusal_together=None,
    )


def _row_form(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImportView,
    language: Language,
    number: int,
    row_filter: RowFilter,
    texts: Mapping[str, str] = MappingProxyType({}),
    problem: Problem | None = None,
) -> Response:
    """Return the form of a row, with the `texts` that were sent beside what others have saved meanwhile.

    htmx gets the form alone, other browsers a whole page. Raises `NotFound` if there is no such row.
    """
    template = "row_edited" if is_htmx(request) else "edit_row"
    return render(
        request,
        f"imports/review/{template}.html",
        problem=problem,
        row=_get_row(db, vault, actor, language, attendance_import.id, number),
        texts=texts,
        columns=_form_fields(attendance_import),
        group_labels={group.code: group.label for group in list_target_groups(db, language)},
        **build_row_context(db, attendance_import, language, row_filter),
    )


def _reload(request: Request, url: str, changed: Sequence[int], _: Translator) -> Response:
    """Return a response that reloads the whole page, with a flash message that names the first changed rows.

    htmx is told to reload by a header, other browsers are redirected to `url`.
    """
    response = Response(headers={"HX-Refresh": "true"}) if is_htmx(request) else redirect(f"{url}#daftar")
    row_numbers = ", ".join(row_label(number, _) for number in changed[:MAX_ROWS_NAMED]) + (
        ", …" if len(changed) > MAX_ROWS_NAMED else ""
    )
    flash(response, _("%(count)s rows changed: %(rows)s.") % {"count": len(changed), "rows": row_numbers})
    return response


def _get_row(
    db: Db, vault: NikVault, actor: Actor, language: Language, import_id: int, number: int
) -> ReviewRow:
    """Return a row of the import. Raises `NotFound` if there is none with this number."""
    rows = list_review_rows(db, vault, actor, language, import_id, [number])
    if not rows:
        raise NotFound(N_("There is no row %(number)s in this import."), number=number)
    return rows[0]


def _form_fields(attendance_import: AttendanceImportView) -> list[str]:
    """Return the fields of the sheet's columns in their order, then those that every row needs.

    A list of people to register has no fields of attendance.
    """
    mapped = [column["field"] for column in attendance_import.columns if column["field"]]
    fields = dict.fromkeys((*mapped, "name", "kelurahan", "target_group", "attendance"))
    return [field for field in fields if not (attendance_import.registers and field in ATTENDANCE_FIELDS)]


def _parse_answer(row: ReviewRow, data: dict[str, str]) -> tuple[dict[str, str], dict[str, Any] | None]:
    """Return the cells that were changed, and the decision of a button, None without one.

    If the form was cancelled: no cells and None.
    """
    choice = data.get("choice") or data.get("another", "")
    if choice == CANCEL:
        return {}, None
    return _changed_cells(row, data), parse_decision(choice)


def _changed_cells(row: ReviewRow, data: dict[str, str]) -> dict[str, str]:
    """Return the new texts of the cells that were changed in the form, compared with what it was filled with.

    So a masked NIK that is sent back is left alone, and so is a cell that others have corrected meanwhile.
    """
    return {
        field: text.strip()
        for field, text in data.items()
        if field in FIELDS and text.strip() != data.get(FILLED_PREFIX + field, row.cells.get(field, ""))
    }


def parse_decision(choice: str) -> dict[str, Any] | None:
    """Return the decision of a button such as "person:12" as the service takes it; None for an empty text.

    "take-back" is the empty decision, which removes an earlier one. Raises `Invalid` for an unknown button or a wrong
    id.
    """
    kind, _, value = choice.partition(":")
    match kind:
        case "":
            return None
        case "attendance":
            return {"keep": value}
        case "kelurahan":
            return {"kelurahan": value}
        case "person":
            return {"person": "new" if value == "new" else _parse_id(value)}
        case "row":
            return {"person": {"row": _parse_id(value)}}
        case "skip":
            return {"skip": True}
        case "keep":
            return {"skip": False}
        case "take-back":
            return {}
        case _:
            raise Invalid(N_("There is no choice %(choice)s."), choice=kind)


def _anchor(rows: Sequence[ReviewRow], number: int, row_filter: RowFilter) -> str:
    """Return the fragment of the row, or that of the top of the list if the filter doesn't show the row any more."""
    is_shown = not row_filter.kinds or any(
        row.kind in row_filter.kinds for row in rows if row.number == number
    )
    return f"baris-{number}" if is_shown else "daftar"


def _parse_id(text: str) -> int:
    """Return the id or row number. Raises `Invalid` for text that is not a whole number."""
    if not is_whole_number(text):
        raise Invalid(N_("Say who it is: a participant, a row of this file, or someone new."))
    return int(text)
