"""
The one place where connections are accepted.

The supervisor binds here and hands the listening sockets on; nothing else in the house opens one for members.
"""

from __future__ import annotations

import socket

BACKLOG = 4_096  # a whole convention that reconnects at once


def listen(host: str, port: int) -> socket.socket:
    """
    Bind ``host`` and ``port`` (0: any free one).

    Raises:
        OSError: The port is taken, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: a small frame behind another would wait 40 ms for its acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(BACKLOG)
    return sock
