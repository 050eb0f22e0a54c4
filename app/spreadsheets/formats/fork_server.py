"""A process that has loaded all that reading takes, and forks for each file.

To start Python and load the libraries takes longer than to read a short list. This process does both once; it knows no
secret and touches no file, so that each child begins as clean as one that is started anew. It ends, and its children
with it, as soon as whoever started it is gone.
"""

import gc
import os
import signal
import socket
import sys
import traceback
from types import FrameType

from app.spreadsheets.formats.child import read_file

FILES = 2
"""What comes with each order: the connection to the caller, and where to write what went wrong."""


def main(orders: socket.socket) -> None:
    """Forks at each order, a byte with two open files, until there can be no more."""
    signal.signal(signal.SIGCHLD, _reap)
    gc.freeze()  # What is loaded stays, and its memory is every child's, as long as nobody writes into it.
    while True:
        order, files, _, _ = socket.recv_fds(orders, 1, FILES)
        if not order:
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            orders.close()
            _serve(*files)
        for file in files:
            os.close(file)


def _serve(connection: int, errors: int) -> None:
    """Reads one file, and ends this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(errors, sys.stderr.fileno())
    caller, status = socket.socket(fileno=connection), 1
    try:
        read_file(caller)
        status = 0
    except BaseException:  # Also what is raised where a library of another language gives up.
        traceback.print_exc()
    finally:
        # Only now is the connection closed: whoever finds no answer there finds the reason.
        os._exit(status)


def _reap(_signal: int, _frame: FrameType | None) -> None:
    """Takes leave of all children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
