"""The child process that reads a file: what happens there touches neither the service nor other files."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import UnreadableFile
from app.spreadsheets import reading
from app.spreadsheets.reading import read_sheet
from tests.sheet_reading import in_child

pytestmark = in_child

LIMITED_TO_A_SECOND = """
import resource
from app.child_process import limit_process
limit_process(2**40, 1)
print(*resource.getrlimit(resource.RLIMIT_CPU))
"""


def names(*people: str) -> list[object]:
    """The people of a list, as a child read them."""
    lines = ["Nama;Kelurahan", *(f"{name};Damai" for name in people)]
    return [row.cells["name"] for row in read_sheet("\n".join(lines).encode()).rows]


def test_each_thread_gets_the_answer_to_its_own_file() -> None:
    lists = [[f"Rina {number}", f"Maya {number}"] for number in range(8)]
    with ThreadPoolExecutor(4) as four:
        assert list(four.map(lambda people: names(*people), lists)) == lists


def test_a_child_that_dies_leaves_the_reason_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading, "MAX_MEMORY_BYTES", 1)
    with pytest.raises(UnreadableFile) as refused:
        names(*["Rina"] * 100_000)
    assert refused.value.code == "unreadable-file"
    assert "MemoryError" in caplog.text


def test_a_child_that_computes_all_the_time_lives_as_long_as_its_caller_waits() -> None:
    """If it ended earlier, a list that takes too long would be called damaged."""
    command = [sys.executable, "-c", LIMITED_TO_A_SECOND]
    limits = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(limits.split()[0]) > 1


def test_the_child_gets_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What Python is told to run first in the child writes down the environment."""
    seen = tmp_path / "environment"
    (tmp_path / "sitecustomize.py").write_text(
        f"import os; open({str(seen)!r}, 'w').write(str(dict(os.environ)))"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("JANGKAU_SECRET_KEY", "rahasia-kota")
    monkeypatch.setenv("BALIKPAPAN", "terang")
    assert names("Rina") == ["Rina"]
    assert "terang" in seen.read_text()
    assert "rahasia-kota" not in seen.read_text()
