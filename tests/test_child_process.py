"""What child processes know."""

import os

import pytest

from app.child_call import call_in_child


def test_a_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JANGKAU_SECRET_KEY", "PGPASSWORD", "OTEL_EXPORTER_OTLP_HEADERS"):
        monkeypatch.setenv(name, "rahasia")
        assert call_in_child(os.getenv, name) is None
    assert call_in_child(os.getenv, "PATH") == os.environ["PATH"]
