"""Setting up from the command line: typed on a terminal, piped in by a script, or given as flags."""

import asyncio
import getpass
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot import settings
from bot.conference import source
from bot.errors import BotError
from bot.redaction import redacted
from bot.schedule.importers.imported import ImportResult
from bot.schedule.importers.programme import ImportHints
from bot.settings import Settings
from bot.setup.conversation import SetupWizard
from bot.setup.questions import WizardQuestion
from bot.slack import tokens
from bot.slack.tokens import BotTokenInfo


def run_wizard(flags: Mapping[str, str], known: Mapping[str, str], url: str = "") -> None:
    """Hold the conversation. `flags` answer questions by their keys, `known` are the settings so far."""
    slack = settings.read_settings({"SLACK_API_URL": known.get("SLACK_API_URL", "")})
    SetupWizard(Terminal(flags, slack), known, url).run()


class Terminal:
    """A flag answers once: an answer that will not do is asked for, like any other."""

    def __init__(self, flags: Mapping[str, str], slack: Settings) -> None:
        self._flags = {key: value for key, value in flags.items() if value}
        self._slack = slack
        self._unused_flags: set[str] = set()

    def say(self, text: str) -> None:
        print(text)  # noqa: T201  # it is what this class is for

    def ask(self, question: WizardQuestion) -> str:
        """A flag's answer, or what is typed; raises BotError where nobody types."""
        flag = self._flags.get(question.key, "") if question.key == "replace" else self._flags.pop(question.key, "")
        if flag:
            self.say(f"{question.prompt}{redacted(flag)}")
            return flag
        try:
            return (getpass.getpass if question.secret and sys.stdin.isatty() else input)(question.prompt)
        except KeyboardInterrupt:
            raise BotError("\nStopped. Begin again at any time.") from None
        except EOFError:
            return self._end_of_input(question)

    def load_schedule(self, name: str, hints: ImportHints) -> ImportResult:
        return source.import_source(name, hints)

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        return asyncio.run(tokens.check_bot_token(replace(self._slack, bot_token=bot_token)))

    def check_app_token(self, app_token: str) -> None:
        asyncio.run(tokens.check_app_token(replace(self._slack, app_token=app_token)))

    def read(self, path: str) -> bytes | None:
        try:
            return Path(path).read_bytes() if Path(path).exists() else None
        except OSError as error:
            raise BotError(f"{path} cannot be read: {error.strerror or error}.") from error

    def write(self, path: str, data: bytes, *, private: bool = False) -> None:
        source.write_file(path, data, private=private)

    def _end_of_input(self, question: WizardQuestion) -> str:
        """Nobody types any more: no answer is one, where it will do."""
        self.say("")
        if question.key in self._unused_flags:
            raise BotError(f"Nobody answers “{question.words}”, so I stop here.") from None
        self._unused_flags.add(question.key)
        return ""
