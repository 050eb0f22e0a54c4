"""One row of an import under review: its cells are corrected, or what is meant is chosen, for it or for all like it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_, Language, Translator, translator
from app.models import ImportStatus
from app.nik_vault import NikVault
from app.queries.areas.reference import target_groups
from app.queries.imports.attendance_imports import AttendanceImportView, attendance_import
from app.queries.imports.review import PAGE_LENGTH, ReviewRow, review_rows
from app.routers.pages.imports.review import AtRows, Looking, Typed, by_htmx, outcome_context, row_context
from app.services.imports.review import correct_alike, correct_row
from app.services.unseen_changes import CHANGED
from app.spreadsheets.written.field_headings import FIELDS
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import PLACE, flash
from app.web.forms import is_whole_number
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

NAMED_ROWS = 10
FILLED = "filled-"
CANCEL = "cancel"
OF_ATTENDANCE = ("attendance", "signature")
BY_OTHERS = N_("Others have answered row %(row)s meanwhile. Answer it again if yours is right.")


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
    if found.status is not ImportStatus.REVIEW:
        return see(f"/unggahan/{import_id}{looking.query}#baris-{number}")
    return _row_form(request, look, vault, found, language, number, looking)


@router.post("/unggahan/{import_id}/baris/{number}")
def change_row(
    request: Request,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    _: Translate,
    import_id: int,
    number: int,
    looking: AtRows,
    typed: Typed,
) -> Response:
    """A choice made by a button, or cells as they were typed."""
    attendance_import(look, actor, import_id)
    row = _row(look, vault, language, import_id, number)
    address = f"/unggahan/{import_id}{looking.query}"
    cells, decision = _answer(row, typed)
    if typed.get("alike") and (cells or decision):
        changed = correct_alike(db, vault, actor, import_id, number, cells=cells, decision=decision)
        return _seen_anew(request, address, changed, _)
    if "kelurahan" in cells and row.decision.get("kelurahan"):
        decision = {"kelurahan": None, **(decision or {})}
    filled = {field: typed[FILLED + field] for field in FIELDS if FILLED + field in typed}
    # In a form the cells tell by themselves what is overwritten; but where somebody lives is also chosen by a button.
    seen = typed.get("seen", "") if not filled or "kelurahan" in cells else ""
    changed, by_others = [number], ""
    try:
        if cells or decision is not None:
            changed = correct_row(
                db, vault, actor, import_id, number, cells=cells, decision=decision, filled=filled, seen=seen
            )
    except Conflict as conflict:
        if conflict.code != CHANGED:
            raise
        db.rollback()
        if filled:
            found = attendance_import(db, actor, import_id)
            return _row_form(request, db, vault, found, language, number, looking, cells, conflict)
        by_others = _(BY_OTHERS) % {"row": number}
    if len(changed) > PAGE_LENGTH:  # Somebody has saved a list of the same people meanwhile.
        return _seen_anew(request, address, changed, _)
    rows = review_rows(db, vault, language, import_id, changed)
    if not by_htmx(request):
        if by_others:
            response = see(address + PLACE)
            flash(response, by_others)
            return response
        return see(f"{address}#{_anchor(rows, number, looking)}")
    found = attendance_import(db, actor, import_id)
    return render(
        request,
        "imports/rows_changed.html",
        rows=rows,
        number=number,
        by_others=by_others,
        **outcome_context(db, found, language, looking, below=number),
    )


def _row_form(
    request: Request,
    look: Db,
    vault: NikVault,
    found: AttendanceImportView,
    language: Language,
    number: int,
    looking: Looking,
    typed: Mapping[str, str] = MappingProxyType({}),
    conflict: Conflict | None = None,
) -> Response:
    """The cells of a row as they stand, or as they were sent beside what others have made of them meanwhile."""
    by_itself = "row_edited" if by_htmx(request) else "edit_row"
    return render(
        request,
        f"attendance_imports/{by_itself}.html",
        status=conflict.status if conflict else 200,
        row=_row(look, vault, language, found.id, number),
        typed=typed,
        refusal=conflict.sentence(translator(language)) if conflict else None,
        columns=_columns(found),
        group_labels={group.code: group.label for group in target_groups(look, language)},
        **row_context(look, found, language, looking),
    )


def _seen_anew(request: Request, address: str, changed: Sequence[int], _: Translator) -> Response:
    """The whole page again, for many of its rows may have changed; it says which."""
    response = Response(headers={"HX-Refresh": "true"}) if by_htmx(request) else see(f"{address}#daftar")
    named = ", ".join(map(str, changed[:NAMED_ROWS])) + (", …" if len(changed) > NAMED_ROWS else "")
    flash(response, _("%(count)s rows changed: %(rows)s.") % {"count": len(changed), "rows": named})
    return response


def _row(look: Db, vault: NikVault, language: Language, import_id: int, number: int) -> ReviewRow:
    rows = review_rows(look, vault, language, import_id, [number])
    if not rows:
        raise NotFound(N_("There is no row %(number)s in this import."), number=number)
    return rows[0]


def _columns(found: AttendanceImportView) -> list[str]:
    """The fields of a sheet's columns, each once, in their order; those that people need are always there."""
    mapped = [column["field"] for column in found.columns if column["field"]]
    fields = dict.fromkeys((*mapped, "name", "kelurahan", "target_group", "attendance"))
    return [field for field in fields if not (found.registers and field in OF_ATTENDANCE)]


def _answer(row: ReviewRow, typed: dict[str, str]) -> tuple[dict[str, str], dict[str, Any] | None]:
    """The cells that are changed and what is chosen; nothing where somebody leaves the form as they found it."""
    choice = typed.get("choice") or typed.get("another", "")
    if choice == CANCEL:
        return {}, None
    return _cells(row, typed), _decision(choice)


def _cells(row: ReviewRow, typed: dict[str, str]) -> dict[str, str]:
    """The cells that somebody has changed in the form; a masked NIK that was sent back is left alone.

    The form says what it was filled with: what others have corrected since stays as it is.
    """
    return {
        field: text.strip()
        for field, text in typed.items()
        if field in FIELDS and text.strip() != typed.get(FILLED + field, row.cells.get(field, ""))
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
    if not is_whole_number(text):
        raise Invalid(N_("Say who it is: a participant, a row of this file, or someone new."))
    return int(text)
