"""What the log says of errors: nothing that quotes a row, a file or a name, wherever it was raised."""

import logging
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.child_process import run_child
from app.faults import Fault, describe_fault, fault_of
from tests.database import on_postgresql

NAME = "Zainuddin Qomar"


@on_postgresql
def test_a_row_that_waits_too_long_is_not_quoted(engine: Engine) -> None:
    """PostgreSQL adds to its message which line of COPY it was about."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE waiting (name text PRIMARY KEY)"))
        connection.execute(
            text(
                "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN PERFORM FROM waiting WHERE name = 'x'; RETURN NEW; END$$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER wait BEFORE INSERT ON waiting FOR EACH ROW EXECUTE FUNCTION wait()")
        )
    with engine.connect() as first, engine.connect() as second:
        first.execute(text("INSERT INTO waiting VALUES (:name)"), {"name": NAME})
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        driver: Any = second.connection.driver_connection
        dbapi: Any = second.dialect.loaded_dbapi
        with (
            pytest.raises(dbapi.Error, match=NAME) as raised,
            driver.cursor() as cursor,
            cursor.copy("COPY waiting FROM STDIN") as copy,
        ):
            copy.write_row([NAME])
    error = OperationalError("COPY", None, raised.value)

    assert fault_of(error) is Fault.BUSY
    assert "lock timeout" in describe_fault(error)
    assert NAME not in describe_fault(error)


def test_a_child_process_that_fails_is_logged_without_what_it_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert run_child("ast", {}, f'"{NAME}" 0812'.encode(), seconds=20) is None

    assert "SyntaxError" in caplog.text
    assert "ast.py" in caplog.text
    assert NAME not in caplog.text


def test_an_error_that_ends_a_thread_is_logged_without_its_message() -> None:
    program = f"""
import threading
from app.logs import configure_logging, log_uncaught_errors
configure_logging("json")
log_uncaught_errors()
thread = threading.Thread(target=int, args=("{NAME}",))
thread.start()
thread.join()
int("{NAME}")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr.count("ValueError") == 2
    assert NAME not in ended.stderr
    assert "Traceback" not in ended.stderr
