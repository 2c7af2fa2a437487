"""The tests mirror ``chat/``; ``conftest.py`` starts servers, ``clients.py`` speaks to them."""

from hypothesis import settings

# A deadline for each example measures the machine's other work, and fails what is right.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
