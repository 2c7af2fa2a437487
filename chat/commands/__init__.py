"""
Groups of the command line, one a module; ``chat/__main__.py`` names them. What they share is in ``common``.
"""
