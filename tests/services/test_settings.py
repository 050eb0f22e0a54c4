"""What the surroundings decide, and the secret that is made where none is given."""

from pathlib import Path

import pytest

from app.database import create_engine
from app.errors import Problem
from app.settings import Settings
from tests.scenarios import SECRET

POSTGRESQL = "postgresql+psycopg://jangkau@127.0.0.1/jangkau"


def test_the_environment_is_read_when_settings_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().database.endswith("var/jangkau.sqlite3")

    monkeypatch.setenv("JANGKAU_DATABASE_URL", POSTGRESQL)
    monkeypatch.setenv("JANGKAU_BASE_URL", "https://literasi.contoh.id")

    assert Settings().database == POSTGRESQL
    assert (Settings().embedded, Settings().https) == (False, True)


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JANGKAU_BASE_URL", "JANGKAU_DATA_DIR"):
        monkeypatch.setenv(name, "")

    assert Settings() == Settings(base_url="http://127.0.0.1:8000", data_dir=Path("var"))


def test_links_begin_with_the_address_of_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JANGKAU_BASE_URL", " https://jangkau.contoh.id/ ")
    assert Settings().base_url == "https://jangkau.contoh.id"

    for wrong in (
        "jangkau.contoh.id",
        "ftp://contoh.id",
        "https://",
        "https://contoh.id/app",
        "http://contoh.id:x",
    ):
        monkeypatch.setenv("JANGKAU_BASE_URL", wrong)
        with pytest.raises(Problem):
            Settings()


def test_a_secret_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "var"

    first, second = Settings(data_dir=folder).secret, Settings(data_dir=folder).secret

    (kept,) = folder.iterdir()
    assert first == second == kept.read_bytes()
    assert len(first) >= 32
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Settings(data_dir=tmp_path / "elsewhere").secret != first


def test_the_folder_of_the_database_is_its_owners(tmp_path: Path) -> None:
    create_engine(Settings(data_dir=tmp_path / "var"))

    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_a_secret_that_is_given_is_used_and_never_shown(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SECRET)

    assert settings.secret == SECRET.get_secret_value().encode()
    assert list(tmp_path.iterdir()) == []
    assert SECRET.get_secret_value() not in repr(settings)


def test_with_postgresql_the_secret_has_to_be_given(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=POSTGRESQL)

    with pytest.raises(Problem) as refused:
        _ = settings.secret

    assert refused.value.code == "no-secret-key"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_is_there_is_read_without_writing(tmp_path: Path) -> None:
    """While the disk is full commands run, and servers start again."""
    made = Settings(data_dir=tmp_path).secret
    changed_at = tmp_path.stat().st_mtime_ns

    assert Settings(data_dir=tmp_path).secret == made
    assert tmp_path.stat().st_mtime_ns == changed_at
