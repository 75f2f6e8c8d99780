"""The setup wizard, which asks question after question and checks each answer at once; and the manifest command."""

from argparse import Namespace as Arguments
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent

from bot import settings
from bot.cli import setup_questions
from bot.cli.files import merge_env, parse_env
from bot.cli.setup_questions import Terminal, WizardQuestion
from bot.live_schedule.source import is_address
from bot.schedule.importers.models import OWN_FORMAT, ImportHints, ImportResult, import_summary
from bot.schedule.yaml.dump import schedule_yaml
from bot.settings import slash_command
from bot.slack import manifest as slack_manifest
from bot.slack.client import BotTokenInfo
from bot.slack.manifest import manifest_yaml

MAX_CHANNELS = 8  # named to invite the bot to

GREETING = """This sets up the bot for your conference: a few questions, then three files in this folder.
Each answer is checked at once. Press Enter to accept the default in [brackets]."""

SOURCE_FOLLOWED = "The bot keeps following this address, and tells people what changes."

CREATE_APP_TEXT = """
Now create the app in Slack: open https://api.slack.com/apps, choose “Create New App”, “From a manifest”, and
paste the contents of {manifest}. Then “Install App” shows the bot token, xoxb-…"""

ONE_MORE_TEXT = """
One more: under “Basic Information”, “App-Level Tokens”, choose “Generate Token”, with the scope connections:write."""

ORGANISERS_HELP = """
Workspace admins are organisers. Add others by their Slack ids: people, or one private channel. They are also
told when something goes wrong."""

LATER_TEXT = """
The bot can't run without tokens. When you have them, run qcon-bot setup again, and press Enter for the rest."""


def next_steps_text(who: BotTokenInfo, command: str) -> str:
    """The next steps: start the bot, and invite it."""
    joined = [f"#{channel.name}" for channel in who.channels if channel.joined][:MAX_CHANNELS]
    others = [f"#{channel.name}" for channel in who.channels if not channel.joined]
    more = f" and {len(others) - MAX_CHANNELS} more" if len(others) > MAX_CHANNELS else ""
    where = f"{', '.join(others[:MAX_CHANNELS])}{more}" if others else "every channel where people talk"
    there = f"; the bot is already in {', '.join(joined)}" if joined else ""
    steps = {
        "qcon-bot run": "starts the bot, and says when it is ready",
        f"/invite @{who.name}": f"in {where}{there}",
        f"{command} next": "asks it what's on",
    }
    width = max(map(len, steps))
    listed = "\n".join(f"  {step:{width}}  {what}" for step, what in steps.items())
    return f"\nNext steps:\n{listed}\nBefore and during the conference: docs/organisers.md"


ENV_FILE, MANIFEST_FILE, SCHEDULE_FILE = ".env", "slack-manifest.yaml", "schedule.yaml"


@dataclass
class SetupWizard:
    """Asks one organiser. `current_settings` are the settings so far; `url` is the bot's public address, for HTTP."""

    io: Terminal
    current_settings: Mapping[str, str]
    url: str = ""
    settings: dict[str, str] = field(default_factory=dict)  # the answers; an empty one removes what was set before

    def run(self) -> None:
        """Ask every question, write the files, and say what comes next.

        Raises BotError where nobody answers any more.
        """
        self.io.say(GREETING)
        text = "What is the conference called? (Enter: use the schedule's name)"
        name = self.io.prompt_until_valid(WizardQuestion("name", text, self.current_settings.get("QCON_NAME", "")), str)
        command = self._ask_command(name)
        self._ask_schedule(name)
        app = self._write_checked(MANIFEST_FILE, slack_manifest.manifest_yaml(command, self.url).encode())
        self.io.say(CREATE_APP_TEXT.format(manifest=app))
        who = self._ask_bot_token()
        if who:
            self._connection()
            self._ask_organisers()
        self._save_settings()
        self.io.say(next_steps_text(who, command) if who else LATER_TEXT)

    def _ask_command(self, name: str) -> str:
        default = self.current_settings.get("QCON_COMMAND") or setup_questions.likely_command(name)
        question = WizardQuestion("command", "What do people type to call the bot? A slash and a word", default)
        command = self.settings["QCON_COMMAND"] = self.io.prompt_until_valid(question, slash_command)
        return command

    def _ask_schedule(self, name: str) -> None:
        text = "Where is the schedule? A file, an address, or your pretalx event's address"
        question = WizardQuestion("schedule", text, self.current_settings.get("QCON_SCHEDULE", ""))
        source, found = self.io.prompt_until_valid(question, lambda answer: self._check_schedule(answer, name))
        zone = self._ask_zone(found)
        found = self.io.load_schedule(source, ImportHints(name, zone)) if zone else found
        self.io.say(indent(import_summary(found), "  "))
        self.settings |= {"QCON_SCHEDULE": source, "QCON_NAME": "", "QCON_TIMEZONE": ""}
        if is_address(source):
            self.settings |= {"QCON_NAME": name, "QCON_TIMEZONE": zone}
            self.io.say(SOURCE_FOLLOWED)
        elif found.format != OWN_FORMAT:
            self.settings["QCON_SCHEDULE"] = self._write_checked(SCHEDULE_FILE, schedule_yaml(found.schedule))
        elif name and name != found.schedule.conference.name:
            theirs = found.schedule.conference.name
            self.io.say(f"That file calls the conference {theirs}, and so will the bot. To change that, edit the file.")

    def _check_schedule(self, answer: str, name: str) -> tuple[str, ImportResult]:
        source = setup_questions.parse_source(answer)
        return source, self.io.load_schedule(source, ImportHints(name))

    def _ask_zone(self, found: ImportResult) -> str:
        """The venue's time zone, where the schedule gives none, or only how far from UTC its clocks are."""
        guessed = found.schedule.conference.timezone.key
        if found.zone_is_known and not guessed.startswith("Etc/"):
            return ""
        text = "The schedule names no time zone. Which one is the venue in? Its city is enough"
        before = self.current_settings.get("QCON_TIMEZONE", "")
        question = WizardQuestion("timezone", text, guessed if found.zone_is_known else before)
        return self.io.prompt_until_valid(question, setup_questions.parse_zone).key

    def _ask_bot_token(self) -> BotTokenInfo | None:
        """The bot's identity at Slack; None while the organiser has no token."""
        question = self._ask_secret("SLACK_BOT_TOKEN", "Bot token (Enter: later)")
        self.settings["SLACK_BOT_TOKEN"], who = self.io.prompt_until_valid(question, self._check_token)
        if who:
            self.io.say(f"That's @{who.name} in the workspace {who.workspace}.")
        return who

    def _check_token(self, answer: str) -> tuple[str, BotTokenInfo | None]:
        token = setup_questions.parse_bot_token(answer)
        return token, self.io.check_bot_token(token) if token else None

    def _connection(self) -> None:
        """Ask how Slack reaches the bot: at its public address, or over a socket that the bot opens."""
        if self.url:
            question = self._ask_secret("SLACK_SIGNING_SECRET", "Signing secret, from “Basic Information”")
            self.settings["SLACK_SIGNING_SECRET"] = self.io.prompt_until_valid(
                question, setup_questions.parse_signing_secret
            )
            self.settings["QCON_PUBLIC_URL"] = self.url
            return
        self.io.say(ONE_MORE_TEXT)
        question = self._ask_secret("SLACK_APP_TOKEN", "App-level token")
        self.settings["SLACK_APP_TOKEN"] = self.io.prompt_until_valid(question, self._check_app_token)

    def _check_app_token(self, answer: str) -> str:
        token = setup_questions.parse_app_token(answer)
        self.io.check_app_token(token)
        return token

    def _ask_organisers(self) -> None:
        self.io.say(ORGANISERS_HELP)
        question = WizardQuestion(
            "organisers", "Other organisers (Enter: none)", self.current_settings.get("QCON_ORGANISERS", "")
        )
        self.settings["QCON_ORGANISERS"] = self.io.prompt_until_valid(question, setup_questions.parse_organisers)

    def _ask_secret(self, key: str, text: str) -> WizardQuestion:
        return WizardQuestion(key, text, self.current_settings.get(key, ""), secret=True)

    def _write_checked(self, path: str, data: bytes) -> str:
        """Write a file, and ask before it replaces one with other content.

        Return its name: the answer may be another one.
        """
        there = self.io.read(path)
        if there is not None and there != data:
            words = f"{path} already exists and differs. Type yes to replace it, or another file name"
            answer = self.io.prompt_until_valid(WizardQuestion("replace", words), setup_questions.parse_required)
            if not setup_questions.parse_yes_no(answer):
                return self._write_checked(answer, data)
        self.io.write(path, data)
        self.io.say(f"Written: {path}")
        return path

    def _save_settings(self) -> None:
        """Put the settings into .env, and ask before others are replaced. Empty ones are removed."""
        text = (self.io.read(ENV_FILE) or b"").decode(errors="surrogateescape")
        before = parse_env(text)
        changes = {key: value for key, value in self.settings.items() if value or before.get(key)}
        other = [key for key, value in changes.items() if before.get(key, value) != value]
        if other and not self._confirm_replace(other):
            changes = {key: value for key, value in changes.items() if key not in other}
            self.io.say(f"Kept in {ENV_FILE}: {', '.join(other)}.")
        merged = merge_env(text, changes)
        self.io.write(ENV_FILE, merged.encode(errors="surrogateescape"), private=True)
        self.io.say(f"Written: {ENV_FILE}. Keep it private: it holds the tokens.")

    def _confirm_replace(self, keys: list[str]) -> bool:
        words = f"{ENV_FILE} has other values of {', '.join(keys)}. Type yes to replace them, no to keep them"
        answer = self.io.prompt_until_valid(WizardQuestion("replace", words), setup_questions.parse_required)
        return setup_questions.parse_yes_no(answer)


def run_setup(arguments: Arguments) -> int:
    keys = ("name", "command", "schedule", "timezone", "organisers")
    flags = {key: getattr(arguments, key) for key in keys} | {"replace": "yes" if arguments.replace else ""}
    url = settings.read_settings({"QCON_PUBLIC_URL": arguments.url}).public_url
    known = settings.environment_with_dotenv()
    slack = settings.read_settings({"SLACK_API_URL": known.get("SLACK_API_URL", "")})
    SetupWizard(Terminal(flags, slack), known, url).run()
    return 0


def run_manifest(arguments: Arguments) -> int:
    print(
        manifest_yaml(arguments.command or settings.read_settings().command, arguments.url, many=arguments.many), end=""
    )
    return 0
