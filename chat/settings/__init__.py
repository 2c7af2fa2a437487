"""
Every setting of the server, read once: the defaults, then a TOML file, then the environment, then the command line.

``listed`` is the list, in the groups that operators see; to add a setting, give it its place there. ``describing`` is how a setting is
described in it, ``shapes`` what text has to look like. ``reading`` makes :class:`Settings` of what was given, or says every mistake at
once; ``printing`` writes the list as a file.
"""

from chat.settings.listed import RoomSetting, Settings
from chat.settings.printing import as_toml, written
from chat.settings.reading import Mistake, SettingsError, check, load
from chat.settings.shapes import DAYS, HOURS, HOURS_FORM, SLUG

__all__ = [
    "DAYS",
    "HOURS",
    "HOURS_FORM",
    "SLUG",
    "Mistake",
    "RoomSetting",
    "Settings",
    "SettingsError",
    "as_toml",
    "check",
    "load",
    "written",
]
