"""Dates and times as pages and documents write them."""

from datetime import UTC, date, datetime

from app.i18n import date_text, day_text, long_period_text, long_time_text, period_text

MORNING = datetime(2026, 12, 5, 1, 0, tzinfo=UTC)
NOON = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
NEXT_NOON = datetime(2026, 12, 6, 4, 0, tzinfo=UTC)


def test_text_names_the_month_and_tables_are_numeric() -> None:
    assert day_text(date(2026, 12, 5), "id") == "5 Des 2026"
    assert day_text(date(2026, 12, 5), "en") == "5 Dec 2026"
    assert date_text(date(2026, 12, 5)) == "05-12-2026"


def test_times_in_text_have_the_day_of_the_week_in_wita() -> None:
    late = datetime(2026, 12, 4, 17, 30, tzinfo=UTC)
    assert long_time_text(late, "id") == "Sab, 5 Des 2026, 01.30 WITA"


def test_a_span_repeats_the_date_only_if_it_ends_on_another_day() -> None:
    assert long_period_text(MORNING, NOON, "id") == "Sab, 5 Des 2026, 09.00–12.00 WITA"
    assert (
        long_period_text(MORNING, NEXT_NOON, "en")
        == "Sat, 5 Dec 2026, 09.00 WITA – Sun, 6 Dec 2026, 12.00 WITA"
    )
    assert period_text(MORNING, NOON) == "05-12-2026 09.00–12.00 WITA"
