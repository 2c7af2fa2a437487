"""
Measure the server beside others, both in the same run: ``make loadtest``.

A *case* (``cases/``) is something that a community does to a server: speak in one room, come back all at once. A *peer*
(``peers/``) is a server that can undergo it, ours among them. A run puts one fresh peer through one case; a *pair* is a run
of ours and a run of another, one after the other; what counts is the ratio within a pair, and the median of several.

machine → peers, servers → load → cases → pairs → report. To add a case or a peer, see README.md.
"""
