"""
Sans Masque: rooms where managers help each other under pseudonyms, in real time, without anybody's address.

The path of a message::

    browser ── WebSocket ──▶ connection ──▶ member ──▶ room ──▶ one script in the store
                                                                 known ref? · next offset · kept · published
    browser ◀── once a turn ── connection ◀── room ◀── hub ◀── bus ◀──┘   (every process that has members of the room)

The only store and bus is Valkey (or Redis 7), ours or yours; no process knows the others. What is said has one order, by offset; it is
acknowledged when it is kept; everybody, its author too, hears it from the bus.

The house, from the door inwards; a module imports only from those below it:

``__main__``, ``commands/``, ``demo``
    The command line and the sample community.
``server``, ``app``, ``http/``
    Start and end; routes and middleware as lists; one module a group of routes. To add a route, add it to
    the list of its module, with what it takes (``access``); ``border`` looks at every request before.
``privacy/``
    Walls: ``listener`` accepts connections without their address; ``ingress`` lets through of a request only what is listed in ``head``
    (pure); ``logs`` has neither addresses nor words; ``hardening`` closes the process, and refuses to start where a wall would stand
    open; ``leaks/`` is the proof.
``rooms/``
    ``handoff`` takes the socket from uvicorn; ``connection`` speaks RFC 6455 on it; ``outbox`` writes once a turn; ``member`` listens to
    one person; ``entry`` seats them; ``requests`` answers their frames; ``room`` is a live room, ``seats`` who is in it; ``hub`` all of a
    process. ``sequence`` (one order), ``tail`` (its newest events), ``schedule``, ``limits`` and ``text`` are pure.
``moderation/``
    What stands between a draft and the room: a pure pipeline of rules, all listed in ``rules/``. It knows nothing of rooms.
``people/``
    ``door`` lets people in (``admission``, pure, says for how much effort), ``invitations`` and ``words`` bring them (back), ``sessions``
    keep them without accounts, under the key of ``masters``; ``names`` are the rules of pseudonyms, ``roles`` the table of who may do
    what, ``about`` tells people what is held of them and erases it.
``store/``
    The embedded Valkey, keys, scripts in ``lua/``, requests (``commands``), hearing (``bus``), and what is kept of rooms. Only this
    folder knows Redis.
``protocol``, ``settings``, ``errors``, ``locales/``, ``metrics``, ``templates``
    Frames, settings, what can go wrong, how it is said to people, what is counted, and how pages are filled in.

What always holds, each with a test that tries to break it: what was acknowledged is kept, whatever is killed; one order, no gap, no double;
every queue and buffer has a bound, and what happens there is said to the person; while the store is away nothing is
acknowledged, nothing is lost, and all resumes by itself. ``docs/developers.md`` says where to add what.
"""
