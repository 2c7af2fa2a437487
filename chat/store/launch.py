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
CORE_BYTES = 1  # not 0, which does not keep Linux from handing a core to the program of a piped core_pattern; 1 does


def become(parent: int, command: list[str]) -> None:
    """Leave no core, write nothing that others may read, end with ``parent``; then run ``command``."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    most = CORE_BYTES if hard == resource.RLIM_INFINITY else min(CORE_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    os.umask(0o077)
    if sys.platform == "linux":  # elsewhere the next start ends what a kill -9 left behind
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            sys.exit("the server that started the store is gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
