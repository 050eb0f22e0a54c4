"""`jangkau import` draws progress bars in a terminal."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.city import City, crowd
from tests.database import on_sqlite
from tests.jangkau_command import JANGKAU
from tests.server import Jangkau

pytestmark = [on_sqlite, pytest.mark.slow]


@pytest.fixture
def long_list(tmp_path: Path) -> Path:
    path = tmp_path / "daftar.csv"
    path.write_bytes(crowd(3000))
    return path


def test_in_a_terminal_bars_count_the_rows(city: City, environment: dict[str, str], long_list: Path) -> None:
    command = [JANGKAU, "import", str(long_list), "--session", city.session()]
    terminal, end = pty.openpty()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=end, check=True)
    os.close(end)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    read, committed = shown.split("Committing")[0], shown.split("Committing", 1)[1]
    assert "1500/3000" in read
    assert "3000/3000" in read
    assert "750/3000" in committed
    assert "3000/3000" in committed


def test_without_a_terminal_nothing_is_drawn(city: City, jangkau: Jangkau, long_list: Path) -> None:
    done = jangkau("import", long_list, "--session", city.session(), "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
