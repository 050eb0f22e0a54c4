"""Work on many rows leaves Python as it found it."""

import gc

import pytest

from app.services.bulk import collector_at_rest


def test_the_collector_works_again_when_the_last_long_piece_of_work_is_done() -> None:
    with collector_at_rest():
        with collector_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_work_that_failed() -> None:
    with pytest.raises(ValueError, match="broken off"), collector_at_rest():
        raise ValueError("broken off")
    assert gc.isenabled()
