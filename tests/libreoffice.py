"""Opening and saving files with LibreOffice, as city offices do."""

import subprocess
from pathlib import Path


def save_with_libreoffice(
    content: bytes, folder: Path, file_format: str = "xlsx", *, opened_as: str = "xlsx"
) -> bytes:
    """Return a file of the format `opened_as` as LibreOffice saves it in `file_format`.

    `folder` is for temporary files.
    """
    opened, saved = folder / f"opened.{opened_as}", folder / "saved"
    opened.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["--convert-to", file_format, "--outdir", str(saved), str(opened)]
    subprocess.run(["soffice", "--headless", profile, *convert], check=True, capture_output=True, timeout=120)
    return (saved / f"opened.{file_format}").read_bytes()
