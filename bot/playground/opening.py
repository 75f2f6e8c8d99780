"""The scene the playground opens on: where people meet, and a short conversation under way."""

from datetime import datetime, timedelta

from bot.playground.standin import FakeSlack
from bot.playground.standin.conversations import SlackConversation
from bot.playground.standin.people import ATTENDEES, ORGANISER

AMARA, KENJI, MARISOL = ATTENDEES


def create_opening(slack: FakeSlack, now: datetime) -> None:
    """Channels, direct messages, and what was said in the quarter of an hour before `now` (conference time)."""
    workspace = slack.workspace
    everyone = [user.id for user in (ORGANISER, *ATTENDEES)]
    general = workspace.conversation("general")
    general.topic = "Everyone at the conference. The bot is here: mention it, or type a slash command."
    hallway = workspace.conversation("random")
    hallway.name, hallway.topic = "hallway", "Coffee, lunch and company. The bot has not been invited here yet."
    organisers = workspace.add_conversation("organisers", "private", [ORGANISER.id, workspace.bot.id])
    organisers.topic = "For those who run the day."
    for user in everyone:
        workspace.direct(workspace.bot.id, user)
    pair = workspace.direct(AMARA.id, KENJI.id)
    _post_lines(slack, general, now, _GENERAL)
    _post_lines(slack, hallway, now, _HALLWAY)
    _post_lines(slack, pair, now, _PAIR)


def post_first_question(slack: FakeSlack) -> None:
    """The bot is there now: the question that Marisol was about to ask it."""
    slack.person(MARISOL.id).say("general", "@qcon who talks about Terraform?")


async def enable_channel_reminders(slack: FakeSlack) -> None:
    """Olivia turns them on in the general channel, so that the first jump of the clock shows one."""
    olivia = slack.person(ORGANISER.id)
    await olivia.click(await olivia.ask("/qcon remind here"), "remind-on")
    await olivia.sees("general", "turned on reminders here")


ScriptLine = tuple[int, str, str]  # minutes before now, who, what

_GENERAL: tuple[ScriptLine, ...] = (
    (
        15,
        ORGANISER.id,
        "Good morning, and welcome to day two! :wave: Doors to the rooms open ten minutes before each session.",
    ),
    (11, KENJI.id, "Good morning from a jet-lagged SRE. Where do I see what is on next?"),
    (10, AMARA.id, "Ask the bot: type `/qcon next`, or mention it right here."),
    (4, MARISOL.id, "I only came for infrastructure as code. Is anyone speaking about Terraform today?"),
    (3, AMARA.id, "Let’s find out together :point_down:"),
    (1, ORGANISER.id, "And I am turning on its reminders here, so that nobody misses a start."),
)
_HALLWAY: tuple[ScriptLine, ...] = (
    (9, MARISOL.id, "Is the coffee on this floor any good?"),
    (8, KENJI.id, "It is coffee. At this hour, that is good enough. :coffee:"),
)
_PAIR: tuple[ScriptLine, ...] = (
    (7, KENJI.id, "Shall we go to the first session together?"),
    (6, AMARA.id, "Yes! See you at the door."),
)


def _post_lines(slack: FakeSlack, where: SlackConversation, now: datetime, lines: tuple[ScriptLine, ...]) -> None:
    for minutes, user, text in lines:
        slack.workspace.post(where, user, text, at=now - timedelta(minutes=minutes))
