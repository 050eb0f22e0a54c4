"""The table of OWASP ASVS names files and tests that exist, and every requirement once."""

import re
from collections import Counter
from pathlib import Path

TABLE = Path("docs/security.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (\S+) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:app|docs|requirements|tests)/[^`]+|\w+\.toml|SECURITY\.md|Dockerfile)`")


def test_what_the_table_names_exists() -> None:
    named = set(FILE.findall(TABLE))
    missing = []
    for name in named:
        path, _colons, test = name.partition("::")
        if not Path(path).exists() or (test and f"def {test}(" not in Path(path).read_text()):
            missing.append(name)

    assert len(named) > 100
    assert sorted(missing) == []


def test_every_requirement_has_one_row_and_a_state() -> None:
    """ASVS 5.0.0 has 70 requirements of level 1 and 183 of level 2."""
    rows = ROW.findall(TABLE)

    assert Counter(level for _number, level, *_rest in rows) == {"1": 70, "2": 183}
    assert max(Counter(number for number, *_rest in rows).values()) == 1
    assert {state for *_rest, state, _how in rows} == {"met", "partly", "no", "operator", "n/a"}


def test_what_is_met_names_what_shows_it() -> None:
    unproven = [
        number
        for number, _level, _text, state, how in ROW.findall(TABLE)
        if state == "met" and "`" not in how
    ]

    assert [number for number in unproven if number not in LOGS] == []


def test_the_sums_are_those_of_the_rows() -> None:
    counts = Counter(state for *_rest, state, _how in ROW.findall(TABLE))
    stated = dict(re.findall(r"^\| (\S+) \| [a-z][^|]+ \| (\d+) \|$", TABLE, re.MULTILINE))

    assert {state: int(count) for state, count in stated.items()} == counts


# These are answered by a chapter of the document itself.
LOGS = {"16.1.1", "16.2.3"}
