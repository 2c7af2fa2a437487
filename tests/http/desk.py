"""
Somebody of the staff at work, by HTTP and by the console's socket, with the cookie of a login.
"""

from __future__ import annotations

from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from chat.people.roles import Role
from tests.conftest import Server
from tests.http.asking import Answer, ask
from tests.http.staffing import account, answered, carried, log_in, said


class Desk:
    """Somebody of the staff, logged in."""

    def __init__(self, server: Server, role: Role = Role.MODERATOR) -> None:
        self.server = server
        who = account(server, role)
        self.name = who.name
        self.cookie = carried(server.address, log_in(server.address, who))

    def get(self, path: str) -> Any:
        answer = ask(self.server.address, "GET", path, self.cookie)
        assert answer.status == 200, answer.body
        return answered(answer)

    def post(self, path: str, body: object = None) -> Answer:
        return ask(self.server.address, "POST", path, *said(body or {}, self.cookie))

    def done(self, path: str, body: object = None) -> Any:
        answer = self.post(path, body)
        assert answer.status == 200, answer.body
        return answered(answer)

    async def live(self) -> ClientConnection:
        return await connect(
            self.server.address.replace("http", "ws", 1) + "/console/live",
            origin=Origin(self.server.address),
            additional_headers={"Cookie": self.cookie["Cookie"]},
            compression=None,
            proxy=None,
        )
