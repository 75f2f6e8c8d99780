"""What the operator decided: read from the environment, and from a file where there are many conferences."""

from bot.settings.environment import read, slash_command, surroundings
from bot.settings.values import (
    COMMAND,
    LIVE_DATABASE,
    REHEARSAL_DATABASE,
    SHIPPED_SCHEDULE,
    Assigned,
    Settings,
    home,
)

__all__ = (
    "COMMAND",
    "LIVE_DATABASE",
    "REHEARSAL_DATABASE",
    "SHIPPED_SCHEDULE",
    "Assigned",
    "Settings",
    "home",
    "read",
    "slash_command",
    "surroundings",
)
