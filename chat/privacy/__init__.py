"""
What keeps addresses and words out of where they have no business: one module a wall.
"""
