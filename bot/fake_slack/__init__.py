"""A fake Slack, which the bot talks to in the playground, in rehearsals, in end-to-end tests and in benchmarks."""

from bot.fake_slack.server import FakeSlack

__all__ = ("FakeSlack",)
