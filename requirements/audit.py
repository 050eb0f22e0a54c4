"""`make audit`: known vulnerabilities of all third-party parts, and the bills of materials of what serves the pages.

Run with the folder of pip-audit and cyclonedx-py, and the command of npm. Ends with 0 if all parts were checked and
none is known as vulnerable, 1 if one is, and 2 if some could not be checked.
"""

import json
import subprocess
import sys
from pathlib import Path

import typer

LOCKS = ("run", "build", "test", "node", "bench", "audit")
FOLDER = Path("requirements")
SBOM = Path("dist")


def main(tools: Path, npm: list[str]) -> int:
    """Write the bills of materials and check each lock. Return the exit code."""
    write_bills_of_materials(tools, npm)
    found, unchecked = 0, 0
    for vulnerable, skipped in (*(check_python(tools, lock) for lock in LOCKS), check_assets(npm)):
        found, unchecked = found + vulnerable, unchecked + skipped
    if found:
        typer.echo(f"{found} known vulnerabilities: docs/security.md says what to do.", err=True)
        return 1
    if unchecked:
        typer.echo(
            f"{unchecked} parts could not be checked: run 'make audit' where the registries answer.", err=True
        )
        return 2
    return 0


def write_bills_of_materials(tools: Path, npm: list[str]) -> None:
    """Write the bills of materials (CycloneDX) of the Python packages and the page assets into `dist`."""
    SBOM.mkdir(exist_ok=True)
    python = SBOM / "sbom-python.cdx.json"
    lock = str(FOLDER / "run.lock")
    command = [str(tools / "cyclonedx-py"), "requirements", lock, "--pyproject", "pyproject.toml"]
    run(
        [*command, "--output-reproducible", "--spec-version", "1.6", "--output-file", str(python)], check=True
    )
    typer.echo(f"{python}: {count_components(python)} Python packages")
    assets = SBOM / "sbom-page-assets.cdx.json"
    made = run([*npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], folder=FOLDER, check=True)
    assets.write_text(made.stdout)
    typer.echo(f"{assets}: {count_components(assets)} packages of the pages")


def count_components(path: Path) -> int:
    """Return how many parts a bill of materials lists."""
    return len(json.loads(path.read_text())["components"])


def check_python(tools: Path, lock: str) -> tuple[int, int]:
    """Print what is known about the packages of a lock; return how many are vulnerable and how many unchecked."""
    path = FOLDER / f"{lock}.lock"
    command = [str(tools / "pip-audit"), "--disable-pip", "--require-hashes", "-r", str(path), "-f", "json"]
    done = run([*command, "--progress-spinner", "off"])
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        typer.echo(f"{path}: not checked. {last_line(done.stderr)}", err=True)
        return 0, 1
    vulnerable = [package for package in packages if package.get("vulns")]
    unchecked = [package for package in packages if "skip_reason" in package]
    for package in vulnerable:
        for known in package["vulns"]:
            fixed = ", ".join(known["fix_versions"]) or "no version yet"
            typer.echo(f"{path}: {package['name']} {package['version']}: {known['id']}, fixed in {fixed}")
    checked = len(packages) - len(unchecked)
    typer.echo(f"{path}: {checked} checked, {len(vulnerable)} vulnerable, {len(unchecked)} not checked")
    return len(vulnerable), len(unchecked)


def check_assets(npm: list[str]) -> tuple[int, int]:
    """Print what npm knows about the page assets; return how many are vulnerable, and 1 if npm could not ask."""
    path = FOLDER / "package-lock.json"
    done = run([*npm, "audit", "--package-lock-only", "--json"], folder=FOLDER)
    try:
        known = json.loads(done.stdout)["metadata"]["vulnerabilities"]["total"]
    except (ValueError, KeyError):
        typer.echo(f"{path}: not checked. {last_line(done.stderr)}", err=True)
        return 0, 1
    typer.echo(f"{path}: {known} vulnerable")
    return int(known), 0


def run(
    command: list[str], *, folder: Path | None = None, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in `folder` if it is given. With `check` a failure raises `CalledProcessError`."""
    return subprocess.run(command, cwd=folder, check=check, capture_output=True, text=True)  # noqa: S603 (own tools)


def last_line(text: str) -> str:
    """Return the last line that is not empty, without npm's remark on its log."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1] if lines else "No answer."


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
