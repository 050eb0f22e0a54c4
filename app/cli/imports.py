"""The commands that import attendance sheets and undo imports."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated, Any, Literal, TextIO

import orjson
import typer

from app.cli.folders import EXIT_NEEDS_ATTENTION, FolderOptions, import_folder
from app.cli.installation import load_installation
from app.database import reading, writing
from app.i18n import translator
from app.permissions import OPERATOR
from app.queries.imports.document import (
    get_import_document_without_rows,
    stream_remark_texts,
    stream_row_documents,
)
from app.queries.imports.questions import list_file_questions
from app.services.imports.commit import NOT_STARTED, CommitChoices, commit_import
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.undo import undo_import
from app.services.imports.upload import upload_sheet
from app.spreadsheets.attendance.rows import KINDS
from app.spreadsheets.progress import Progress
from app.spreadsheets.row_labels import row_label

english = translator("en")


def import_sheet(
    file: Annotated[Path, typer.Argument(help="A list, or a folder or zip file of lists.")],
    session: Annotated[
        str | None,
        typer.Option(help="The session's code. Without it, each list says of which session it is."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook with several.")] = None,
    group: Annotated[str | None, typer.Option(help="The group of rows that name none.")] = None,
    blank: Annotated[
        Literal["present", "absent"] | None, typer.Option(help="What an empty cell for attendance means.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    only_valid: Annotated[bool, typer.Option("--only-valid")] = False,
    confirm: Annotated[
        list[str] | None,
        typer.Option(help="The code of a question about the whole list, to save in spite of it."),
    ] = None,
    create_sessions: Annotated[
        bool,
        typer.Option(
            "--create-sessions",
            help="Create the sessions that lists of a folder state.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the import document.")] = False,
) -> None:
    """Import an attendance sheet for a session, or many lists at once, and print a summary or a JSON document.

    If rows or questions about the whole list need attention, nothing of the list is saved and the exit code is 2; with
    --only-valid the other rows are saved. With --dry-run nothing is saved.

    Of a folder or zip file, each list that is certainly of a session and needs no answer is saved.
    """
    if session is None:
        if sheet or group or blank or only_valid:
            raise typer.BadParameter("--sheet, --group, --blank and --only-valid need --session.")
        options = FolderOptions(create_sessions, dry_run, frozenset(confirm or ()), as_json)
        sys.exit(import_folder(load_installation(), file, options))
    if file.is_dir() or create_sessions:
        raise typer.BadParameter("--session is for a single list.")
    installation = load_installation()
    content = file.read_bytes()
    choices = SheetChoices(sheet=sheet, target_group=group, blank_means=blank)
    # The output is written to a file while the transaction is open: a dry run's import is rolled back at its end, and
    # printing directly would keep the transaction waiting for a slow reader.
    with TemporaryFile("w+", encoding="utf-8") as output:
        with reading(installation.engine) as read_db, writing(installation.engine) as db:
            with _progress_bar("Reading") as progress:
                attendance_import = upload_sheet(
                    read_db,
                    db,
                    installation.vault,
                    OPERATOR,
                    session,
                    file.name,
                    content,
                    choices,
                    at_once=True,
                    progress=progress,
                )
            import_id = attendance_import.id
            confirmed = frozenset({NOT_STARTED, *(confirm or ())})
            open_rows = (
                0 if only_valid else attendance_import.counts["review"] + attendance_import.counts["error"]
            )
            is_ready = not open_rows and not list_file_questions(attendance_import.warnings, confirmed)
            is_committed = is_ready and not dry_run
            if is_committed:
                commit_choices = CommitChoices(only_valid, confirm=confirmed)
                with _progress_bar("Committing") as progress:
                    commit_import(db, installation.vault, OPERATOR, import_id, commit_choices, progress)
            head = get_import_document_without_rows(db, OPERATOR, import_id, english)
            if as_json:
                _write_document(
                    output, head, stream_row_documents(db, installation.vault, OPERATOR, import_id, english)
                )
            else:
                _write_summary(output, head, stream_remark_texts(db, import_id, english))
            if not is_committed:
                db.rollback()
        output.seek(0)
        copyfileobj(output, sys.stdout)
        sys.stdout.flush()
    if not is_ready:
        sys.exit(EXIT_NEEDS_ATTENTION)


def undo(import_id: int) -> None:
    """Undo a committed import."""
    with writing(load_installation().engine) as db:
        undo_import(db, OPERATOR, import_id)
    typer.echo(f"Import {import_id} is undone.")


@contextmanager
def _progress_bar(label: str) -> Iterator[Progress]:
    """Yield a function that draws how many rows are done, of how many. Nothing is drawn unless stderr is a terminal."""
    with typer.progressbar(
        length=1, label=label, show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def update(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield update


def _write_document(output: TextIO, head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the import document as JSON, one line for each of its "rows", without holding all rows in memory."""
    output.write(f'{_json(head).removesuffix("}")},"rows":[')
    separator = "\n"
    for row in rows:
        output.write(separator + _json(row))
        separator = ",\n"
    output.write("\n]}\n")


def _write_summary(
    output: TextIO, head: Mapping[str, Any], remarks: Iterable[tuple[int, str, list[str]]]
) -> None:
    """Write the counts, the warnings, and a line for each remark (row number, name, its sentences)."""
    counts = ", ".join(f"{head['counts'][kind]} {kind}" for kind in ("rows", *KINDS))
    output.write(f"{head['status']}: {counts}\n")
    output.writelines(f"  {warning['code']}: {warning['text']}\n" for warning in head["warnings"])
    for number, name, sentences in remarks:
        output.writelines(
            f"  row {row_label(number, english)} {name}: {sentence}\n" for sentence in sentences
        )


def _json(document: Mapping[str, Any]) -> str:
    """Return the document as JSON in one line."""
    return orjson.dumps(document).decode()
