"""A stand-in for Slack: what the bot talks to in the playground, in end-to-end tests and in benchmarks."""

from bot.fake_slack.server import FakeSlack

__all__ = ("FakeSlack",)
