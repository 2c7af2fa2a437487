"""
The store and the bus: everything that Sans Masque keeps or says from process to process goes through here.

:mod:`~chat.store.valkey` starts the embedded server and ends it; :mod:`~chat.store.repair` mends its file;
:mod:`~chat.store.disk` watches the room that is left. No other package knows Valkey.
"""
