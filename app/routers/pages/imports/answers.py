"""The rows of an import that need an answer, all in one form: mostly the list of an online meeting."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid, Problem
from app.i18n import N_, Language
from app.models import ImportStatus
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.imports.answers import OpenRow, find_registered_person, get_open_rows
from app.queries.imports.attendance_imports import AttendanceImportView, get_attendance_import_view
from app.queries.imports.review import list_offered_groups, list_review_rows
from app.routers.pages.imports.review import FormTexts, RowFilter, build_row_context
from app.routers.pages.imports.rows import parse_decision
from app.services.imports.review import RowAnswer, correct_rows
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, is_whole_number
from app.web.pages import build_url, redirect, render

router = APIRouter(include_in_schema=False)

# The fields of a row's answer end with its number, as in "who-12".
SEEN, TAKE_IN = "seen", "take"
OTHER = "other"
# The group of all new people of the form who have none.
GROUP_OF_ALL = "group"

After = Annotated[int, Query()]


@router.get("/unggahan/{import_id}/jawaban")
def show_open_rows(
    request: Request,
    db: ReadDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    import_id: int,
    after: After = 0,
    aside: After = 0,
) -> Response:
    """Show the rows that need an answer, or redirect to the import's page if it is not in review."""
    attendance_import = get_attendance_import_view(db, actor, import_id)
    if attendance_import.status is not ImportStatus.REVIEW:
        return redirect(f"/unggahan/{import_id}")
    return _render_open_rows(request, db, vault, actor, language, attendance_import, (after, aside))


@router.post("/unggahan/{import_id}/jawaban")
def answer_rows(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    data: FormTexts,
    after: After = 0,
    aside: After = 0,
) -> Response:
    """Store all answers of the form at once, and redirect to what is left, or to the import's page.

    If one is not clear, nothing is stored, and the form is shown again as it was sent.
    """
    get_attendance_import_view(read_db, actor, import_id)
    with catch_problem(db) as caught:
        answers = _parse_answers(read_db, vault, actor, language, import_id, data)
        corrected = correct_rows(db, vault, actor, import_id, answers)
    if problem := caught.problem:
        attendance_import = get_attendance_import_view(db, actor, import_id)
        if attendance_import.status is not ImportStatus.REVIEW:
            raise problem
        shown = after, aside
        return _render_open_rows(request, db, vault, actor, language, attendance_import, shown, data, problem)
    open_rows = get_attendance_import_view(db, actor, import_id).open_rows
    said = [_("%(count)s rows are answered.") % {"count": len(answers) - len(corrected.answered_by_others)}]
    if corrected.answered_by_others:
        numbers = ", ".join(map(str, corrected.answered_by_others))
        said.append(
            _("Others have answered these rows meanwhile, and yours was not saved: %(rows)s.")
            % {"rows": numbers}
        )
    if not open_rows:
        return redirect(
            f"/unggahan/{import_id}", " ".join([*said, _("Nothing is left to answer: check it and save.")])
        )
    said.append(_("%(count)s still need an answer.") % {"count": open_rows})
    return redirect(f"/unggahan/{import_id}/jawaban", " ".join(said))


def _render_open_rows(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    attendance_import: AttendanceImportView,
    shown: tuple[int, int],
    texts: Mapping[str, str] = MappingProxyType({}),
    problem: Problem | None = None,
) -> Response:
    """Return the page of the rows that need an answer, with the `texts` of a form that was refused.

    It shows the open rows and the rows that are set aside that follow the two rows `shown`.
    """
    after, aside = shown
    page = get_open_rows(db, vault, actor, language, attendance_import.id, after=after, after_set_aside=aside)
    return render(
        request,
        "imports/answers/page.html",
        problem=problem,
        page=page,
        aside=aside,
        next_page=build_url("", {"after": page.following}) if page.following else "",
        next_set_aside=build_url("", {"after": after, "aside": page.following_set_aside})
        if page.following_set_aside
        else "",
        texts=texts,
        groups=list_offered_groups(db, attendance_import, language),
        **build_row_context(db, attendance_import, language, RowFilter()),
    )


def _parse_answers(
    db: Db, vault: NikVault, actor: Actor, language: Language, import_id: int, data: Mapping[str, str]
) -> dict[int, RowAnswer]:
    """Return the answers of the form by row number, without rows that were left alone.

    Raises `Invalid` with an error for each person who was not found.
    """
    shown = {number for name in data if (number := _row_number(name, SEEN)) is not None}
    rows = list_review_rows(db, vault, actor, language, import_id, shown)
    errors: dict[str, str] = {}
    answers = {
        number: RowAnswer({}, {"skip": False}) for name in data if (number := _row_number(name, TAKE_IN))
    }
    for row in rows:
        number = row.number
        choice, other = data.get(f"who-{number}", ""), data.get(f"{OTHER}-{number}", "").strip()
        if choice == OTHER or (other and not choice):
            person = find_registered_person(db, actor, import_id, other)
            if person is None:
                errors[f"{OTHER}-{number}"] = N_("Choose one of the registered people from the list.")
                continue
            choice = f"person:{person}"
        answer = _parse_answer(OpenRow(row, ()), choice, data)
        if answer.cells or answer.decision:
            answers[number] = answer
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return answers


def _parse_answer(open_row: OpenRow, choice: str, data: Mapping[str, str]) -> RowAnswer:
    """Return the answer about one row.

    Of somebody who is known, kelurahan and group are those of the registration; the form asks them of new people.
    """
    number = open_row.row.number
    decision: dict[str, Any] = {} if choice == "" else parse_decision(choice) or {}
    cells: dict[str, str] = {}
    is_known = isinstance(decision.get("person"), int | dict) or decision.get("skip")
    if not is_known:
        if kelurahan := data.get(f"kelurahan-{number}"):
            decision["kelurahan"] = kelurahan
        is_new = decision.get("person") == "new" or not open_row.asks_person
        group = data.get(f"group-{number}") or (
            data.get(GROUP_OF_ALL) if is_new and open_row.asks_group else ""
        )
        if group:
            cells["target_group"] = group
        name = data.get(f"name-{number}", "").strip()
        if name and name != open_row.row.cells.get("name", ""):
            cells["name"] = name
    if not decision.get("skip"):
        if mark := data.get(f"attendance-{number}"):
            cells["attendance"] = mark
        if minutes := data.get(f"minutes-{number}", "").strip():
            cells["minutes"] = minutes
        if keep := data.get(f"keep-{number}"):
            decision["keep"] = keep
    return RowAnswer(cells, decision or None, data.get(f"{SEEN}-{number}", ""))


def _row_number(name: str, prefix: str) -> int | None:
    """Return the row number of a field such as "seen-12"; None for other fields."""
    found, _, number = name.partition("-")
    return int(number) if found == prefix and is_whole_number(number) else None
