"""What something asks of the database, and how many statements that is."""

from collections.abc import Callable

from sqlalchemy import Engine, event


def statements_of(engine: Engine, deed: Callable[[], object]) -> list[str]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    deed()
    event.remove(engine, "before_cursor_execute", note)
    return statements


def queries_of(engine: Engine, deed: Callable[[], object]) -> int:
    return len(statements_of(engine, deed))
