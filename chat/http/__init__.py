"""
What is asked over HTTP: one module a group of routes, each a list of them under ``routes``; ``chat/app.py`` gathers the lists.
"""
