"""
What stands between a draft and the room, and what people decide afterwards.

The words of the subject, in the order in which a message meets them:

*draft*
    What somebody is about to say, and the facts around it (``chat/verdict.py``).
*folded*
    Its text as a reader sees it, without disguise: no invisible characters, accents or letters of other alphabets that only look like
    ours, no capitals. Each of its characters knows where it stood (``normalise``).
*variants*
    The other ways to read it, made only where something looks disguised: figures for letters, l e t t e r s apart, elongaaations
    (``disguise``).
*read*
    The draft with both: what a rule is given (``reading``).
*rule*
    A pure function that reads and says what it found, or nothing (``rules/``, one a file, listed in order in ``rules/__init__``).
*finding*
    What one rule found, where, and what should become of the draft for it. A rule acts on nothing.
*verdict*
    All findings together; the most severe outcome counts (``pipeline``).

And what people do, in the order in which they meet it:

*case*
    Something that moderators are to look at: a held message, distress, reports, a doubt of the second look, an appeal. It lives in its
    room's slot (``chat/store/cases.py``), opened by the same script that keeps or holds the message.
*queue*
    The cases of all rooms in the order of their urgency: an index, rebuilt when it is lost (``queue``; ``summary``: what the console
    shows).
*claim*
    A lease on a case, renewed while its card is open (``decisions``, ``consoles``).
*decision*
    What becomes of the message and, apart, of the person: one script in the room's slot, with its entry in the room's chain
    (``decisions``).
*effect*
    What follows in another slot, or once a decision can no more be undone: left in the room, done by the ``relay``.
*chain*
    The decisions of a room, each with the hash of the one before, their heads anchored in one more (``audit``, ``chains``).

Moderation imports nothing of rooms, nor rooms of moderation: rooms are given the screen as a function, and what moderators decide
reaches them by the bus.
"""
