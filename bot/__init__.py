"""A Slack bot for the people at a conference."""
