"""Steps that tests in several folders take, with a bot that serves a fake Slack."""

from tests.fake_slack.person import Person


async def turn_on_reminders(organiser: Person, channel: str = "general", words: str = "here") -> None:
    """Turn on a channel's reminders, and wait until the channel is told: a press is acknowledged before it is carried out."""
    await organiser.click(await organiser.ask(f"/qcon remind {words}", channel), "remind-on")
    await organiser.sees(channel, "turned on reminders here")
