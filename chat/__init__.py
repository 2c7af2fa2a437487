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
``server``, ``watch``, ``app``, ``http/``
    Start and end, and the process of the second look; routes and middleware as lists; one module a group of routes. To add a route,
    add it to the list of its module, with what it takes (``access``); ``border`` looks at every request before.
``privacy/``
    Walls: ``listener`` accepts connections without their address; ``ingress`` lets through of a request only what is listed in ``head``
    (pure); ``logs`` has neither addresses nor words; ``hardening`` closes the process, and refuses to start where a wall would stand
    open; ``leaks/`` is the proof.
``rooms/``
    ``handoff`` takes the socket from uvicorn; ``connection`` speaks RFC 6455 on it, ``messages`` (pure) reads it; ``outbox`` writes once
    a turn; ``member`` listens to one person; ``entry`` seats them; ``requests`` answers their frames; ``concerns`` tells them what is
    decided about them (``notices``, pure, how); ``room`` is a live room, ``seats`` who is in it; ``hub`` all of a process, ``beat`` what
    is due there every few seconds. ``sequence`` (one order), ``tail`` (its newest events), ``schedule``, ``limits`` and ``text`` are
    pure.
``moderation/``
    Before a room, ``pipeline`` screens a draft: ``normalise`` and ``disguise`` read it, ``rules/`` (one a file, listed in order) say
    what they find by the expressions of ``words/``; pure. Once published, ``second_look`` reads it again by a trained ``model``, in a
    process of its own, which ``chat/watch`` looks after. Then people: ``queue`` orders cases, ``decisions`` decides each once,
    ``relay`` does what follows elsewhere or later, ``consoles`` keeps consoles in step, ``sanctions`` lists whom they are on,
    ``alerts`` calls the operator, ``audit`` (pure) and ``chains`` are the register; ``office`` is all of it on one server. It knows
    nothing of rooms, nor they of it: they are given the screen as a function, and hear of decisions by the bus.
    ``chat/moderation/__init__.py`` has the words of the subject.
``people/``
    ``door`` lets people in (``admission``, pure, says for how much effort), ``invitations`` and ``words`` bring them (back), ``sessions``
    keep them without accounts, under the key of ``masters``; ``names`` are the rules of pseudonyms, ``roles`` the table of who may do
    what, ``staff`` has accounts (``logins``, ``second_factor``), ``appeals`` contests a decision by a session or a receipt, ``about``
    tells people what is held of them and erases it.
``store/``
    The embedded Valkey, keys, scripts in ``lua/``, requests (``commands``), hearing (``bus``), and what is kept of rooms and of ``cases``
    (``case_log``: what members ask of them; ``desk``: what staff do with them). Only this folder knows Redis.
``protocol/``, ``settings/``, ``errors``, ``locales/``, ``metrics``, ``templates``
    Frames, settings, what can go wrong, how it is said to people, what is counted, and how pages are filled in.

What always holds, each with a test that tries to break it: what was acknowledged is kept, whatever is killed; one order, no gap, no double;
every queue and buffer has a bound, and what happens there is said to the person; while the store is away nothing is
acknowledged, nothing is lost, and all resumes by itself. ``docs/developers.md`` says where to add what.
"""
