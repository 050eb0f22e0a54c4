"""The process that makes the nightly backup: `jangkau backup`, so that a long one keeps no other work waiting."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

from app.settings import Settings

log = logging.getLogger(__name__)

_PROJECT = Path(__file__).parents[2]
_COMMAND = [sys.executable, "-c", "from app.cli.commands import main; main()", "backup"]


EXIT_INTERRUPTED = 130  # by SIGTERM, which `interrupt` sends
# To record that the backup was interrupted, and to delete what was written. With the seconds that a task has to finish
# (`jobs.worker`) it is no more than the service has between its limits for requests and for all (`cli.serving`).
SECONDS_TO_END = 2


class BackupProcess:
    """Starts the backup in a process of its own, and ends it with the service."""

    def __init__(self, settings: Settings) -> None:
        self._is_wanted = settings.backup_dir is not None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start making the backup, and return. Does nothing without a folder for it, or while one is being made.

        The process reads the settings from the environment, records in the database how it went, and writes to
        standard error why it failed.
        """
        if not self._is_wanted or (self._process and self._process.poll() is None):
            return
        paths = (str(_PROJECT), os.environ.get("PYTHONPATH", ""))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._process = subprocess.Popen(_COMMAND, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        Thread(target=_watch, args=(self._process,), name="nightly-backup", daemon=True).start()

    def interrupt(self) -> None:
        """Ask the process to end, if it runs. What it has written is deleted; the run is recorded as interrupted."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """End the process, if it runs, within `SECONDS_TO_END`."""
        self.interrupt()
        if self._process:
            try:
                self._process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()


def _watch(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process ends, and log if it failed."""
    status = process.wait()
    if status and status != EXIT_INTERRUPTED:
        log.error("the nightly backup failed: its process ended with %s", status)
