"""
Who is in a room through this process, each in one seat, and who is present in it everywhere.

An author has one seat wherever they are: the newest connection keeps it, and the older one is told. Whoever leaves stays present for the
grace, should they come back; the store counts it, and answers with every pulse who is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chat.errors import CloseCode
from chat.protocol import Author, Presence
from chat.rooms.outbox import Crowd
from chat.store.room_log import Pulse, RoomLog, Seat

if TYPE_CHECKING:
    from chat.rooms.member import Member

_author = msgspec.json.Decoder(Author)


class Seats:
    """The members of one room of this process; ``present`` and ``named`` are of all processes, as of the last pulse."""

    __slots__ = ("_left", "_opened", "_seats", "_told", "crowd", "members", "named", "names", "present")

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self.crowd = Crowd()
        self.present = 0
        self.named: dict[str, Author] = {}
        self.names: frozenset[str] = frozenset()  # of these
        self._told = 0  # how many members were last told of
        self._seats: dict[str, Member] = {}
        self._opened: dict[str, int] = {}  # author id → the newest seat heard of since the last pulse
        self._left: set[str] = set()  # since the last pulse

    def of(self, author: str) -> Member | None:
        """Find who sits here under an author's id."""
        return self._seats.get(author)

    def seat(self, member: Member, seat: Seat) -> None:
        """Let a member in; whoever sat here under the same id in an older connection leaves."""
        author = member.author.id
        older = self._seats.get(author)
        if self._opened.get(author, 0) > seat.number:
            member.close(CloseCode.OPENED_ELSEWHERE, "opened_elsewhere")
            return
        self._seats[author] = member
        self.members.add(member)
        self.crowd.add(member.connection)
        self._left.discard(author)
        self.present = max(seat.present, len(self._seats))
        if older is not None:
            older.close(CloseCode.OPENED_ELSEWHERE, "opened_elsewhere")

    def opened(self, author: str, number: int) -> None:
        """Hear that an author took the seat ``number``, here or in another process: an older one is theirs no longer."""
        self._opened[author] = max(number, self._opened.get(author, 0))
        member = self._seats.get(author)
        if member is not None and member.seat < number:
            del self._seats[author]  # they have not left: it is not for us to say so
            member.close(CloseCode.OPENED_ELSEWHERE, "opened_elsewhere")

    def leave(self, member: Member) -> None:
        """Let a member go; their presence ends after the grace, should they not come back."""
        self.members.discard(member)
        self.crowd.discard(member.connection)
        if self._seats.get(member.author.id) is member:
            del self._seats[member.author.id]
            self._left.add(member.author.id)

    async def pulse(self, room_log: RoomLog) -> Pulse:
        """Tell the store who sits here and who left, and hear how the room is. Raises StoreAway."""
        left, self._left = self._left, set()
        self._opened.clear()
        try:
            return await room_log.pulse(self._here(), [author for author in left if author not in self._seats])
        except BaseException:
            self._left |= left
            raise

    def _here(self) -> list[str]:
        """List who sits here; the staff with a mark, so that everybody sees them even if they say nothing."""
        return [f"+{author}" if member.author.role else author for author, member in self._seats.items()]

    def presence(self, pulse: Pulse) -> Presence | None:
        """Say who came and who went since it was last said; None when nothing changed."""
        named = {author.id: author for author in map(_author.decode, pulse.named)}
        joined = [author for id_, author in named.items() if self.named.get(id_) != author]
        left = [id_ for id_ in self.named if id_ not in named]
        self.present = pulse.present
        if not joined and not left and pulse.present == self._told:
            return None
        self.named, self._told = named, pulse.present
        self.names = frozenset(author.name for author in named.values())
        return Presence(pulse.present, joined, left)
