"""A question of the setup wizard, how it is asked, and the answers that are accepted."""

import asyncio
import getpass
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot import settings
from bot.cli.files import write_file
from bot.errors import BotError, SettingsError
from bot.live_schedule.source import import_source
from bot.redaction import redacted
from bot.schedule.importers.datetimes import zone_named_like
from bot.schedule.importers.models import ImportHints, ImportResult
from bot.settings import Settings
from bot.slack import client
from bot.slack.client import BotTokenInfo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WizardQuestion:
    """One line to answer. `key` is the flag, or the setting, that may answer it instead."""

    key: str
    words: str
    default: str = ""  # what an empty answer stands for
    secret: bool = False

    @property
    def prompt(self) -> str:
        """As it stands before the answer: `What is the slash command? [/pycon] > `."""
        kept = "[the one you entered before]" if self.secret else f"[{redacted(self.default)}]"
        return f"{self.words} {kept} > " if self.default else f"{self.words} > "


class Terminal:
    """The wizard's input and output: flags, a terminal or a script's lines; files, the schedule's source, and Slack.

    Every failure raises a BotError with a sentence for the person.
    """

    def __init__(self, flags: Mapping[str, str], slack: Settings) -> None:
        self._flags = {key: value for key, value in flags.items() if value}
        self._slack = slack
        self._unused_flags: set[str] = set()

    def say(self, text: str) -> None:
        print(text)

    def prompt_until_valid(self, question: WizardQuestion, parse: Callable[[str], T]) -> T:
        """Ask until `parse` accepts the answer, and return the parsed value.

        Show the reason each time `parse` raises BotError.
        """
        while True:
            answer = self.ask(question).strip() or question.default
            try:
                return parse(answer)
            except BotError as error:
                self.say(str(error))

    def ask(self, question: WizardQuestion) -> str:
        """A flag's answer, or what is typed; raises BotError where nobody types.

        A flag answers once: if its answer will not do, the question is asked like any other.
        """
        flag = self._flags.get(question.key, "") if question.key == "replace" else self._flags.pop(question.key, "")
        if flag:
            self.say(f"{question.prompt}{redacted(flag)}")
            return flag
        try:
            return (getpass.getpass if question.secret and sys.stdin.isatty() else input)(question.prompt)
        except KeyboardInterrupt:
            raise BotError("\nStopped. You can start again at any time.") from None
        except EOFError:
            return self._end_of_input(question)

    def load_schedule(self, source: str, hints: ImportHints) -> ImportResult:
        return import_source(source, hints)

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        return asyncio.run(client.check_bot_token(replace(self._slack, bot_token=bot_token)))

    def check_app_token(self, app_token: str) -> None:
        asyncio.run(client.check_app_token(replace(self._slack, app_token=app_token)))

    def read(self, path: str) -> bytes | None:
        """The content of this file; None if it does not exist."""
        try:
            return Path(path).read_bytes() if Path(path).exists() else None
        except OSError as error:
            raise BotError(f"{path} cannot be read: {error.strerror or error}.") from error

    def write(self, path: str, data: bytes, *, private: bool = False) -> None:
        write_file(path, data, private=private)

    def _end_of_input(self, question: WizardQuestion) -> str:
        """Nobody types any more: no answer is one, where it will do."""
        self.say("")
        if question.key in self._unused_flags:
            raise BotError(f"No answer to “{question.words}”, so setup stops here.") from None
        self._unused_flags.add(question.key)
        return ""


class InvalidAnswer(BotError):
    """This answer will not do; the sentence says what will."""


def parse_required(text: str) -> str:
    """Anything but nothing."""
    if not text:
        raise InvalidAnswer("This one needs an answer. Ctrl-C stops; you can start again at any time.")
    return text


def parse_source(text: str) -> str:
    """A file's path or an address, as a person types or drags it into a terminal."""
    bare = parse_required(text).strip("'\"")
    return str(Path(bare).expanduser()) if bare.startswith("~") else bare


def parse_zone(text: str) -> ZoneInfo:
    """A time zone by its name or its city's."""
    found = zone_named_like(parse_required(text))
    if found is None:
        raise InvalidAnswer(f"There's no time zone “{text}”. Type one like Europe/London, or a big city in it.")
    return found


def parse_yes_no(text: str) -> bool:
    return text.lower() in ("yes", "y")


def parse_bot_token(text: str) -> str:
    """A bot token by its looks; empty for none yet."""
    if text.startswith("xapp-"):
        raise InvalidAnswer("That's the app-level token, which comes next. The bot token begins with xoxb-.")
    if text and not re.fullmatch(r"xoxb-[\w-]+", text, re.ASCII):
        raise InvalidAnswer("A bot token begins with xoxb-. Copy it again from “Install App”.")
    return text


def parse_app_token(text: str) -> str:
    """An app-level token by its looks."""
    if text.startswith("xoxb-"):
        raise InvalidAnswer(
            "That's the bot token, which you have already entered. The app-level token begins with xapp-."
        )
    if not re.fullmatch(r"xapp-[\w-]+", text, re.ASCII):
        raise InvalidAnswer(
            "An app-level token begins with xapp-. It is under “Basic Information”, “App-Level Tokens”."
        )
    return text


def parse_signing_secret(text: str) -> str:
    """A signing secret by its looks: nothing but a request of Slack's shows whether it is right."""
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise InvalidAnswer("A signing secret has 32 digits and letters from a to f. It is under “Basic Information”.")
    return text


def parse_organisers(text: str) -> str:
    """Slack's ids of people and at most one channel; empty for none."""
    try:
        settings.read_settings({"QCON_ORGANISERS": text})
    except SettingsError as error:
        raise InvalidAnswer(f"{error} In Slack, a person's id is in their profile, ⋮, “Copy member ID”.") from error
    return text


def likely_command(name: str) -> str:
    """A slash command for a conference: `/teapotdays` for “Teapot Days 2031”; empty if its name suggests none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub("[^a-z]+", "", plain)[:31]
    return f"/{letters}" if letters else ""
