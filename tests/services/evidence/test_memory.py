"""A dossier of 200 workshops with four photos and a decree each takes little memory, and its progress is seen."""

from pathlib import Path

import pytest

from benchmarks.dossiers import FILES, WORKSHOPS, measure_dossier
from tests.database import on_sqlite

MAX_MEGABYTES = 300
MIN_STEPS = 5


@pytest.mark.soak
@on_sqlite
def test_a_large_dossier_is_made_in_little_memory(tmp_path: Path, database_kind: str) -> None:
    figures = measure_dossier(f"sqlite:///{tmp_path}/measured.sqlite3").split()

    workshops, files, _size, _before, peak, _seconds, steps = map(float, figures)
    assert (workshops, files) == (WORKSHOPS, WORKSHOPS * sum(count for count, _ in FILES.values()))
    assert peak < MAX_MEGABYTES
    assert steps > MIN_STEPS
