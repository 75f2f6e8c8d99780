"""The conversation that is under way when the playground opens, for the included schedule and for any other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.fake_slack import FakeSlack
from bot.fake_slack.workspace import ATTENDEES, ORGANISER, SlackConversation
from bot.schedule.models import Schedule

AMARA, KENJI, MARISOL = ATTENDEES

EARLIER = timedelta(minutes=15)  # the playground opens so long before the first session

ScriptLine = tuple[int, str, str]  # minutes before now, person, text


@dataclass(frozen=True, slots=True)
class OpeningScript:
    """The lines that were said in #general, and the question that Marisol asks the bot."""

    general: tuple[ScriptLine, ...]
    question: str


def opening_time(schedule: Schedule) -> datetime:
    """The moment shortly before the first session, in UTC."""
    return min(talk.start for talk in schedule.given if not talk.is_break) - EARLIER


def script_for(schedule: Schedule) -> OpeningScript:
    """A script that fits any schedule: its name, and a question about one of its speakers."""
    name = schedule.conference.name
    speaker = next((talk.speakers[0].name for talk in schedule.given if talk.speakers and not talk.is_break), "")
    general = (
        (15, ORGANISER.id, f"Good morning, and welcome to {name}! :wave:"),
        *_ABOUT_THE_BOT,
        (1, ORGANISER.id, _REMINDERS),
    )
    return OpeningScript(general, f"@qcon when is {speaker} on?" if speaker else "@qcon what's on next?")


def create_opening(slack: FakeSlack, now: datetime, script: OpeningScript) -> None:
    """Create channels and direct messages, with the messages of the fifteen minutes before `now` (conference time)."""
    workspace = slack.workspace
    everyone = [user.id for user in (ORGANISER, *ATTENDEES)]
    general = workspace.conversation("general")
    general.topic = "Everyone at the conference. The bot is here: mention it, or type a slash command."
    hallway = workspace.conversation("random")
    hallway.name, hallway.topic = "hallway", "Coffee, lunch and company. The bot hasn't been invited here yet."
    organisers = workspace.add_conversation("organisers", "private", [ORGANISER.id, workspace.bot.id])
    organisers.topic = "For those who run the day."
    for user in everyone:
        workspace.direct(workspace.bot.id, user)
    pair = workspace.direct(AMARA.id, KENJI.id)
    _post_lines(slack, general, now, script.general)
    _post_lines(slack, hallway, now, _HALLWAY)
    _post_lines(slack, pair, now, _PAIR)


def ask_first_question(slack: FakeSlack, script: OpeningScript) -> None:
    """Let Marisol ask the bot a question."""
    slack.person(MARISOL.id).say("general", script.question)


async def enable_channel_reminders(slack: FakeSlack) -> None:
    """Let Olivia turn reminders on in #general, so that the first jump of the clock shows one."""
    olivia = slack.person(ORGANISER.id)
    await olivia.click(await olivia.ask("/qcon remind here"), "remind-on")
    await olivia.sees("general", "turned on reminders here")


_REMINDERS = "And I'm turning on its reminders here, so that nobody misses a start."

_ABOUT_THE_BOT: tuple[ScriptLine, ...] = (
    (11, KENJI.id, "Good morning from a jet-lagged SRE. Where do I see what's on next?"),
    (10, AMARA.id, "Ask the bot: type `/qcon next`, or mention it right here."),
)

SHIPPED_SCRIPT = OpeningScript(
    (
        (
            15,
            ORGANISER.id,
            "Good morning, and welcome to day two! :wave: Doors to the rooms open ten minutes before each session.",
        ),
        *_ABOUT_THE_BOT,
        (4, MARISOL.id, "I only came for infrastructure as code. Is anyone speaking about Terraform today?"),
        (3, AMARA.id, "Let's find out together :point_down:"),
        (1, ORGANISER.id, _REMINDERS),
    ),
    "@qcon who talks about Terraform?",
)

_HALLWAY: tuple[ScriptLine, ...] = (
    (9, MARISOL.id, "Is the coffee on this floor any good?"),
    (8, KENJI.id, "It is coffee. At this hour, that is good enough. :coffee:"),
)

_PAIR: tuple[ScriptLine, ...] = (
    (7, KENJI.id, "Shall we go to the first session together?"),
    (6, AMARA.id, "Yes! See you at the door."),
)


def _post_lines(
    slack: FakeSlack, conversation: SlackConversation, now: datetime, lines: tuple[ScriptLine, ...]
) -> None:
    for minutes, user, text in lines:
        slack.workspace.post(conversation, user, text, at=now - timedelta(minutes=minutes))
