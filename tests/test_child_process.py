"""What child processes know, and that one of them harms nobody else."""

import os

import pytest

from app.child_call import call_in_child
from app.child_process import open_children

CHILD = "tests.obedient_child"
SECRETS = ("JANGKAU_SECRET_KEY", "PGPASSWORD", "OTEL_EXPORTER_OTLP_HEADERS")


def test_a_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "rahasia")
        assert call_in_child(os.getenv, name) is None
    assert call_in_child(os.getenv, "PATH") == os.environ["PATH"]


def test_children_of_one_server_end_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "rahasia")
    with open_children(CHILD) as run:
        large = bytes(range(256)) * 20_000
        assert run({"do": "answer"}, large, seconds=10) == large
        assert run({"do": "answer"}, b"", seconds=10) == b""
        for name in SECRETS:
            assert run({"do": "say-variable", "name": name}, b"", seconds=10) == b""
        assert run({"do": "read-next-file"}, b"", seconds=10) == b""
        for ending in ("fail", "abort", "kill-server"):
            assert run({"do": ending}, b"Suwarti Contoh", seconds=10) is None
            assert run({"do": "answer"}, b"next", seconds=10) == b"next"
        with pytest.raises(TimeoutError):
            run({"do": "sleep"}, b"", seconds=0.2)
        assert run({"do": "answer"}, b"next", seconds=10) == b"next"

    assert "ValueError" in caplog.text
    assert "Suwarti" not in caplog.text
