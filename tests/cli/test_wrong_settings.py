"""Wrong settings and unusable databases are reported in one sentence that names the setting, without passwords."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.database import writing
from tests.city import City, crowd, sheet
from tests.database import on_sqlite, postgresql_in_soak
from tests.server import Jangkau, serving


@on_sqlite
@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "oracles://x",
        "mysql://u:rahasia@host/x",
        "sqlite://",
        "postgresql+psycopg://u:rahasia@host:port/x",
    ],
)
def test_a_wrong_database_url_is_reported_without_its_password(
    jangkau: Jangkau, environment: dict[str, str], address: str
) -> None:
    environment |= {"JANGKAU_DATABASE_URL": address, "JANGKAU_SECRET_KEY": "kunci untuk uji"}

    done = jangkau("db", "upgrade")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("JANGKAU_DATABASE_URL is not the address of a database")
    assert done.stderr.count("\n") == 1
    assert "rahasia" not in done.stderr


@on_sqlite
def test_a_mistyped_setting_is_refused(jangkau: Jangkau, environment: dict[str, str]) -> None:
    environment["JANGKAU_DATABSE_URL"] = environment.pop("JANGKAU_DATABASE_URL", "sqlite:///lain.sqlite3")

    done = jangkau("db", "upgrade")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There is no setting JANGKAU_DATABSE_URL: docs/settings.md lists them all.\n"


@on_sqlite
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("JANGKAU_REPORT_DATABASE_URL", "postgresql+psycopg://u:rahasia@host:port/x"),
        ("JANGKAU_SMTP_URL", "smtp://jangkau:raha/sia@surat.contoh.id"),
        ("JANGKAU_BASE_URL", "jangkau.example.go.id"),
    ],
)
def test_a_wrong_setting_is_named_before_workers_start(
    jangkau: Jangkau, environment: dict[str, str], setting: str, value: str
) -> None:
    environment[setting] = value

    done = jangkau("serve", "--port", "0", "--workers", "2")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(setting)
    assert done.stderr.count("\n") == 1
    assert "raha" not in done.stderr


@on_sqlite
@pytest.mark.parametrize(
    "secret",
    [
        "rahasia",
        "jangkau-balikpapan-2026",
        "0123456789abcdef" * 4,
        "Rahasia-2026-" * 4,
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg",
        "kunci rahasia dinas kominfo kota balikpapan 2026",
    ],
)
def test_a_weak_secret_is_refused_with_the_way_to_make_one(
    jangkau: Jangkau, environment: dict[str, str], secret: str
) -> None:
    environment["JANGKAU_SECRET_KEY"] = secret

    for command in (("serve", "--port", "0"), ("worker",), ("demo",)):
        done = jangkau(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("JANGKAU_SECRET_KEY is too weak")
        assert "secrets.token_urlsafe(48)" in done.stderr
        assert secret not in done.stderr


@on_sqlite
@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_32_random_bytes_are_a_secret(
    jangkau: Jangkau, environment: dict[str, str], make: Callable[[int], str]
) -> None:
    environment["JANGKAU_SECRET_KEY"] = make(32)

    assert jangkau("demo", "--if-empty").returncode == 0


@postgresql_in_soak
def test_a_database_of_a_newer_version_is_refused(jangkau: Jangkau, city: City) -> None:
    with writing(city.engine) as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for command in (("db", "upgrade"), ("serve", "--port", "0")):
        done = jangkau(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("A newer version of Jangkau has changed this database.")
        assert done.stderr.count("\n") == 1


WITH_NIK = sheet("Nama;Kelurahan;NIK;Kehadiran", "Siti Aminah;Manggar;6471014101900001;hadir")


@postgresql_in_soak
@pytest.mark.parametrize("content", [crowd(1), WITH_NIK], ids=["file", "nik"])
def test_a_database_restored_without_its_secret_is_not_served(
    jangkau: Jangkau, environment: dict[str, str], city: City, content: bytes
) -> None:
    city.commit(city.upload(city.session(), content).id)
    environment["JANGKAU_SECRET_KEY"] = secrets.token_urlsafe(48)

    done = jangkau("serve", "--port", "0")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NIKs and files in this database were encrypted with another secret.")


@on_sqlite
def test_an_unusable_database_is_reported_with_its_setting(
    jangkau: Jangkau, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "teks.sqlite3").write_text("bukan basis data, hanya teks\n" * 10)

    for address in ("postgresql+psycopg://jangkau@127.0.0.1:1/x", f"sqlite:///{tmp_path / 'teks.sqlite3'}"):
        environment["JANGKAU_DATABASE_URL"] = address
        done = jangkau("db", "upgrade")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("The database can't be used: ")
        assert "JANGKAU_DATABASE_URL" in done.stderr
        assert "jangkau db upgrade" not in done.stderr
        assert "Traceback" not in done.stderr


@on_sqlite
def test_without_a_contact_for_personal_data_no_page_is_public(
    jangkau: Jangkau, environment: dict[str, str], tmp_path: Path
) -> None:
    del environment["JANGKAU_PRIVACY_CONTACT"]

    done = jangkau("workshop", "create", "BARU", "--title", "Kelas Baru", "--public")

    assert done.returncode == 1
    assert "Set JANGKAU_PRIVACY_CONTACT to an e-mail address or telephone number" in done.stderr
    assert jangkau("workshop", "create", "BARU", "--title", "Kelas Baru").stdout == "BARU\n"
    with serving(environment, tmp_path) as server:
        assert "JANGKAU_PRIVACY_CONTACT is not set" in server.log.read_text()
