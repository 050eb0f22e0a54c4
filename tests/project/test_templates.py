"""Every template compiles and imports what it uses, and none has what the Content-Security-Policy would block."""

import re
from pathlib import Path

from jinja2.nodes import Call, Const, FromImport, Macro, Name

from app.web.accounts.login_page import PASSWORD_FIELDS
from app.web.pages import jinja_environment

TEMPLATES = Path("app/templates")
BLOCKED = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style sheet of its own": re.compile(r"<style\b|stylesheet", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
}

# Of base.html: every sheet in `app/static` is part of it.
STYLES = """<link rel="stylesheet" href="{{ joined_sheet().url }}">
{% else %}
<style>{{ public_sheet().text | safe }}</style>"""

NAMES = jinja_environment("en").list_templates()


def test_every_template_compiles() -> None:
    for name in NAMES:
        jinja_environment("en").get_template(name)


def test_imported_names_exist_and_are_used() -> None:
    """A macro that is missing in the imported template fails only when it is called."""
    environment = jinja_environment("en")
    for name in NAMES:
        source = (TEMPLATES / name).read_text()
        for imported in environment.parse(source).find_all(FromImport):
            assert isinstance(imported.template, Const)
            defined = vars(environment.get_template(imported.template.value).module)
            for macro in imported.names:
                assert isinstance(macro, str)
                assert macro in defined, (
                    f"{name} imports {macro}, which {imported.template.value} does not define"
                )
                assert len(re.findall(rf"\b{macro}\b", source)) > 1, (
                    f"{name} imports {macro} and does not use it"
                )


def test_only_macros_are_called_that_a_template_imports_or_defines() -> None:
    environment = jinja_environment("en")
    macros = set(vars(environment.get_template("macros.html").module))
    unknown = {}
    for name in NAMES:
        tree = environment.parse((TEMPLATES / name).read_text())
        known = {macro for imported in tree.find_all(FromImport) for macro in imported.names} | {
            macro.name for macro in tree.find_all(Macro)
        }
        called = {call.node.name for call in tree.find_all(Call) if isinstance(call.node, Name)}
        unknown[name] = (called & macros) - known

    assert {name: calls for name, calls in unknown.items() if calls} == {}


def test_templates_hold_nothing_inline() -> None:
    sources = {name: (TEMPLATES / name).read_text() for name in NAMES}

    assert [
        (name, what)
        for name, source in sources.items()
        for what, pattern in BLOCKED.items()
        if pattern.search(source.replace(STYLES, ""))
    ] == []


def test_all_fields_of_passwords_are_known() -> None:
    """Those of the templates: a new one is not to be kept in pages either."""
    lines = [
        line
        for template in TEMPLATES.rglob("*.html")
        for line in template.read_text().splitlines()
        if 'type="password"' in line
    ]

    assert {re.findall(r'(?:text_field\(|name=)"(\w+)"', line)[0] for line in lines} == PASSWORD_FIELDS
