"""The checksum of a report is public; hidden figures can't be found by trying which ones have it."""

from dataclasses import replace

from app.database import reading
from app.i18n import translator
from app.models import AttendanceStatus
from app.queries.issued_reports.reports import load_issued_figures
from app.reports.coverage.stored import canonical_figures, checksum_of
from tests.city import City
from tests.published_year import issue


def test_not_even_who_guesses_every_figure_can_confirm_them_by_the_checksum(city: City) -> None:
    city.register(city.session(), "Ani Contoh", outcome=AttendanceStatus.PRESENT)
    report = issue(city)
    with reading(city.engine) as db:
        figures = load_issued_figures(db, report.id)
    guess = replace(figures, figures_key="")

    assert checksum_of(canonical_figures(guess, translator("id"))) != report.checksum
    assert checksum_of(canonical_figures(figures, translator("id"))) == report.checksum
