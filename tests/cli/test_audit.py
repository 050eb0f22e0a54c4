"""`jangkau audit verify`: the log is whole, or the first broken line is named."""

import re

from sqlalchemy import text

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import Activity
from app.settings import Settings
from tests.city import City
from tests.database import postgresql_in_soak
from tests.server import Jangkau

pytestmark = postgresql_in_soak


def test_the_log_is_verified_and_its_end_is_kept(jangkau: Jangkau, city: City, settings: Settings) -> None:
    count = len(city.all(Activity))
    assert f"{count} lines are not sealed yet" in jangkau("audit", "verify").stdout
    TaskRunner(settings, city.engine, city.vault).seal_log()

    whole = jangkau("audit", "verify")

    assert whole.returncode == 0
    assert f"{count} lines are as they were written; the values of 0 are erased." in whole.stdout
    end = re.search(rf"to keep elsewhere: ({count}:[0-9a-f]{{64}})", whole.stdout)
    assert end is not None
    assert jangkau("audit", "verify", "--kept", end[1]).returncode == 0
    assert jangkau("audit", "verify", "--kept", f"{count}:{'0' * 64}").returncode == 1
    assert "1200:3f9a" in jangkau("audit", "verify", "--kept", "head").stderr


def test_the_first_broken_line_is_named(jangkau: Jangkau, city: City, settings: Settings) -> None:
    city.workshop("SPBE-2025")
    TaskRunner(settings, city.engine, city.vault).seal_log()
    on = " ON activity" if city.engine.dialect.name == "postgresql" else ""
    with writing(city.engine) as db:
        for trigger in ("activity_no_update", "activity_append_only", "activity_values_no_update"):
            db.connection().execute(text(f"DROP TRIGGER IF EXISTS {trigger}{on}"))
        db.connection().execute(text("UPDATE activity SET actor = 'Tono' WHERE subject_id = 'SPBE-2025'"))

    broken = jangkau("audit", "verify")

    assert broken.returncode == 1
    assert re.search(
        r"Line \d+ of the chain was changed \(id \d+: .*, Tono, create workshop SPBE-2025\)\.", broken.stderr
    )
    assert "keep elsewhere" not in broken.stdout
