"""What every change relies on: it is kept whole or not at all, on both databases."""

import subprocess

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.database import reading, writing
from app.models import AreaAlias
from tests.server import JANGKAU

MANGGAR = "64.71.01.1001"


def aliases(engine: Engine) -> set[str]:
    with reading(engine) as db:
        return set(db.exec(select(AreaAlias.alias)))


def alias(text: str, area_code: str = MANGGAR) -> AreaAlias:
    return AreaAlias(alias=text, area_code=area_code)


def test_a_change_is_kept_when_its_block_ends(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(alias("manggar besar"))

    assert "manggar besar" in aliases(engine)


def test_a_change_that_fails_leaves_nothing(engine: Engine) -> None:
    before = aliases(engine)

    with pytest.raises(IntegrityError), writing(engine) as db:
        db.add_all([alias("manggar besar"), alias("atlantis", area_code="64.71.99.9999")])

    assert aliases(engine) == before


def test_what_was_only_read_is_never_kept(engine: Engine) -> None:
    before = aliases(engine)

    with reading(engine) as db:
        db.add(alias("manggar besar"))
        db.flush()

    assert aliases(engine) == before


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with reading(engine) as db:
        before = set(db.exec(select(AreaAlias.alias)))
        with writing(engine) as other:
            other.add(alias("manggar besar"))

        assert set(db.exec(select(AreaAlias.alias))) == before


def test_servers_that_start_together_build_one_database(
    environment: dict[str, str], empty_database_url: str
) -> None:
    environment = {**environment, "JANGKAU_DATABASE_URL": empty_database_url}

    together = [
        subprocess.Popen([JANGKAU, "db", "upgrade"], env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert [process.communicate()[1] for process in together] == ["", "", ""]
    assert [process.returncode for process in together] == [0, 0, 0]
