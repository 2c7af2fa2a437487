"""
Every byte that a store holds, key by key, as whoever stole it would read it.
"""

from __future__ import annotations

from typing import Any

import redis

Dump = dict[bytes, list[bytes]]


def dump(url: str) -> Dump:
    """Read each key with all that stands under it: fields, members, scores and values."""
    with redis.from_url(url) as client:
        return {key: list(_read(client, key)) for key in client.scan_iter(count=1000)}


def everything(kept: Dump) -> bytes:
    """Join all keys and values, to search them."""
    return b"\n".join(part for key, parts in kept.items() for part in (key, *parts))


def _read(client: Any, key: bytes) -> list[bytes]:
    match client.type(key):
        case b"string":
            return [client.get(key)]
        case b"hash":
            return [part for pair in client.hgetall(key).items() for part in pair]
        case b"set":
            return list(client.smembers(key))
        case b"zset":
            return [
                part for member, score in client.zrange(key, 0, -1, withscores=True) for part in (member, b"%d" % score)
            ]
        case b"list":
            return list(client.lrange(key, 0, -1))
        case b"stream":
            return [part for _, fields in client.xrange(key) for pair in fields.items() for part in pair]
        case kind:
            raise AssertionError(f"{key!r} is of a kind that nobody reads here: {kind!r}")
