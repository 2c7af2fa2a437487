"""Leaves no socket behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests import clients


@pytest_asyncio.fixture(autouse=True)
async def no_socket_left() -> AsyncIterator[None]:
    yield
    await clients.close_all()
