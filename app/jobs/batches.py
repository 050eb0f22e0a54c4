"""Read and judge the lists of a batch, several at once, and store them one by one."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import TypeVar

from sqlalchemy import Engine

from app.database import Db, reading
from app.jobs.lease import Lease
from app.models import UploadBatch
from app.nik_vault import NikVault
from app.queries.imports.batches.batches import list_known_sessions
from app.services.imports.batches.reading import (
    judge_list,
    list_unjudged,
    list_waiting,
    load_uploader,
    queue_reading,
    read_file,
    store_judged_list,
    store_lists,
)
from app.spreadsheets import reading as sheet_reading

# How many files are read at the same time, each in a child process of its own.
AT_ONCE = 2
# So few that other tasks, for which a user waits, get their turn within seconds.
LISTS_OF_TASK = 20

Result = TypeVar("Result")


def read_batch(lease: Lease, vault: NikVault, batch_id: int) -> None:
    """Read the next files of a batch, or judge its next lists, and queue what is left."""
    if read_next_lists(lease, vault, batch_id):
        with lease.writing() as db:
            queue_reading(db, batch_id)


def read_next_lists(lease: Lease, vault: NikVault, batch_id: int) -> bool:
    """Read the next files of a batch, or judge its next lists once all files are read; return False if none were left.

    Each file and each list is stored in a transaction of its own: an attempt that is interrupted is continued by the
    next.
    """
    with reading(lease.engine) as read_db:
        waiting = list_waiting(read_db, batch_id, LISTS_OF_TASK)
        unjudged = [] if waiting else list_unjudged(read_db, batch_id, LISTS_OF_TASK)
    if waiting:
        _read_files(lease, vault, batch_id, waiting)
    elif unjudged:
        _judge_lists(lease, vault, batch_id, unjudged)
    return bool(waiting or unjudged)


def _read_files(lease: Lease, vault: NikVault, batch_id: int, list_ids: Sequence[int]) -> None:
    with reading(lease.engine) as read_db:
        uploader = load_uploader(read_db, batch_id)
        organization_id = read_db.get_one(UploadBatch, batch_id).organization_id
        sessions = list_known_sessions(read_db, uploader, organization_id)
    with _in_parallel(lease.engine, lambda db, list_id: read_file(db, vault, list_id), list_ids) as results:
        for list_id, lists in results:
            with lease.writing() as db:
                store_lists(db, uploader, list_id, lists, sessions)


def _judge_lists(lease: Lease, vault: NikVault, batch_id: int, list_ids: Sequence[int]) -> None:
    with reading(lease.engine) as read_db:
        uploader = load_uploader(read_db, batch_id)
    with _in_parallel(lease.engine, lambda db, list_id: judge_list(db, vault, list_id), list_ids) as results:
        for list_id, judged in results:
            if judged is not None:
                with lease.writing() as db:
                    store_judged_list(db, vault, uploader, list_id, judged)


@contextmanager
def _in_parallel(
    engine: Engine, work: Callable[[Db, int], Result], list_ids: Sequence[int]
) -> Iterator[Iterator[tuple[int, Result]]]:
    """Yield an iterator of the lists with the results of `work`, done `AT_ONCE`, each with a snapshot of its own."""
    parsers = SimpleQueue[sheet_reading.ParseFile]()

    def run(list_id: int) -> Result:
        parse = parsers.get()
        try:
            with sheet_reading.use_parser(parse), reading(engine) as read_db:
                return work(read_db, list_id)
        finally:
            parsers.put(parse)

    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            parsers.put(stack.enter_context(sheet_reading.open_parser()))
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="batch")
        stack.callback(pool.shutdown, cancel_futures=True)
        yield zip(list_ids, pool.map(run, list_ids), strict=True)
