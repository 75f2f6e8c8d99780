"""Being met for the first time: by a channel that invites the bot, by a person who opens its page."""

import json
from collections.abc import Callable
from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import QuestionService
from bot.store import envelopes
from bot.store.database import Database
from bot.store.deliveries import LOW, WELCOME
from bot.store.envelopes import NewDelivery

WELCOME_USEFUL_FOR = timedelta(hours=1)


class WelcomeHandlers:
    """Each channel and each person is welcomed once, by a delivery like any other."""

    def __init__(self, database: Database, questions: QuestionService, wake: Callable[[], None]) -> None:
        """`wake` tells the courier that there is something to deliver."""
        self._database = database
        self._questions = questions
        self._wake = wake

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("member_joined_channel")(guard.wrap(self.on_joined_channel))

    async def on_joined_channel(self, args: AsyncArgs) -> None:
        if args.payload["user"] == args.context.bot_user_id:
            await self._welcome(args.context.team_id or "", args.payload["channel"], args.payload["user"])

    async def welcome_person(self, args: AsyncArgs) -> None:
        """This person looks at the bot's page."""
        await self._welcome(args.context.team_id or "", args.context.user_id or "")

    async def _welcome(self, workspace: str, conversation: str, bot_user: str = "") -> None:
        now = self._questions.now
        content = json.dumps({"command": self._questions.command_name, "bot": bot_user})
        new = NewDelivery(workspace, conversation, WELCOME, WELCOME, LOW, now, now + WELCOME_USEFUL_FOR, content)
        if await self._database.write(envelopes.enqueue, new, "met for the first time"):
            self._wake()
