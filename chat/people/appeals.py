"""
Contest a decision: from the room while the session lasts, or by the receipt that came with it.

Somebody else than whoever decided judges it; where nobody else is there who could, that is said, rather than a contest that nobody takes.
"""

from __future__ import annotations

from chat.errors import Refusal
from chat.people.receipts import Receipts
from chat.people.roles import TABLE, Permission
from chat.people.staff import Accounts
from chat.settings import Settings
from chat.store.case_log import CaseLog
from chat.store.cases import parted
from chat.store.commands import Store

JUDGES = frozenset({Permission.JUDGE, Permission.JUDGE_ESCALATED})


class Appeals:
    """The appeals of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, settings: Settings, accounts: Accounts, receipts: Receipts) -> None:
        self._store = store
        self._settings = settings
        self._accounts = accounts
        self._receipts = receipts

    async def by_receipt(self, receipt: str, text: str) -> str:
        """
        Contest the decision that a receipt came with; answers the id of the appeal.

        Raises:
            Refusal: ``receipt_unknown``, or as :meth:`of`.
        """
        case_id = self._receipts.read(receipt)
        if case_id is None:
            raise Refusal("receipt_unknown")
        return await self._contest(case_id, "", text)

    async def of(self, author: str, case_id: str, text: str) -> str:
        """
        Contest a decision on a message of ``author``'s, once; answers the id of the appeal.

        Raises:
            Refusal: ``case_unknown``, ``not_appealable``, ``appeal_late``, or ``no_reviewer``.
        """
        return await self._contest(case_id, author, text)

    async def _contest(self, case_id: str, author: str, text: str) -> str:
        place = parted(case_id)
        if place is None:
            raise Refusal("case_unknown")
        slug, token = place
        log = CaseLog(self._store, slug, self._settings)
        case = await log.find(token)
        if case is None or (author and author != case.author):
            raise Refusal("case_unknown")
        accounts = await self._accounts.all()
        if not any(TABLE[each.role] & JUDGES and each.name != case.by for each in accounts):
            raise Refusal("no_reviewer")
        return f"{slug}~{await log.appeal(token, author, text)}"
