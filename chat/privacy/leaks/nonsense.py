"""
What no browser sends: HTTP that has no sense, in as many ways as a server may keep a part of it. To add one, add it to :data:`NONSENSE`.
"""

from __future__ import annotations

import asyncio
from typing import Final

from chat.privacy.leaks.clients import Client

LISTEN_SECONDS: Final = 1.0  # to what is answered, if it is

_HEADERS: Final = (
    b"Host: %(host)b\r\nX-Forwarded-For: %(forged)b\r\nUser-Agent: %(agent)b\r\nReferer: http://%(referer)b/\r\n"
)

NONSENSE: Final = (
    b"\r\n\r\n\r\n",
    b"%(forged)b %(agent)b\r\n\r\n",
    b"GET / HTTP/0.9\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/2.0\r\n" + _HEADERS + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n%(forged)b",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03%(agent)b",  # TLS, on a port that speaks none
    b"PROXY TCP4 %(forged)b 127.0.0.1 40000 80\r\nGET / HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP:\r\n %(forged)b\r\n\r\n",  # folded
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP %(forged)b\r\n\r\n",  # no colon
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP: %(forged)b\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"Cookie: " + b"a" * 12_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Client-IP: %(forged)b\r\n" * 300 + b"\r\n",
    b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"POST /api/admission HTTP/1.1\r\n" + _HEADERS + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n%(agent)b",
    b"POST /api/admission HTTP/1.1\r\n" + _HEADERS + b"Content-Length: 99999999\r\n\r\n%(agent)b",
    b"POST /api/admission HTTP/1.1\r\n"
    + _HEADERS
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"GET /%%zz/%%2e%%2e HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"\r\nGET /nowhere HTTP/1.1\r\n" + _HEADERS + b"\r\n",  # pipelined
    b"GET /r/x/live HTTP/1.1\r\n" + _HEADERS + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",  # no key
    b"GET / HTTP/1.1\r\n" + _HEADERS,  # half a request, then the line is cut
)


async def talk_nonsense(client: Client) -> None:
    visitor = client.visitor
    telling = {
        b"host": client.where.name.encode(),
        b"forged": visitor.forged.encode(),
        b"agent": visitor.agent.encode(),
        b"referer": visitor.referer.encode(),
    }

    async def say(words: bytes) -> None:
        async with client.line() as line:
            line.write(words % telling)
            await line.rest(LISTEN_SECONDS)

    await asyncio.gather(*map(say, NONSENSE))


async def cut_requests_off(client: Client) -> None:
    """Reset the connection within a request, by and by."""
    whole = client.request("GET", "/", {"Connection": "close"})
    for length in (1, len(whole) // 3, len(whole) - 1, len(whole)):
        async with client.line() as line:
            line.write(whole[:length])
            await asyncio.sleep(0)
