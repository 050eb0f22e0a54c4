"""Every template compiles and imports what it uses, and none has what the Content-Security-Policy would block."""

import re
from pathlib import Path

import pytest
from jinja2.nodes import Call, Const, FromImport, Macro, Name

from app.web.pages import jinja_environment

TEMPLATES = Path("app/templates")
BLOCKED = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
}

every_template = pytest.mark.parametrize("name", jinja_environment("en").list_templates())


@every_template
def test_template_compiles(name: str) -> None:
    jinja_environment("en").get_template(name)


@every_template
def test_imported_names_exist_and_are_used(name: str) -> None:
    """A macro that is missing in the imported template fails only when it is called."""
    environment = jinja_environment("en")
    source = (TEMPLATES / name).read_text()

    for imported in environment.parse(source).find_all(FromImport):
        assert isinstance(imported.template, Const)
        defined = vars(environment.get_template(imported.template.value).module)
        for macro in imported.names:
            assert isinstance(macro, str)
            assert macro in defined
            assert len(re.findall(rf"\b{macro}\b", source)) > 1, f"{macro} is not used"


@every_template
def test_calls_only_macros_that_it_imports_or_defines(name: str) -> None:
    environment = jinja_environment("en")
    tree = environment.parse((TEMPLATES / name).read_text())
    macros = set(vars(environment.get_template("macros.html").module))
    known = {macro for imported in tree.find_all(FromImport) for macro in imported.names} | {
        macro.name for macro in tree.find_all(Macro)
    }

    called = {call.node.name for call in tree.find_all(Call) if isinstance(call.node, Name)}

    assert (called & macros) - known == set()


@every_template
def test_template_holds_nothing_inline(name: str) -> None:
    source = (TEMPLATES / name).read_text()

    assert [what for what, pattern in BLOCKED.items() if pattern.search(source)] == []
