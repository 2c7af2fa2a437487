"""
The proof that no address is collected: visit a copy of this installation, then search all that it holds and wrote.

``needles`` (pure) are what would tell a visitor, and their search; ``memory`` reads processes and folders; ``clients`` visit, over
``lines``, from addresses of their own; ``acts`` and ``nonsense`` are what visitors do; ``drivers`` names who drives each route and each
frame, so that a new one without a driver fails; ``copies`` starts what is searched, by the programs ``readable`` and ``control``;
``rounds`` visits and searches one copy, noted in a ``ledger``; ``proof`` does it all, ``verdict`` (pure) judges it, and ``report`` says it.
"""
