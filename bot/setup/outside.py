"""What the conversation reaches out to: somebody who answers, files, the schedule's source, Slack."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.errors import BotError
from bot.schedule.importers.imported import ImportResult
from bot.schedule.importers.programme import ImportHints
from bot.setup.questions import WizardQuestion
from bot.slack.tokens import BotTokenInfo

T = TypeVar("T")


class WizardIO(Protocol):
    """What goes wrong in any of these raises BotError, in words."""

    def ask(self, question: WizardQuestion) -> str:
        """The answer as it was typed; raises BotError where nobody answers."""

    def say(self, text: str) -> None: ...

    def load_schedule(self, source: str, hints: ImportHints) -> ImportResult:
        """The schedule at a file or an address."""

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        """Try a bot token."""

    def check_app_token(self, app_token: str) -> None: ...

    def read(self, path: str) -> bytes | None:
        """What is in this file; nothing where there is none."""

    def write(self, path: str, data: bytes, *, private: bool = False) -> None: ...


def prompt_until_valid(io: WizardIO, question: WizardQuestion, parse: Callable[[str], T]) -> T:
    """What the answer comes to; asked again, with the reason, until `parse` takes it rather than raise BotError."""
    while True:
        answer = io.ask(question).strip() or question.default
        try:
            return parse(answer)
        except BotError as error:
            io.say(str(error))
