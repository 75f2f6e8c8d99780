"""The slash command: its first word may name a topic, anything else is a question, answered to the asker only."""

import re
from types import MappingProxyType
from typing import Any, NamedTuple

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Listener, RequestGuard
from bot.handlers.desk import ConversationKey, QuestionService
from bot.handlers.reply import respond_to_command

SPELLING_VARIANTS = MappingProxyType({"organize": "organise"})
ANY_COMMAND = re.compile("^/")  # the command's name is the app's


class Subcommands(NamedTuple):
    """Who answers, by the first words that begin no question; a line there is a hyphen when it is typed."""

    agenda: Listener
    calendar: Listener
    changes: Listener
    feedback: Listener
    my_data: Listener
    organise: Listener
    remind: Listener
    report: Listener
    save: Listener
    settings: Listener
    unsave: Listener


SUBCOMMANDS = tuple(name.replace("_", "-") for name in Subcommands._fields)


class CommandHandlers:
    def __init__(self, questions: QuestionService, subcommands: Subcommands) -> None:
        self._questions = questions
        self._subcommands = dict(zip(SUBCOMMANDS, subcommands, strict=True))

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.command(ANY_COMMAND)(guard.wrap(self.on_command, idempotent=self._is_question))

    async def on_command(self, args: AsyncArgs) -> None:
        await (self._subcommand(args.body) or self.on_question)(args)

    def _is_question(self, body: dict[str, Any]) -> bool:
        return self._subcommand(body) is None

    def _subcommand(self, body: dict[str, Any]) -> Listener | None:
        """Who answers what begins like this; nobody in particular where it is a question."""
        first = str(body.get("text", "")).strip().split(" ")[0].casefold()
        return self._subcommands.get(SPELLING_VARIANTS.get(first, first))

    async def on_question(self, args: AsyncArgs) -> None:
        body = args.body
        place = ConversationKey(body["team_id"], body["channel_id"], user=body["user_id"])
        message = await self._questions.answer(
            str(body.get("text", "")), place, await self._questions.reader_for(args), share=True
        )
        await respond_to_command(args, message)
