"""The rules of reading sheets name tests that exist, each at least one."""

import re
from pathlib import Path

RULES = Path("docs/reading-sheets.md")
TEST = re.compile(r"`(tests/\w+/test_\w+\.py)::(test_\w+)`")
FILE = re.compile(r"`(tests/files/[\w.-]+)`")


def test_every_rule_names_what_holds_it() -> None:
    rules = RULES.read_text().split("\n- ")[1:]

    assert len(rules) > 50
    assert [rule for rule in rules if not TEST.search(rule) and not FILE.search(rule)] == []


def test_every_test_named_is_there() -> None:
    text = RULES.read_text()
    missing = [
        f"{path}::{name}"
        for path, name in TEST.findall(text)
        if not Path(path).exists() or f"\ndef {name}(" not in Path(path).read_text()
    ]

    assert missing == []
    assert [path for path in FILE.findall(text) if not Path(path).exists()] == []


def test_every_file_made_for_a_rule_is_named() -> None:
    lists = {str(path) for path in Path("tests/files").iterdir() if path.suffix[1:3] in {"xl", "cs", "od"}}

    assert sorted(lists - set(FILE.findall(RULES.read_text()))) == []
