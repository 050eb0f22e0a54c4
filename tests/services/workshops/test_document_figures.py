"""After random actions the figures in a workshop's report, read from its Word file, equal a count in plain Python."""

import os
from io import BytesIO

import docx
import pytest
from hypothesis import HealthCheck, given, settings

from app.database import Db
from app.i18n import translator
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.workshops.documents import load_activity
from app.reports.activity.docx import render_docx
from app.reports.activity.report import build_activity_report
from app.reports.activity.texts import ReportTexts
from app.reports.letterhead import LETTERHEAD
from tests.city import City
from tests.database import postgresql_in_soak
from tests.queries.coverage.actions import WORKSHOPS, Action, CityActions, create_sessions
from tests.queries.coverage.comparison import rolled_back
from tests.queries.coverage.random_actions import action_lists
from tests.queries.coverage.reference_count import ReferenceCount

pytestmark = postgresql_in_soak

HISTORIES = int(os.environ.get("TEST_HISTORIES", "2"))
_ = translator("id")


@pytest.mark.slow
def test_figures_in_word_equal_the_reference_count(city: City, db: Db) -> None:
    create_sessions(city)

    @settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.too_slow])
    @given(action_lists())
    def check(actions: list[Action]) -> None:
        with rolled_back(db):
            CityActions(db, city.vault).perform(actions)
            for workshop in WORKSHOPS:
                assert_word_is_right(db, workshop)

    check()


def assert_word_is_right(db: Db, workshop: str) -> None:
    activity = load_activity(db, OPERATOR, workshop, _)
    period = activity.coverage.period
    reference = ReferenceCount(db, CoverageFilters(period.from_, period.to, workshop))
    totals = reference.totals()
    document = build_activity_report(activity, ReportTexts(), LETTERHEAD, _)
    word = docx.Document(BytesIO(render_docx(document)))
    tables = {
        table.rows[0].cells[-1].text + table.rows[0].cells[1].text: [
            [cell.text for cell in row.cells] for row in table.rows[1:]
        ]
        for table in word.tables
    }
    registered = [row for row in reference.rows().values() if row["registered"]]
    if not registered:
        assert "Tidak tercatatKelurahan" not in tables
        return
    figures = [*registered, totals]
    assert [row[3:] for row in tables["Tidak tercatatKelurahan"]] == [
        [str(number) for number in (row["registered"], row["participants"], *row["by_sex"].values())]
        for row in figures
    ]
    assert [row[1:] for row in tables["KehadiranTerdaftar"]] == [
        [str(group[name]) for name in ("registered", "participants", "attendances")]
        for shown in activity.coverage.groups
        if (group := totals["by_group"][shown.code])["registered"]
    ]
    outside = f"{totals['outside']} orang dari luar kota"
    assert (outside in "\n".join(paragraph.text for paragraph in word.paragraphs)) == bool(totals["outside"])
