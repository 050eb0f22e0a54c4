"""What a real server keeps of memory: long documents are made in child processes, which give it back."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.city import City, crowd
from tests.cli.test_kill import sari_headers
from tests.database import on_sqlite
from tests.server import Server

pytestmark = [on_sqlite, pytest.mark.soak]

LARGE, USUAL = 10_000, 300
USUAL_LISTS = 12
MAX_MIB = 300
MAX_IDLE_MIB = 160


def kib(process_id: int | None, file: str, figure: str) -> int:
    found = re.search(rf"^{figure}:\s+(\d+)", Path(f"/proc/{process_id}/{file}").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def idle_memory(server: Server) -> float:
    """Return what a process has on average, in MiB: pages that several processes share are divided among them."""
    processes = (server.process.pid, *server.workers())
    return sum(kib(process, "smaps_rollup", "Pss") for process in processes) / len(processes) / 1024


def peak_memory(server: Server) -> float:
    """Return the most memory that the worker has had, in MiB, with the pages that it shares."""
    (worker,) = server.workers()
    return kib(worker, "status", "VmHWM") / 1024


def test_the_service_stays_small(city: City, server: Server) -> None:
    assert idle_memory(server) < MAX_IDLE_MIB
    code = city.session()
    for name in (b"Peserta", b"Tamu"):
        city.commit(city.upload(code, crowd(LARGE // 2).replace(b"Peserta", name)).id)
    city.commit(city.upload(city.session("UMKM-2025-2"), crowd(USUAL)).id)
    with httpx2.Client(base_url=f"{server.url}/api/v1", headers=sari_headers(city), timeout=300) as sari:
        for path in (
            "sessions/UMKM-2025-1/roster.xlsx",
            "sessions/UMKM-2025-1/roster.pdf",
            *["sessions/UMKM-2025-2/roster.pdf"] * USUAL_LISTS,
            *["reports/coverage.pdf", "reports/coverage.xlsx"] * 3,
        ):
            assert sari.get(path).raise_for_status().content

    assert peak_memory(server) < MAX_MIB
