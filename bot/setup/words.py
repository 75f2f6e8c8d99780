"""What is said while the bot is set up, between the questions."""

from bot.schedule.importers.imported import ImportResult, import_summary
from bot.slack.tokens import BotTokenInfo

MAX_CHANNELS = 8  # named to invite the bot to

GREETING = """This sets the bot up for your conference: some questions, then three files in this folder.
Each answer is tried at once. Enter takes what stands in [brackets]."""

SOURCE_FOLLOWED = "It is followed while the bot runs: what changes there, people hear of."

ONE_MORE_TEXT = """
One more: “Basic Information”, “App-Level Tokens”, “Generate Token”, with the scope connections:write."""

ORGANISERS_HELP = """
Workspace admins are organisers. Others are by Slack's id, a person's or one private channel's; they also hear of
what goes wrong."""

LATER_TEXT = """
Without tokens the bot cannot run. When you have them, begin again with qcon-bot setup: Enter will do for the rest."""


def create_app_text(manifest: str) -> str:
    """How the app is made at Slack from what is in this file."""
    return f"""
Now make the app at Slack: open https://api.slack.com/apps, choose “Create New App”, “From a manifest”, and
paste what is in {manifest}. Then “Install App” shows the bot token, xoxb-…"""


def schedule_read_text(found: ImportResult) -> str:
    """What a schedule holds, and what was guessed and left out."""
    return "\n".join(f"  {line}" for line in import_summary(found).splitlines())


def name_differs_text(name: str) -> str:
    """The schedule file has another name for the conference than the organiser."""
    return f"That file calls the conference {name}, and so will the bot. Its name is in the file, to be changed."


def bot_met_text(who: BotTokenInfo) -> str:
    return f"It is @{who.name} in the workspace {who.workspace}."


def next_steps_text(who: BotTokenInfo, command: str) -> str:
    """How to start the bot, and where to invite it."""
    joined = [f"#{channel.name}" for channel in who.channels if channel.joined][:MAX_CHANNELS]
    others = [f"#{channel.name}" for channel in who.channels if not channel.joined]
    more = f" and {len(others) - MAX_CHANNELS} more" if len(others) > MAX_CHANNELS else ""
    where = f"{', '.join(others[:MAX_CHANNELS])}{more}" if others else "every channel where people talk"
    there = f"; it is in {', '.join(joined)} already" if joined else ""
    steps = {
        "qcon-bot run": "starts the bot; it says when it is ready",
        f"/invite @{who.name}": f"in {where}{there}",
        f"{command} next": "asks it what is on",
    }
    width = max(map(len, steps))
    listed = "\n".join(f"  {step:{width}}  {what}" for step, what in steps.items())
    return f"\nWhat comes next:\n{listed}\nBefore the day and on it: docs/organisers.md"
