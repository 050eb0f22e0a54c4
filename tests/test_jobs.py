"""The job queue, where several processes of one installation start at the same moment."""

from functools import partial

import pytest
from sqlalchemy import Engine

from app.jobs import Jobs
from app.nik_vault import NikVault
from app.settings import Settings
from tests.services.test_import_concurrency import at_once


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_processes_that_start_together_make_one_queue(engine: Engine, settings: Settings) -> None:
    made = at_once(*[partial(Jobs, settings, engine, NikVault(settings.secret))] * 8)

    assert all(isinstance(jobs, Jobs) for jobs in made), made
    for jobs in made:
        jobs.close()
