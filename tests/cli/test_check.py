"""`jangkau check`: each line says ok, or what to do; the exit code is 1 if one fails."""

import pytest
from sqlalchemy import text

from app.database import writing
from tests.city import City
from tests.database import on_sqlite, postgresql_in_soak
from tests.server import Jangkau

Lines = dict[str, str]


@postgresql_in_soak
def test_a_good_installation_passes_while_the_service_does_not_run(jangkau: Jangkau, city: City) -> None:
    done = jangkau("check")

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "ok       Settings: All are known and valid." in lines
    for name in ("Database", "Tables of the database", "Clock of the server", "Keys", "Free space for data"):
        assert any(line.startswith(f"ok       {name}: ") for line in lines), name
    at = next(number for number, line in enumerate(lines) if line.startswith("warning  Last backup"))
    assert lines[at + 1].startswith("         Set JANGKAU_BACKUP_DIR")

    with writing(city.engine) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    failed = jangkau("check")
    assert failed.returncode == 1
    assert "failed   Tables of the database: A newer version of Jangkau" in failed.stdout


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("JANGKAU_SMTP_URL", "smtp://127.0.0.1:9", "failed   Mail server: 127.0.0.1:9 does not take mails"),
        ("JANGKAU_SMTP_URL", "127.0.0.1:9", "failed   Settings: JANGKAU_SMTP_URL must be"),
        ("JANGKAU_SMPT_URL", "x", "failed   Settings: There is no setting JANGKAU_SMPT_URL"),
        ("JANGKAU_SECRET_KEY", "guessed", "failed   Settings: JANGKAU_SECRET_KEY is too weak"),
        (
            "JANGKAU_DATABASE_URL",
            "postgresql+psycopg://x@127.0.0.1:9/x",
            "failed   Database: It does not answer",
        ),
    ],
)
def test_what_is_wrong_fails(
    jangkau: Jangkau, environment: dict[str, str], name: str, value: str, said: str
) -> None:
    environment[name] = value

    done = jangkau("check")

    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr
