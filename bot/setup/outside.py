"""What the conversation reaches out to: somebody who answers, files, the schedule's source, Slack."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.errors import BotError
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import Hints
from bot.setup.questions import Question
from bot.slack.tokens import Met

T = TypeVar("T")


class Outside(Protocol):
    """What goes wrong in any of these raises BotError, in words."""

    def ask(self, question: Question) -> str:
        """The answer as it was typed; raises BotError where nobody answers."""

    def say(self, text: str) -> None: ...

    def schedule(self, source: str, hints: Hints) -> Imported:
        """The schedule at a file or an address."""

    def meet(self, bot_token: str) -> Met:
        """Try a bot token."""

    def try_app_token(self, app_token: str) -> None: ...

    def read(self, path: str) -> bytes | None:
        """What is in this file; nothing where there is none."""

    def write(self, path: str, data: bytes, *, private: bool = False) -> None: ...


def asked(outside: Outside, question: Question, read: Callable[[str], T]) -> T:
    """What the answer comes to; asked again, with the reason, until `read` takes it rather than raise BotError."""
    while True:
        answer = outside.ask(question).strip() or question.default
        try:
            return read(answer)
        except BotError as error:
            outside.say(str(error))
