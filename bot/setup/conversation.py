"""The conversation that sets the bot up: one question after the other, each answer tried at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.conference.source import is_address
from bot.handlers import manifest
from bot.schedule.importers.formats import OWN_FORMAT
from bot.schedule.importers.imported import ImportResult
from bot.schedule.importers.programme import ImportHints
from bot.schedule.write import schedule_yaml
from bot.settings import slash_command
from bot.setup import files, questions, words
from bot.setup.outside import WizardIO, prompt_until_valid
from bot.setup.questions import WizardQuestion
from bot.slack.tokens import BotTokenInfo

MANIFEST_FILE, SCHEDULE_FILE = "slack-manifest.yaml", "schedule.yaml"


@dataclass
class SetupWizard:
    """One organiser's. `current_settings` are the settings so far; `url` is the bot's public address, for HTTP."""

    io: WizardIO
    current_settings: Mapping[str, str]
    url: str = ""
    settings: dict[str, str] = field(default_factory=dict)  # the answers; an empty one ends what was set before

    def run(self) -> None:
        """From the first question to what comes next. Raises BotError where nobody answers any more."""
        self.io.say(words.GREETING)
        text = "What is the conference called? (Enter: as its schedule says)"
        name = prompt_until_valid(
            self.io, WizardQuestion("name", text, self.current_settings.get("QCON_NAME", "")), str
        )
        command = self._ask_command(name)
        self._ask_schedule(name)
        app = files.write_checked(self.io, MANIFEST_FILE, manifest.manifest_yaml(command, self.url).encode())
        self.io.say(words.create_app_text(app))
        who = self._ask_bot_token()
        if who:
            self._connection()
            self._ask_organisers()
        files.save_settings(self.io, self.settings)
        self.io.say(words.next_steps_text(who, command) if who else words.LATER_TEXT)

    def _ask_command(self, name: str) -> str:
        default = self.current_settings.get("QCON_COMMAND") or questions.likely_command(name)
        question = WizardQuestion("command", "What do people type to call the bot? A slash and a word", default)
        command = self.settings["QCON_COMMAND"] = prompt_until_valid(self.io, question, slash_command)
        return command

    def _ask_schedule(self, name: str) -> None:
        text = "Where is the schedule? A file, an address, or your pretalx event's address"
        question = WizardQuestion("schedule", text, self.current_settings.get("QCON_SCHEDULE", ""))
        source, found = prompt_until_valid(self.io, question, lambda answer: self._check_schedule(answer, name))
        zone = self._ask_zone(found)
        found = self.io.load_schedule(source, ImportHints(name, zone)) if zone else found
        self.io.say(words.schedule_read_text(found))
        self.settings |= {"QCON_SCHEDULE": source, "QCON_NAME": "", "QCON_TIMEZONE": ""}
        if is_address(source):
            self.settings |= {"QCON_NAME": name, "QCON_TIMEZONE": zone}
            self.io.say(words.SOURCE_FOLLOWED)
        elif found.format != OWN_FORMAT:
            self.settings["QCON_SCHEDULE"] = files.write_checked(self.io, SCHEDULE_FILE, schedule_yaml(found.schedule))
        elif name and name != found.schedule.conference.name:
            self.io.say(words.name_differs_text(found.schedule.conference.name))

    def _check_schedule(self, answer: str, name: str) -> tuple[str, ImportResult]:
        source = questions.parse_source(answer)
        return source, self.io.load_schedule(source, ImportHints(name))

    def _ask_zone(self, found: ImportResult) -> str:
        """The venue's time zone, where the schedule tells none, or only how far from UTC its clocks are."""
        guessed = found.schedule.conference.timezone.key
        if found.zone_is_known and not guessed.startswith("Etc/"):
            return ""
        text = "The schedule names no time zone. In which is the venue? Its city will do"
        before = self.current_settings.get("QCON_TIMEZONE", "")
        question = WizardQuestion("timezone", text, guessed if found.zone_is_known else before)
        return prompt_until_valid(self.io, question, questions.parse_zone).key

    def _ask_bot_token(self) -> BotTokenInfo | None:
        """Who the bot is at Slack; nothing while the organiser has no token."""
        question = self._ask_secret("SLACK_BOT_TOKEN", "Bot token (Enter: later)")
        self.settings["SLACK_BOT_TOKEN"], who = prompt_until_valid(self.io, question, self._check_token)
        if who:
            self.io.say(words.bot_met_text(who))
        return who

    def _check_token(self, answer: str) -> tuple[str, BotTokenInfo | None]:
        token = questions.parse_bot_token(answer)
        return token, self.io.check_bot_token(token) if token else None

    def _connection(self) -> None:
        """How Slack reaches the bot: at its public address, or over a socket that the bot opens."""
        if self.url:
            question = self._ask_secret("SLACK_SIGNING_SECRET", "Signing secret, from “Basic Information”")
            self.settings["SLACK_SIGNING_SECRET"] = prompt_until_valid(
                self.io, question, questions.parse_signing_secret
            )
            self.settings["QCON_PUBLIC_URL"] = self.url
            return
        self.io.say(words.ONE_MORE_TEXT)
        question = self._ask_secret("SLACK_APP_TOKEN", "App-level token")
        self.settings["SLACK_APP_TOKEN"] = prompt_until_valid(self.io, question, self._check_app_token)

    def _check_app_token(self, answer: str) -> str:
        token = questions.parse_app_token(answer)
        self.io.check_app_token(token)
        return token

    def _ask_organisers(self) -> None:
        self.io.say(words.ORGANISERS_HELP)
        question = WizardQuestion(
            "organisers", "Other organisers (Enter: none)", self.current_settings.get("QCON_ORGANISERS", "")
        )
        self.settings["QCON_ORGANISERS"] = prompt_until_valid(self.io, question, questions.parse_organisers)

    def _ask_secret(self, key: str, text: str) -> WizardQuestion:
        return WizardQuestion(key, text, self.current_settings.get(key, ""), secret=True)
