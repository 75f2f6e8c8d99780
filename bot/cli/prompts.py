"""The setup wizard's input and output: a terminal, a script's lines or flags; files, the schedule's source, and Slack."""

import asyncio
import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from bot.cli import files
from bot.cli.setup_questions import WizardQuestion
from bot.errors import BotError
from bot.live_schedule import source as live_schedule_source
from bot.redaction import redacted
from bot.schedule.importers.models import ImportHints, ImportResult
from bot.settings import Settings
from bot.slack import token_check
from bot.slack.token_check import BotTokenInfo

T = TypeVar("T")


class WizardIO(Protocol):
    """Input and output of the wizard. Every failure raises a BotError with a sentence for the person."""

    def ask(self, question: WizardQuestion) -> str:
        """The answer as it was typed; raises BotError where nobody answers."""

    def say(self, text: str) -> None: ...

    def load_schedule(self, source: str, hints: ImportHints) -> ImportResult:
        """The schedule at a file or an address."""

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        """Try a bot token."""

    def check_app_token(self, app_token: str) -> None: ...

    def read(self, path: str) -> bytes | None:
        """The content of this file; None if it does not exist."""

    def write(self, path: str, data: bytes, *, private: bool = False) -> None: ...


def prompt_until_valid(io: WizardIO, question: WizardQuestion, parse: Callable[[str], T]) -> T:
    """Ask until `parse` accepts the answer, and return the parsed value. Show the reason each time `parse` raises BotError."""
    while True:
        answer = io.ask(question).strip() or question.default
        try:
            return parse(answer)
        except BotError as error:
            io.say(str(error))


class Terminal:
    """A flag answers once: an answer that will not do is asked for, like any other."""

    def __init__(self, flags: Mapping[str, str], slack: Settings) -> None:
        self._flags = {key: value for key, value in flags.items() if value}
        self._slack = slack
        self._unused_flags: set[str] = set()

    def say(self, text: str) -> None:
        print(text)  # it is what this class is for

    def ask(self, question: WizardQuestion) -> str:
        """A flag's answer, or what is typed; raises BotError where nobody types."""
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

    def load_schedule(self, name: str, hints: ImportHints) -> ImportResult:
        return live_schedule_source.import_source(name, hints)

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        return asyncio.run(token_check.check_bot_token(replace(self._slack, bot_token=bot_token)))

    def check_app_token(self, app_token: str) -> None:
        asyncio.run(token_check.check_app_token(replace(self._slack, app_token=app_token)))

    def read(self, path: str) -> bytes | None:
        try:
            return Path(path).read_bytes() if Path(path).exists() else None
        except OSError as error:
            raise BotError(f"{path} cannot be read: {error.strerror or error}.") from error

    def write(self, path: str, data: bytes, *, private: bool = False) -> None:
        files.write_file(path, data, private=private)

    def _end_of_input(self, question: WizardQuestion) -> str:
        """Nobody types any more: no answer is one, where it will do."""
        self.say("")
        if question.key in self._unused_flags:
            raise BotError(f"No answer to “{question.words}”, so setup stops here.") from None
        self._unused_flags.add(question.key)
        return ""
