"""Rules of the house that no linter knows."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LINES = 300
SQL = re.compile(r"\.(exec|execute|scalars?)\(|\bselect\(")
HOMES_OF_SQL = ("app/queries/", "app/services/", "app/models/", "app/database.py")
PLACE_OF_A_MACHINE = re.compile(r"(?<![\w.}])/(work|root|home)/\w")
INSTALLED_FROM = ("requirements", "pyproject.toml", "Makefile", "Dockerfile", ".ci")


def test_no_file_hides_a_second_noun() -> None:
    written = [
        path
        for path in files("app", "tests", "benchmarks")
        if path.suffix in {".py", ".html", ".css", ".js", ".typ"}
    ]

    assert [
        f"{path}: {n} lines" for path in written if (n := len(path.read_text().splitlines())) > LINES
    ] == []


def test_sql_stays_in_queries_and_services() -> None:
    elsewhere = [
        path for path in files("app") if path.suffix == ".py" and not str(path).startswith(HOMES_OF_SQL)
    ]

    assert list(lines_with(SQL, elsewhere)) == []


def test_only_the_edge_commits() -> None:
    inside = [path for path in files("app") if path.suffix == ".py" and path != Path("app/database.py")]

    assert list(lines_with(re.compile(r"\.commit\(\)"), inside)) == []


def test_what_is_installed_names_no_address() -> None:
    """Npm's lock also says where a package's author takes donations."""
    address = re.compile(r"\w://(?!127\.0\.0\.1|localhost|github\.com/sponsors/)")
    assert list(lines_with(address, files(*INSTALLED_FROM))) == []


def test_nothing_names_a_folder_of_one_machine() -> None:
    assert list(lines_with(PLACE_OF_A_MACHINE, files("."))) == []


def files(*places: str) -> list[Path]:
    """The files that a clone has, or will have once they are committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *places]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := Path(name)).is_file()]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    """Each matching line as `file:number: text`; files that aren't text have none."""
    for path in paths:
        text = path.read_bytes()
        if b"\0" not in text:
            for number, line in enumerate(text.decode(errors="replace").splitlines(), start=1):
                if pattern.search(line):
                    yield f"{path}:{number}: {line.strip()}"


def test_the_child_that_reads_a_file_loads_nothing_that_takes_long() -> None:
    """Every upload waits for that."""
    loaded = "import sys, app.spreadsheets.formats.child; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True)
    assert {"openpyxl", "olefile", "babel", "sqlalchemy", "phonenumbers", "app.i18n"}.isdisjoint(
        modules.stdout.split()
    )
