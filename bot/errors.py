"""What can go wrong, in words that the one who can mend it understands."""


class BotError(Exception):
    """Something a person can mend: `str(error)` is the sentence they read."""


class SettingsError(BotError):
    """A setting is missing, malformed or contradicts another."""


class ScheduleError(BotError):
    """A schedule cannot be used; the sentence names every problem, a line each."""
