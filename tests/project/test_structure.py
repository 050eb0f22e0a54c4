"""Rules of this project that no linter checks."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

SQL = re.compile(r"\.(exec|execute|scalars?)\(|\bselect\(")
SQL_FOLDERS = ("app/queries/", "app/services/", "app/models/", "app/database.py", "app/schema.py")
MACHINE_FOLDER = re.compile(r"(?<![\w.}])/(work|root|home)/\w")
INSTALLED_FROM = ("requirements", "pyproject.toml", "Makefile", "Dockerfile", ".ci")


def test_sql_stays_in_queries_and_services() -> None:
    elsewhere = [
        path for path in files("app") if path.suffix == ".py" and not str(path).startswith(SQL_FOLDERS)
    ]

    assert list(lines_with(SQL, elsewhere)) == []


def test_only_database_py_commits() -> None:
    inside = [path for path in files("app") if path.suffix == ".py" and path != Path("app/database.py")]

    assert list(lines_with(re.compile(r"\.commit\(\)"), inside)) == []


def test_no_package_index_is_named() -> None:
    """In npm's lock the only URLs are those for donations."""
    address = re.compile(r'^(?!\s*"url": ).*\w://(?!127\.0\.0\.1|localhost)')
    assert list(lines_with(address, files(*INSTALLED_FROM))) == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert list(lines_with(MACHINE_FOLDER, files("."))) == []


def test_the_image_is_built_with_what_the_wheel_takes_along() -> None:
    """The image's build sees no folder that .dockerignore leaves out."""
    ignored = Path(".dockerignore").read_text().split()
    wheel = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    taken = [Path(path) for path in wheel["force-include"]]

    left_out = [
        path
        for path in taken
        if f"!{path}" not in ignored
        and any(place.match(pattern) for place in (path, *path.parents) for pattern in ignored)
    ]
    assert left_out == []


def files(*places: str) -> list[Path]:
    """Return the files under version control, and those not yet committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *places]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := Path(name)).is_file()]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    """Yield each matching line of text files as `file:number: text`."""
    for path in paths:
        text = path.read_bytes()
        if b"\0" not in text:
            for number, line in enumerate(text.decode(errors="replace").splitlines(), start=1):
                if pattern.search(line):
                    yield f"{path}:{number}: {line.strip()}"


def test_the_child_that_reads_a_file_loads_no_large_library() -> None:
    """Every upload waits for the child to start."""
    loaded = "import sys, app.spreadsheets.formats.child; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True)
    assert {"openpyxl", "olefile", "babel", "sqlalchemy", "phonenumbers", "app.i18n"}.isdisjoint(
        modules.stdout.split()
    )
