"""
The mute listener: keeps the addresses of those who connect out of the process, by never asking the system for them.

``accept(2)`` writes the peer's address where it is told to; ours tells it nowhere. The sockets that come of it answer None for their
peer's name, so that asyncio, uvicorn and whatever is built on them have nothing to keep: no tuple, no text, no ``sockaddr``. This is
the only place of the house where connections of members are accepted. It needs asyncio's own loop, which calls :meth:`accept`.

A supervisor of several processes would keep what :func:`listening` yields, one for each of them, and a process make itself a
:class:`MuteListener` of the descriptor that it inherits. To listen elsewhere, add a way to :func:`_bind`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BACKLOG: Final = 4_096  # a whole convention that reconnects at once
UNIX: Final = "unix:"  # how a host begins that is the path of a socket
PATH_BYTES: Final = 103  # sun_path has 108 bytes on Linux, 104 on macOS, with a zero at the end

_NONBLOCK = getattr(socket, "SOCK_NONBLOCK", 0)
_libc = ctypes.CDLL(None, use_errno=True)
_accept4 = getattr(_libc, "accept4", None)  # macOS has none


class CannotListen(Exception):
    """The place cannot be listened on; the message says why and what to do."""


class MuteSocket(socket.socket):
    """A connection that does not say with whom."""

    def getpeername(self) -> object:
        return None


class MuteListener(socket.socket):
    """A listening socket, non-blocking, that hands on connections without their address."""

    def accept(self) -> tuple[MuteSocket, None]:
        """
        Accept one connection; it is non-blocking and not inherited.

        Raises:
            BlockingIOError: Nobody is waiting.
            OSError: As for :meth:`socket.socket.accept`.
        """
        descriptor = _accept(self.fileno())
        # The same protocol number, or asyncio would not know it for TCP: see _tcp.
        return MuteSocket(self.family, self.type | _NONBLOCK, self.proto, fileno=descriptor), None


def _accept(listener: int) -> int:
    """Accept without an address; returns the descriptor."""
    if _accept4 is None:
        return _accept_in_steps(listener)
    return _checked(_accept4(listener, None, None, socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC))


def _accept_in_steps(listener: int) -> int:
    # A program started between the two steps inherits the connection, unless it closes what it does not know, as subprocess does.
    descriptor = _checked(_libc.accept(listener, None, None))
    os.set_inheritable(descriptor, False)
    os.set_blocking(descriptor, False)
    return descriptor


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[MuteListener]:
    """
    Listen on ``host`` and ``port`` (0: any free one) while the block runs; a host ``unix:/path`` is the path of a socket.

    ``::`` takes IPv4 in as well. A Unix socket is for a proxy on the same machine: its folder says who may knock.

    Raises:
        CannotListen: The place is taken, open to others, or not ours.
    """
    with contextlib.ExitStack() as stack:
        try:
            listener = stack.enter_context(_bind(host, port))
            listener.setblocking(False)
        except OSError as exc:
            where = host if host.startswith(UNIX) else f"{host} port {port}"
            remedy = " Is the port taken?" if exc.errno in (errno.EADDRINUSE, errno.EACCES) else ""
            raise CannotListen(
                f"Cannot serve on {where}: {exc.strerror or str(exc) or type(exc).__name__}.{remedy}"
            ) from exc
        yield listener


def _bind(host: str, port: int) -> contextlib.AbstractContextManager[MuteListener]:
    return _unix(Path(host.removeprefix(UNIX))) if host.startswith(UNIX) else contextlib.closing(_tcp(host, port))


def _tcp(host: str, port: int) -> MuteListener:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: a small frame behind another would wait 40 ms for its acknowledgement.
    listener = MuteListener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # the same on every system
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


# -- a socket in a folder


@contextlib.contextmanager
def _unix(path: Path) -> Iterator[MuteListener]:
    if len(os.fsencode(path)) > PATH_BYTES or not path.is_absolute():
        raise CannotListen(f"{path} cannot be a socket: write an absolute path of {PATH_BYTES} bytes at most.")
    group = _private_folder(path.parent)
    with _taking_turns(path.parent):
        _clear(path)
        listener = MuteListener(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(os.fspath(path))
            if group is not None:
                os.chown(path, -1, group)
            path.chmod(0o600 if group is None else 0o660)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
    try:
        yield listener
    finally:
        listener.close()
        with _taking_turns(path.parent), contextlib.suppress(CannotListen):  # somebody may have taken the name since
            _clear(path)


def _private_folder(folder: Path) -> int | None:
    """Make the folder, or check that it is closed to others; returns the group that may enter it, if one may."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid not in (os.geteuid(), 0) or found.st_mode & 0o007 or found.st_mode & stat.S_IWGRP:
        raise CannotListen(
            f"Whoever enters {folder} could pass for the proxy: it has to be yours, closed to others and writable by you alone "
            f"(chmod 700; or 750 with the proxy's group)."
        )
    return found.st_gid if found.st_mode & stat.S_IXGRP else None


@contextlib.contextmanager
def _taking_turns(folder: Path) -> Iterator[None]:
    """Keep two servers that start at once from taking each other's socket for a stale one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _clear(path: Path) -> None:
    """Remove the socket that nobody listens on, such as a killed server leaves behind, and nothing else."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise CannotListen(f"{path} exists and is no socket: choose another path.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:  # so busy that it has no place for us: it lives
            pass
    raise CannotListen(f"Another server listens on {path}: end it first, or choose another path.")
