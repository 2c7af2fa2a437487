"""
Ask a server one thing over HTTP, exactly as it is written: no header that was not named, no redirect, no error raised.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


class Answer(NamedTuple):
    """What came back; ``headers`` by their names in small letters, one that came twice joined by a bar."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of an error in our form, which has a sentence beside it."""
        error: dict[str, Any] = json.loads(self.body)
        assert error["message"]
        return str(error["code"])


def ask(
    address: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """Send one request; ``Host`` is the server's unless it is named, a body has the length it has."""
    where = urlsplit(address)
    headers = {"Host": where.netloc, **(headers or {})}
    if body is not None:
        headers.setdefault("Content-Length", str(len(body)))
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return _read(connection.getresponse())
    finally:
        connection.close()


def ask_raw(address: str, request: bytes) -> Answer:
    """Send bytes that may be no request at all."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=20) as sock:
        sock.sendall(request)
        with http.client.HTTPResponse(sock) as response:
            response.begin()
            return _read(response)


def _read(response: http.client.HTTPResponse) -> Answer:
    found: dict[str, str] = {}
    for name, value in response.getheaders():
        found[name.lower()] = f"{found[name.lower()]} | {value}" if name.lower() in found else value
    return Answer(response.status, found, b"" if response.status == 101 else response.read())
