"""
Every setting of the server, read once: the defaults, then a TOML file, then the environment, then the command line.

``listed`` is the list, in the groups that operators see; to add a setting, give it its place there. ``reading`` makes
:class:`Settings` of what was given, or says every mistake at once; ``printing`` writes the list as a file.
"""

from chat.settings.listed import DAYS, HOURS, HOURS_FORM, SLUG, RoomSetting, Settings
from chat.settings.printing import as_toml, written
from chat.settings.reading import Mistake, SettingsError, check, load

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
