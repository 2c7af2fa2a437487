"""Leaves no socket behind."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_socket_left(no_socket_left: None) -> None:
    """Drop them after every test here."""
