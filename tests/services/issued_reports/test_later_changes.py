"""What was issued stays, byte for byte, whatever is changed later."""

import hashlib
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.database import Db
from app.i18n import translator
from app.models import AttendanceStatus, IssuedReport, IssuedReportFile
from app.people.person import PersonInput
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.figures import load_coverage_report, make_coverage_file
from app.queries.issued_reports.reports import slug_of
from app.reports.formats.download import MEDIA_TYPES
from app.reports.letterhead import Letterhead
from app.services.installation.letterhead import save_letterhead
from app.services.issued_reports.closing import close_period
from app.services.issued_reports.issue import issue_report
from tests.city import LAMARU, MANGGAR, City
from tests.database import postgresql_in_soak
from tests.issued_reports import BASE_URL, report_text
from tests.queries.coverage.actions import (
    GROUPS,
    HOMES,
    MARKS,
    NAMES,
    PAST_STARTS,
    Action,
    CityActions,
    create_sessions,
)
from tests.queries.coverage.random_actions import make_person, row

pytestmark = postgresql_in_soak

CHANGES = 1_000
YEAR = CoverageFilters(date(2025, 1, 1), date(2025, 12, 31))


def random_person(random: Random) -> PersonInput:
    return make_person(
        random.randrange(len(NAMES)),
        random.choice(HOMES[:4]),
        random.choice(GROUPS),
        with_nik=random.random() < 0.5,
        with_sex=random.random() < 0.5,
    )


def random_action(random: Random) -> Action:
    """Return a registration, mark, sheet, correction, target, or the undoing of something."""
    session, number = random.randrange(len(PAST_STARTS)), random.randrange(1_000)
    person = random_person(random)
    match random.randrange(9):
        case 0:
            return Action(CityActions.register, (session, person, True))
        case 1:
            return Action(CityActions.walk_in, (session, person))
        case 2 | 3:
            return Action(CityActions.mark, (number, random.choice([None, *AttendanceStatus])))
        case 4:
            rows = [row(random_person(random), random.choice(MARKS)) for _ in range(random.randrange(1, 4))]
            return Action(CityActions.upload, (session, rows, "leave", True))
        case 5:
            return Action(CityActions.undo, (number,))
        case 6:
            return Action(CityActions.correct, (number, person))
        case 7:
            return Action(CityActions.move, (number, person))
        case _:
            place = random.choice([None, MANGGAR, LAMARU])
            return Action(CityActions.set_target, (2025, place, None, random.randrange(9)))


def stored(db: Db) -> Mapping[str, Any]:
    """Return what was stored of the report, by the names of columns, and the hash of each of its files."""
    report = db.exec(select(IssuedReport)).one()
    files = db.exec(select(IssuedReportFile)).all()
    return {
        **report.model_dump(),
        **{file.kind: (file.sha256, hashlib.sha256(file.content).hexdigest()) for file in files},
    }


@pytest.mark.slow
def test_issued_report_is_the_same_after_a_thousand_changes(city: City, db: Db) -> None:
    random = Random(6471)  # noqa: S311 (no secret: the same changes each time)
    create_sessions(city)
    actions = CityActions(db, city.vault)
    actions.perform(Action(CityActions.hold, (number,)) for number in range(len(PAST_STARTS)))
    actions.perform(random_action(random) for _ in range(40))
    report = issue_report(db, OPERATOR, YEAR, report_text(), BASE_URL)
    close_period(db, OPERATOR, slug_of(report.number), despite_open_uploads=True)
    db.flush()
    before = stored(db)
    figures = load_coverage_report(db, OPERATOR, YEAR, "id")
    assert figures.totals.participants > 1

    save_letterhead(db, OPERATOR, Letterhead(office="Dinas Contoh"))
    working = set()
    for _ in range(CHANGES // 50):
        actions.perform(random_action(random) for _ in range(50))
        working.add(load_coverage_report(db, OPERATOR, YEAR, "id", working=True).totals.attendances)

    db.expire_all()
    assert len(working) > 5
    assert stored(db) == before
    assert load_coverage_report(db, OPERATOR, YEAR, "id") == figures
    for file_format in MEDIA_TYPES:
        file = make_coverage_file(db, OPERATOR, figures, YEAR, file_format, translator("id"), "id")
        assert hashlib.sha256(file.content).hexdigest() == before[file_format][0]
