"""
Receipts: how somebody whose session is over contests a decision on what they said.

A receipt names the case and proves by the key of ``masters`` that it was given out with the decision: nothing is kept of it, and whoever
reads the case in the console cannot make it.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from chat.people.masters import Masters, keyed

PROOF_BYTES: Final = 10


class Receipts:
    """Writes and reads receipts; one is good while the key under which it was written is."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters

    def write(self, case_id: str) -> str:
        """Write the receipt of a case: its id, a dot, 16 letters and digits."""
        return f"{case_id}.{_proof(self._masters.current, case_id)}"

    def read(self, receipt: str) -> str | None:
        """Read the id of the case from a receipt as somebody typed it; None where it is not one of ours."""
        case_id, _, proof = "".join(receipt.split()).lower().rpartition(".")
        known = (_proof(master, case_id) for master in self._masters.all)
        return case_id if any(hmac.compare_digest(proof.encode(), each.encode()) for each in known) else None


def _proof(master: bytes, case_id: str) -> str:
    digest = keyed(master, f"receipt:{case_id}".encode())
    return base64.b32encode(digest[:PROOF_BYTES]).decode().lower()
