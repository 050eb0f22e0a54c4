"""How many statements something takes."""

from collections.abc import Callable

from sqlalchemy import Engine, event


def queries_of(engine: Engine, deed: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    deed()
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)
