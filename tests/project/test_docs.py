"""Checks of the documents: settings, links and commands that they name exist."""

import re
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from app.cli.commands import app
from app.settings import Settings

LINK = re.compile(r"\]\((?!\w+:|/)([^)#]+)\)")


def test_every_setting_is_explained() -> None:
    explained = re.findall(r"^\| `(JANGKAU_\w+)`", Path("docs/settings.md").read_text(), re.MULTILINE)

    assert sorted(explained) == sorted(f"JANGKAU_{name.upper()}" for name in Settings.model_fields)


def test_links_lead_somewhere() -> None:
    documents = [Path("README.md"), *Path("docs").rglob("*.md"), *Path("benchmarks").glob("*.md")]
    broken = [
        f"{document}: {target}"
        for document in documents
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]

    assert broken == []


def test_the_guide_to_lists_is_the_same_in_both_languages() -> None:
    shapes = [
        [
            line.split(" ")[0]
            for line in Path(path).read_text().splitlines()
            if line.startswith(("#", "|", "- "))
        ]
        for path in ("docs/membaca-daftar.md", "docs/reading-sheets.md")
    ]

    assert shapes[0] == shapes[1]


def test_commands_in_the_documents_exist() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = set(re.findall(r"jangkau ([a-z]+)", Path("README.md").read_text()))

    assert named - set(commands) == set()
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
