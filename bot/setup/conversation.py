"""The conversation that sets the bot up: one question after the other, each answer tried at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.conference.source import is_address
from bot.handlers import manifest
from bot.schedule.importers.formats import OWN
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import Hints
from bot.schedule.write import as_yaml
from bot.settings import slash_command
from bot.setup import files, questions, words
from bot.setup.outside import Outside, asked
from bot.setup.questions import Question
from bot.slack.tokens import Met

MANIFEST, SCHEDULE = "slack-manifest.yaml", "schedule.yaml"


@dataclass
class Setup:
    """One organiser's. `known` are the settings so far; `url` is the bot's public address, for HTTP."""

    outside: Outside
    known: Mapping[str, str]
    url: str = ""
    settings: dict[str, str] = field(default_factory=dict)  # the answers; an empty one ends what was set before

    def run(self) -> None:
        """From the first question to what comes next. Raises BotError where nobody answers any more."""
        self.outside.say(words.HELLO)
        text = "What is the conference called? (Enter: as its schedule says)"
        name = asked(self.outside, Question("name", text, self.known.get("QCON_NAME", "")), str)
        command = self._command(name)
        self._schedule(name)
        app = files.write(self.outside, MANIFEST, manifest.as_yaml(command, self.url).encode())
        self.outside.say(words.create(app))
        who = self._bot()
        if who:
            self._way()
            self._organisers()
        files.keep(self.outside, self.settings)
        self.outside.say(words.what_comes_next(who, command) if who else words.LATER)

    def _command(self, name: str) -> str:
        default = self.known.get("QCON_COMMAND") or questions.likely_command(name)
        question = Question("command", "What do people type to call the bot? A slash and a word", default)
        command = self.settings["QCON_COMMAND"] = asked(self.outside, question, slash_command)
        return command

    def _schedule(self, name: str) -> None:
        text = "Where is the schedule? A file, an address, or your pretalx event's address"
        question = Question("schedule", text, self.known.get("QCON_SCHEDULE", ""))
        source, found = asked(self.outside, question, lambda answer: self._found(answer, name))
        zone = self._zone(found)
        found = self.outside.schedule(source, Hints(name, zone)) if zone else found
        self.outside.say(words.read(found))
        self.settings |= {"QCON_SCHEDULE": source, "QCON_NAME": "", "QCON_TIMEZONE": ""}
        if is_address(source):
            self.settings |= {"QCON_NAME": name, "QCON_TIMEZONE": zone}
            self.outside.say(words.FOLLOWED)
        elif found.format != OWN:
            self.settings["QCON_SCHEDULE"] = files.write(self.outside, SCHEDULE, as_yaml(found.schedule))
        elif name and name != found.schedule.conference.name:
            self.outside.say(words.called(found.schedule.conference.name))

    def _found(self, answer: str, name: str) -> tuple[str, Imported]:
        source = questions.source(answer)
        return source, self.outside.schedule(source, Hints(name))

    def _zone(self, found: Imported) -> str:
        """The venue's time zone, where the schedule tells none, or only how far from UTC its clocks are."""
        guessed = found.schedule.conference.timezone.key
        if found.zone_is_told and not guessed.startswith("Etc/"):
            return ""
        text = "The schedule names no time zone. In which is the venue? Its city will do"
        before = self.known.get("QCON_TIMEZONE", "")
        question = Question("timezone", text, guessed if found.zone_is_told else before)
        return asked(self.outside, question, questions.zone).key

    def _bot(self) -> Met | None:
        """Who the bot is at Slack; nothing while the organiser has no token."""
        question = self._secret("SLACK_BOT_TOKEN", "Bot token (Enter: later)")
        self.settings["SLACK_BOT_TOKEN"], who = asked(self.outside, question, self._met)
        if who:
            self.outside.say(words.met(who))
        return who

    def _met(self, answer: str) -> tuple[str, Met | None]:
        token = questions.bot_token(answer)
        return token, self.outside.meet(token) if token else None

    def _way(self) -> None:
        """How Slack reaches the bot: at its public address, or over a socket that the bot opens."""
        if self.url:
            question = self._secret("SLACK_SIGNING_SECRET", "Signing secret, from “Basic Information”")
            self.settings["SLACK_SIGNING_SECRET"] = asked(self.outside, question, questions.signing_secret)
            self.settings["QCON_PUBLIC_URL"] = self.url
            return
        self.outside.say(words.ONE_MORE)
        question = self._secret("SLACK_APP_TOKEN", "App-level token")
        self.settings["SLACK_APP_TOKEN"] = asked(self.outside, question, self._admitted)

    def _admitted(self, answer: str) -> str:
        token = questions.app_token(answer)
        self.outside.try_app_token(token)
        return token

    def _organisers(self) -> None:
        self.outside.say(words.ORGANISERS)
        question = Question("organisers", "Other organisers (Enter: none)", self.known.get("QCON_ORGANISERS", ""))
        self.settings["QCON_ORGANISERS"] = asked(self.outside, question, questions.organisers)

    def _secret(self, key: str, text: str) -> Question:
        return Question(key, text, self.known.get(key, ""), secret=True)
