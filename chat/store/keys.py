"""
Every key and channel of the store, and what it holds.

All that belongs to a room carries the hash tag ``{slug}``, so that one script reaches it in one slot. To add a key, write it here
with what it holds and how it ends, and give it its row in ``retention.py``, from which its expiry is taken.
"""

from __future__ import annotations

from typing import Final

ROOMS: Final = "rooms"  # set of slugs; until the room is closed
CLOSED_BATCHES: Final = "closed-batches"  # sorted set: batch of invitations → when its door was closed; for an hour
DOORS: Final = "doors"  # there while nobody new is let in anywhere; until they are opened
SECRET_MARK: Final = "secret"  # fingerprint of the current master secret, to warn of a second one
ERASED: Final = "erased"  # when the files were last rewritten without what is erased, in seconds since 1970
INDEXED: Final = "{moderation}:indexed"  # there once the queues hold all cases; no end
CLAIMED: Final = "{moderation}:claimed"  # hash: case id → who has taken it; rebuilt as the queues are
DUTY: Final = "{moderation}:duty"  # sorted set: staff name → until when they count as on duty; expires with the last
DUTY_FACTS: Final = "{moderation}:duty-facts"  # hash: staff name → their role and the case that they look at, in JSON; expires with DUTY
NOTES: Final = "{moderation}:notes"  # list: what moderators told one another, in JSON; expires after the last
ALERTED: Final = "{moderation}:alerted"  # there while the operator need not be alerted again; a minute
ANCHORS: Final = "{moderation}:anchors"  # list: heads of the rooms' chains of decisions, in JSON; no end
SECOND_LOOK: Final = "{moderation}:second-look"  # hash: at (when it was last there); no end
AUDITED: Final = "{moderation}:audited"  # hash: slug of a room that has a chain, closed ones too → how much of it is anchored; no end
ADMISSIONS: Final = "admissions"  # hash: step of ten seconds → how many were let in by proof or wait; expires once the effort forgot them
INVITATIONS: Final = "invitations"  # sorted set: batch → when it ends
WORDS_TRIED: Final = "words-tried"  # how often somebody tried to come back by words, this minute; expires with it
WAITS: Final = "admissions:waits"  # how many were let in after a wait, this minute; expires with it
# -- the staff, in one slot
STAFF_NAMES: Final = "{staff}:account-names"  # hash: folded name → account; until the account is removed
STAFF_TRIED: Final = "{staff}:tried"  # hash: tokens left for logins of anybody, at (ms); expires once it is full again


class Room:
    """
    The keys of one room.

    All but the audit end with it; ``refs``, buckets, cases and what is kept of one person end by themselves. The scripts of a room
    get :meth:`all` and the channel, then :meth:`moderation` if they deal with cases, then what is theirs.
    """

    __slots__ = (
        "audit",
        "cases",
        "channel",
        "decided",
        "effects",
        "events",
        "ids",
        "known",
        "log",
        "names",
        "people",
        "present",
        "queue",
        "reporters",
        "room",
        "sanctions",
        "second_look",
        "slug",
        "voices",
    )

    def __init__(self, slug: str) -> None:
        self.slug = slug
        # Hash: title, format, about, slow, hours, by_invitation, secret, locked (while only those known here may come in).
        self.room = f"{{{slug}}}:room"
        # Hash: epoch, offset (newest), first (oldest kept), seats (connections ever seated).
        self.log = f"{{{slug}}}:log"
        # Hash: offset → event in JSON; an offset without one is void. Expires with the history, as do the next two.
        self.events = f"{{{slug}}}:events"
        # Hash: message id → offset.
        self.ids = f"{{{slug}}}:ids"
        # Hash: author id → how many of their messages are visible.
        self.voices = f"{{{slug}}}:voices"
        # Sorted set: author id → until when they count as present. Expires with the last of them.
        self.present = f"{{{slug}}}:present"
        # Hash: author id → skeleton, new line, author in JSON. Expires, as do the next two, once nobody comes any more.
        self.people = f"{{{slug}}}:people"
        # Hash: skeleton → author id.
        self.names = f"{{{slug}}}:names"
        # Sorted set: author id → until when a session may bring them back.
        self.known = f"{{{slug}}}:known"
        # Hash: author id → kind, end, scope and reason of a sanction; each is erased at its end, all with the last.
        self.sanctions = f"{{{slug}}}:sanctions"
        # Hash: message id → the token of its open case. Expires, as do the next two and the reporters, with the last case.
        self.cases = f"{{{slug}}}:cases"
        # Sorted set: token of an open case → when it was opened.
        self.queue = f"{{{slug}}}:queue"
        # Sorted set: token of a decided case → when it was decided.
        self.decided = f"{{{slug}}}:decided"
        # Sorted set: what is still to be done outside this slot, or later → when it is due. Each ends when it is done.
        self.effects = f"{{{slug}}}:effects"
        # Hash: author id → how many of their reports were followed, space, how many were not.
        self.reporters = f"{{{slug}}}:reporters"
        # List: decisions, in JSON, each with the hash of the one before. No end.
        self.audit = f"{{{slug}}}:audit"
        # Hash: cursor (how far the second look has read), holder and lease (who reads, until when), unread (gone before it was read).
        self.second_look = f"{{{slug}}}:second-look"
        # Sharded channel: events and voids as JSON, signals between processes after a `!`.
        self.channel = f"{{{slug}}}:live"

    def refs(self, author: str) -> str:
        """Name the hash of answers to an author's refs: message id, space, offset; then it becomes the older half of them."""
        return f"{{{self.slug}}}:refs:{author}"

    def older_refs(self, author: str) -> str:
        """Name the older half; expires, or gives way to the other one."""
        return f"{{{self.slug}}}:refs:{author}:older"

    def bucket(self, name: str) -> str:
        """Name a bucket of tokens: empty, its time to live is what it lacks; ends by itself when it is full again."""
        return f"{{{self.slug}}}:bucket:{name}"

    def case(self, token: str) -> str:
        """
        Name a case. Hash: the fields of :class:`chat.store.cases.Case`, ``r:`` and a reporter, ``w:`` and a number; expires.
        """
        return f"{{{self.slug}}}:case:{token}"

    def cases_of(self, author: str) -> str:
        """Name the sorted set of the cases about somebody's messages: token → when it was opened; expires with the last of them."""
        return f"{{{self.slug}}}:cases-of:{author}"

    def reports_by(self, author: str) -> str:
        """Name the sorted set of the cases that somebody has reported: token → when; expires with the last of them."""
        return f"{{{self.slug}}}:reports-by:{author}"

    def moderation(self) -> tuple[str, ...]:
        """Name what the scripts that deal with cases need, in their order."""
        return (self.cases, self.queue, self.decided, self.effects, self.reporters)

    def all(self) -> tuple[str, ...]:
        """Name what is erased when the room is closed, besides :meth:`moderation`, in the scripts' order."""
        return (
            self.room,
            self.log,
            self.events,
            self.ids,
            self.voices,
            self.present,
            self.people,
            self.names,
            self.known,
            self.sanctions,
        )


def session(person: str) -> str:
    """
    Name what is kept of a session, ``person`` being the keyed hash; expires with the session.

    Hash: nonce, next, batch, lasting, over (once its erasure has begun), seat (of the staff's: account, hash of the login's token, room).
    """
    return f"{{session:{person}}}"


def sanction(person: str) -> str:
    """Name the sanction that a person carries into every room, ``person`` being the keyed hash: a record, until its end."""
    return f"{{session:{person}}}:sanction"


def shown(person: str) -> str:
    """Name the mark that a proof or a wait has begun this person's session, so that it begins no other; expires once these are over."""
    return f"{session(person)}:shown"


def invitation(hashed: str) -> str:
    """Name what is kept of a card or a link, ``hashed`` being the SHA-256 of its secret: its batch; expires with the batch."""
    return f"invitation:{hashed}"


def batch(name: str) -> str:
    """
    Name a batch of invitations: kind, count, left (seats of a link), rooms in JSON, ends_at, closed, key (fingerprint of the master
    secret when it was issued); expires a session after its end.
    """
    return f"{{batch:{name}}}"


def words(name: str) -> str:
    """Name whom six words bring back, ``name`` being their keyed hash. Hash: person (sealed), batch, seasoned; expires unused."""
    return f"{{words:{name}}}"


def bearer(person: str) -> str:
    """Name which words are a person's, ``person`` being a keyed hash of its own: the words' keyed hash; expires with them."""
    return f"{{bearer:{person}}}"


def order(queue: str) -> str:
    """Name a queue of the console, a sorted set: case id → rank, the lowest first; rebuilt from the rooms when lost, as is the next."""
    return f"{{moderation}}:order:{queue}"


def age(queue: str) -> str:
    """Name the sorted set: case id of a queue → when it was opened, or decided."""
    return f"{{moderation}}:age:{queue}"


def scores(lang: str, day: str) -> str:
    """Name how the second look's scores of a day are distributed, in one language. Hash: hundredth → messages; expires."""
    return f"{{moderation}}:scores:{lang}:{day}"


def staff_account(account: str) -> str:
    """
    Name an account of the staff. Hash: name, role, password (Argon2id), totp (sealed, empty for none), step (the last one taken), seed
    (of who they are in rooms); until it is removed.
    """
    return f"{{staff}}:account:{account}"


def staff_codes(account: str) -> str:
    """Name the set of an account's recovery codes, hashed; each until it is used."""
    return f"{{staff}}:codes:{account}"


def staff_sessions(account: str) -> str:
    """Name the logins of an account. Hash: hash of the token → begun, seen (seconds since 1970); expires with the last of them."""
    return f"{{staff}}:sessions:{account}"


def staff_tries(whose: str) -> str:
    """
    Name how often a login was tried, ``whose`` being a hash of the name tried, and of the device where that is known. Hash: count, until
    (ms); expires when nobody tries any more.
    """
    return f"{{staff}}:tries:{whose}"
