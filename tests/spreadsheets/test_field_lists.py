"""Lists as offices and applications really send them: nothing wrong without a question, nobody lost without a word."""

from pathlib import Path

import pytest

from tests.spreadsheets.field_lists import FIELD, MORE_LISTS, compare_with_expectation, list_expectations

EXPECTATIONS = [*list_expectations(FIELD), *list_expectations(MORE_LISTS)]
MAX_NEEDLESS_QUESTIONS = 20


@pytest.mark.parametrize(
    "expectation", EXPECTATIONS, ids=lambda path: path.name.removesuffix(".expected.json")
)
def test_no_row_is_wrong_and_nobody_is_lost_without_a_word(expectation: Path) -> None:
    comparison = compare_with_expectation(expectation)
    assert comparison.wrong == []
    assert comparison.lost == []


def test_few_questions_are_needless() -> None:
    needless = [
        f"{expectation.name} {question}"
        for expectation in EXPECTATIONS
        for question in compare_with_expectation(expectation).needless
    ]
    assert len(needless) <= MAX_NEEDLESS_QUESTIONS, "\n".join(needless)
