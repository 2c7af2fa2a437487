"""Leaves no socket behind."""

from tests.rooms.conftest import no_socket_left

__all__ = ["no_socket_left"]
