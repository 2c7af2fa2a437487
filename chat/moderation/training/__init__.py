"""
Train the second look's heads, here or on an operator's machine.

``lines`` reads what is learned from, ``degrade`` writes it as people in a hurry do, ``fit`` turns it into heads, ``figures`` chooses the
bounds and says what it is worth on lines that it had not seen. The text beside this file was written for the project: ``fr-*.jsonl``
and ``en-*.jsonl``, each line with ``label`` (1 where it is abuse), ``kind`` and ``crisis``. It holds insults and despair, because a
classifier has to meet them.
"""
