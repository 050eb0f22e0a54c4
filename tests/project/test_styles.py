"""The style sheets: no block of declarations is written twice, and classes and rules belong together."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SHEETS = sorted(Path("app/static").glob("*.css"))
SOURCES = [
    path
    for folder, kinds in {
        "app/templates": ("*.html", "*.svg"),
        "app/static": ("*.js",),
        "app/reports": ("*.py",),
        "app/web": ("*.py",),
    }.items()
    for kind in kinds
    for path in Path(folder).rglob(kind)
    if "vendor" not in path.parts
]
# Fewer declarations, such as `margin: 0`, are no style of their own.
MIN_DECLARATIONS = 3
# The rest of these classes is the name of a tone, a kind or the like.
PREFIXES = ("badge-", "counts-", "kind-", "remark-", "trend-")
OF_LIBRARIES = {"htmx-request"}

Rule = tuple[str, str, frozenset[str]]
"""What is around a rule (such as a media query), its selector and its declarations."""


def rules(text: str) -> Iterator[Rule]:
    """Yield the rules of a style sheet."""
    around, current = list[str](), ""
    for part in re.split(r"([{}])", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        if part == "{":
            around.append(" ".join(current.split()))
        elif part == "}":
            selector = around.pop()
            declarations = frozenset(line.strip() for line in current.split(";") if line.strip())
            if declarations:
                yield " ".join(around), selector, declarations
            current = ""
            continue
        current = "" if part == "{" else part


def test_no_style_is_written_twice() -> None:
    written = defaultdict[tuple[str, frozenset[str]], list[str]](list)
    for sheet in SHEETS:
        for around, selector, declarations in rules(sheet.read_text()):
            if len(declarations) >= MIN_DECLARATIONS:
                written[around, declarations].append(f"{sheet.name}: {selector}")

    assert [places for places in written.values() if len(places) > 1] == [], "give them one rule"


def test_colours_have_names() -> None:
    """Those of jangkau.css, which gives them another value in the dark."""
    colour = re.compile(r"#[0-9a-f]{3,8}\b(?![^{}]*\{)|\brgba?\(|\bhsla?\(", re.IGNORECASE)

    assert [
        (sheet.name, declaration)
        for sheet in SHEETS
        if sheet.name != "jangkau.css"
        for _around, _selector, declarations in rules(sheet.read_text())
        for declaration in declarations
        if colour.search(declaration)
    ] == []


def test_every_rule_is_of_use() -> None:
    text = "\n".join(path.read_text() for path in SOURCES)

    unused = {
        name
        for name in classes_with_rules()
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) and not name.startswith(PREFIXES)
    }

    assert unused - OF_LIBRARIES == set()


def test_every_class_has_a_rule() -> None:
    """Or scripts or tests look for it."""
    users = [*Path("app/static").glob("*.js"), *Path("tests").rglob("*.py")]
    found = {name for path in users for name in re.findall(r'[."]([\w-]+)', path.read_text())}
    used = {
        name
        for path in Path("app/templates").rglob("*.html")
        for classes in re.findall(r'class="([^"{]*)"', path.read_text())
        for name in classes.split()
        if name not in found
    }

    assert used - classes_with_rules() == set()


def classes_with_rules() -> set[str]:
    return {
        name
        for sheet in SHEETS
        for _around, selector, _declarations in rules(sheet.read_text())
        for name in re.findall(r"\.([a-z][\w-]*)", re.sub(r'"[^"]*"', "", selector))
    }
