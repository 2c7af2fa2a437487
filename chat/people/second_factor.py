"""
The staff's second factor: a code that changes every thirty seconds (TOTP, RFC 6238), or one of ten recovery codes, each good once.

The secret is kept sealed under the master key, so that a stolen store makes no codes; recovery codes are kept as hashes. That a code is
taken once is the store's business (``lua/staff_accept.lua``): the library would take it twice. Pure, but for chance; ``now`` in seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterable
from typing import Final

import pyotp

from chat.errors import ChatError
from chat.people import invitations
from chat.people.masters import keyed

STEP_SECONDS: Final = 30
AROUND: Final = 1  # steps before and after this one, for clocks that differ
CODES: Final = 10

_SECRET_BYTES: Final = 20  # as RFC 4226 advises
_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16


def draw() -> bytes:
    """Draw a secret."""
    return secrets.token_bytes(_SECRET_BYTES)


def uri(secret: bytes, name: str, community: str) -> str:
    """Write a secret as the address that authenticator apps read from a QR code."""
    return pyotp.TOTP(b32encode(secret).decode()).provisioning_uri(name=name, issuer_name=community)


def secret_of(uri: str) -> bytes:
    """Read the secret from such an address."""
    found = pyotp.parse_uri(uri)
    return b32decode(found.secret)


def code_at(secret: bytes, now: float) -> str:
    """Compute the code of an instant."""
    return pyotp.TOTP(b32encode(secret).decode(), interval=STEP_SECONDS).at(int(now))


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """Find the step that a code is of, among those around ``now``; None where it is of none."""
    here = int(now) // STEP_SECONDS
    found = None
    for step in range(here - AROUND, here + AROUND + 1):
        if hmac.compare_digest(code_at(secret, step * STEP_SECONDS), code):
            found = step
    return found


# -- what somebody types


def read_code(typed: str) -> str | None:
    """Read a code of six digits, however spaced; None where it is something else."""
    digits = re.sub(r"[\s-]", "", typed)
    return digits if re.fullmatch(r"[0-9]{6}", digits, re.ASCII) else None


def read_recovery(typed: str) -> str | None:
    """Read a recovery code, in whatever case and however spaced; None where it is something else."""
    try:
        return invitations.read(typed)
    except ChatError:
        return None


def recovery_codes() -> tuple[str, ...]:
    """Draw ten recovery codes, of the signs of invitations: 80 bits each."""
    return tuple(invitations.draw() for _ in range(CODES))


def hashed(code: str) -> str:
    """Hash a recovery code, as it is kept."""
    return hashlib.sha256(b"recovery:" + code.encode()).hexdigest()


# -- sealing


def seal(master: bytes, account: str, secret: bytes) -> str:
    """Seal a secret for one account: only the master key opens it, and for no other account."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _xor(secret, keyed(master, b"totp:" + nonce))
    return (nonce + sealed + _tag(master, account, nonce + sealed)).hex()


def unseal(masters: Iterable[bytes], account: str, sealed: str) -> bytes | None:
    """Open a seal by whichever of ``masters`` it was made with; None where it is none of them."""
    raw = bytes.fromhex(sealed)
    body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    for master in masters:
        if hmac.compare_digest(_tag(master, account, body), tag):
            return _xor(body[_NONCE_BYTES:], keyed(master, b"totp:" + body[:_NONCE_BYTES]))
    return None


def _tag(master: bytes, account: str, body: bytes) -> bytes:
    return keyed(master, b"totp-tag:" + account.encode() + b":" + body)[:_TAG_BYTES]


def _xor(data: bytes, stream: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, stream[: len(data)], strict=True))
