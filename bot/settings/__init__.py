"""What the operator decided: read from the environment, and from a file where there are many conferences."""

from bot.settings.environment import environment_with_dotenv, read_settings, slash_command
from bot.settings.values import (
    COMMAND,
    LIVE_DATABASE,
    REHEARSAL_DATABASE,
    SHIPPED_SCHEDULE,
    ConferenceAssignment,
    Settings,
    workspace_database_url,
)

__all__ = (
    "COMMAND",
    "LIVE_DATABASE",
    "REHEARSAL_DATABASE",
    "SHIPPED_SCHEDULE",
    "ConferenceAssignment",
    "Settings",
    "environment_with_dotenv",
    "read_settings",
    "slash_command",
    "workspace_database_url",
)
