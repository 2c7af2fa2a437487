"""
Become the store: this program prepares its own process, then turns into the one that it is told to run.

A program of its own rather than code between fork and exec, where nothing of Python is safe once there are threads.
It runs alone, without the package nor its dependencies: ``python -IS launch.py PARENT BINARY ARGUMENT…``
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, command: list[str]) -> None:
    """Leave no core, write nothing that others may read, end with ``parent``; then run ``command``."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    if sys.platform == "linux":  # elsewhere the next start ends what a kill -9 left behind
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            sys.exit("the server that started the store is gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
