"""A Slack bot for the people at a conference."""

__version__ = "1.0.0"
