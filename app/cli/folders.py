"""The import of a folder or zip file of lists: `jangkau import DIR`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import typer

from app.cli.installation import Installation
from app.database import reading, writing
from app.errors import Conflict, Problem, TooLarge
from app.i18n import translator, wita
from app.jobs.batches import read_next_lists
from app.jobs.lease import Lease
from app.permissions import OPERATOR
from app.queries.imports.batches.batch_lists import BatchListView, ListStatus
from app.queries.imports.batches.batch_sessions import NewSession
from app.queries.imports.batches.batches import BatchView, get_batch_view
from app.services.imports.batches import new_sessions
from app.services.imports.batches.archives import (
    MAX_FILES,
    MAX_TOTAL_BYTES,
    TOO_LARGE,
    TOO_MANY_FILES,
    is_set_aside,
)
from app.services.imports.batches.choices import confirm_questions
from app.services.imports.batches.saving import discard_batch, list_ready, save_list
from app.services.imports.batches.uploads import upload_batch

FINE = frozenset({ListStatus.SAVED, ListStatus.LEFT_OUT})
UNREADABLE = frozenset({ListStatus.FAILED, ListStatus.LEFT_OUT})
EXIT_UNREADABLE = 1
EXIT_NEEDS_ATTENTION = 2
HEADINGS = ("file", "sheet", "session", "rows", "what needs an answer")

english = translator("en")


@dataclass(frozen=True)
class FolderOptions:
    """How a folder is imported. `confirm` has the codes of questions to save lists in spite of."""

    create_sessions: bool
    dry_run: bool
    confirm: frozenset[str]
    as_json: bool


def import_folder(installation: Installation, path: Path, options: FolderOptions) -> int:
    """Save the lists in a folder or zip file that need no answer, print what became of each; return the exit code.

    With `dry_run` nothing is saved and no session created; lists that are ready count as saved then. What is not saved
    waits in the batch for answers on its page. Raises `Problem` if there is no list.
    """
    engine = installation.engine
    files = [(name, file.read_bytes()) for name, file in _list_files(path)]
    with writing(engine) as db:
        batch_id = upload_batch(db, installation.vault, OPERATOR, path.resolve().name, files).id
    _read_lists(installation, batch_id)
    if options.create_sessions and not options.dry_run:
        with writing(engine) as db:
            new_sessions.create_sessions(db, OPERATOR, batch_id)
        _read_lists(installation, batch_id)
    _confirm(installation, batch_id, options.confirm)
    problems = {} if options.dry_run else _save(installation, batch_id)
    batch = _view(installation, batch_id)
    if options.dry_run:
        with writing(engine) as db:
            discard_batch(db, OPERATOR, batch_id)
    typer.echo(_to_json(batch, problems) if options.as_json else _to_table(batch, problems))
    if all(one.status in FINE | ({ListStatus.READY} if options.dry_run else set()) for one in batch.lists):
        return 0
    if not options.dry_run and not options.as_json:
        typer.echo(f"What is not saved waits at {installation.settings.base_url}/unggahan/banyak/{batch_id}")
    is_unreadable = all(one.status in UNREADABLE for one in batch.lists)
    return EXIT_UNREADABLE if is_unreadable else EXIT_NEEDS_ATTENTION


def _read_lists(installation: Installation, batch_id: int) -> None:
    """Read and judge all lists now. A worker that takes up the queued task meanwhile stores none of them twice."""
    lease = Lease(installation.engine)
    while read_next_lists(lease, installation.vault, batch_id):
        pass


def _view(installation: Installation, batch_id: int) -> BatchView:
    with reading(installation.engine) as db:
        return get_batch_view(db, OPERATOR, batch_id)


def _confirm(installation: Installation, batch_id: int, confirmed: frozenset[str]) -> None:
    """Answer the questions with these codes by saving anyway."""
    asking = [
        one.id
        for one in _view(installation, batch_id).lists
        if any(question.can_confirm and question.code in confirmed for question in one.questions)
    ]
    # All at once: one answer holds for several lists of a session, which ask nothing then.
    with writing(installation.engine) as db:
        confirm_questions(db, OPERATOR, batch_id, asking, confirmed)


def _list_files(path: Path) -> list[tuple[str, Path]]:
    """Return the files in a folder, or the one file, each with its path in the folder. What is no list is left out.

    Raises `Conflict` (code "too-many-files") or `TooLarge` (code "too-large-unpacked") beyond the limits of a batch,
    before any of them is read.
    """
    if not path.is_dir():
        _require_size(path.stat().st_size)
        return [(path.name, path)]
    found: list[tuple[str, Path]] = []
    size = 0
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        if is_set_aside(name) or file.is_symlink() or not file.is_file():
            continue
        found.append((name, file))
        if len(found) > MAX_FILES:
            raise Conflict(TOO_MANY_FILES, code="too-many-files", limit=MAX_FILES)
        size += file.stat().st_size
        _require_size(size)
    return sorted(found)


def _require_size(size: int) -> None:
    """Raise `TooLarge` for more bytes than a batch may have."""
    if size > MAX_TOTAL_BYTES:
        raise TooLarge(TOO_LARGE, code="too-large-unpacked", megabytes=MAX_TOTAL_BYTES // 1024**2)


def _save(installation: Installation, batch_id: int) -> dict[int, Problem]:
    """Save the lists that are ready, each in a transaction of its own; return the problems of those that can't be."""
    problems: dict[int, Problem] = {}
    with reading(installation.engine) as db:
        ready = [one.id for one in list_ready(db, OPERATOR, batch_id)]
    for list_id in ready:
        try:
            with writing(installation.engine) as db:
                save_list(db, installation.vault, OPERATOR, batch_id, list_id)
        except Problem as problem:
            problems[list_id] = problem
    return problems


def _to_table(batch: BatchView, problems: dict[int, Problem]) -> str:
    """Return a line for each list, in columns, and the counts below."""
    lines = [HEADINGS, *(_line(one, problems.get(one.id)) for one in batch.lists)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS) - 1)]
    table = [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]
        ).rstrip()
        for line in lines
    ]
    counts = ", ".join(f"{count} {status}" for status, count in sorted(batch.counts.items()))
    return "\n".join([*table, counts])


def _line(one: BatchListView, problem: Problem | None) -> tuple[str, ...]:
    if one.session:
        session = one.session.code
    elif one.new_session:
        session = f"new: {_describe(one.new_session)}"
    else:
        session = "-"
    texts = [] if one.status in FINE else _needed(one, problem)
    if one.status is ListStatus.LEFT_OUT:
        texts = ["left out"]
    return (
        one.path,
        one.sheet or "",
        session,
        str(one.counts.get("rows", one.people)),
        "; ".join(texts) or str(one.status),
    )


def _needed(one: BatchListView, problem: Problem | None) -> list[str]:
    """Return what a user must do before a list can be saved, in English."""
    texts = [question.sentence(english) for question in one.questions]
    if one.open_rows:
        texts.append(f"{one.open_rows} rows need attention")
    if one.status is ListStatus.NEW_SESSION and one.new_session:
        missing = ", ".join(one.new_session.missing)
        texts.append(f"the list does not state {missing}" if missing else "needs --create-sessions")
        if "day" in one.new_session.missing and one.stated.other_day is not None:
            texts[-1] += f" for sure: {one.stated.first_day} or {one.stated.other_day}"
    if one.status is ListStatus.NO_SESSION:
        texts.append("choose a session")
    if shown := problem or one.problem:
        texts.append(shown.sentence(english))
    return texts


def _describe(new: NewSession) -> str:
    times = " - ".join(f"{time:%H:%M}" for time in (new.starts, new.ends) if time)
    return " ".join(filter(None, [new.title, new.day.isoformat() if new.day else "", times]))


def _to_json(batch: BatchView, problems: dict[int, Problem]) -> str:
    """Return the batch as a JSON document."""
    document = {
        "batch": batch.id,
        "name": batch.name,
        "counts": {str(status): count for status, count in sorted(batch.counts.items())},
        "lists": [list_to_json(one, problems.get(one.id)) for one in batch.lists],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def list_to_json(one: BatchListView, problem: Problem | None) -> dict[str, Any]:
    """Return a list as the JSON document has it. Of several `stated_days` a user says which is the right one."""
    session, new, shown = one.session, one.new_session, problem or one.problem
    return {
        "file": one.path,
        "sheet": one.sheet,
        "people": one.people,
        "status": str(one.status),
        "session": session and {"code": session.code, "starts": wita(session.starts_at).isoformat()},
        "matched_by": one.matched_by,
        "stated_days": [day.isoformat() for day in (one.stated.first_day, one.stated.other_day) if day],
        "new_session": new and {**new.to_json(), "missing": list(new.missing)},
        "import": one.import_id,
        "counts": one.counts,
        "questions": [
            {"code": question.code, "text": question.sentence(english), "can_confirm": question.can_confirm}
            for question in one.questions
        ],
        "problem": shown and {"code": shown.code, "text": shown.sentence(english)},
    }
