"""The slash command: its first word may name a topic, anything else is a question, answered to the asker only."""

import re
from types import MappingProxyType
from typing import Any, NamedTuple

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary, Listener
from bot.handlers.desk import Desk, Place
from bot.handlers.reply import answer

SPELT_OTHERWISE = MappingProxyType({"organize": "organise"})
ANY_COMMAND = re.compile("^/")  # the command's name is the app's


class Topics(NamedTuple):
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


TOPIC_WORDS = tuple(name.replace("_", "-") for name in Topics._fields)


class Command:
    def __init__(self, desk: Desk, topics: Topics) -> None:
        self._desk = desk
        self._topics = dict(zip(TOPIC_WORDS, topics, strict=True))

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.command(ANY_COMMAND)(boundary.guarded(self.given, harmless=self._is_question))

    async def given(self, args: AsyncArgs) -> None:
        await (self._topic(args.body) or self.asked)(args)

    def _is_question(self, body: dict[str, Any]) -> bool:
        return self._topic(body) is None

    def _topic(self, body: dict[str, Any]) -> Listener | None:
        """Who answers what begins like this; nobody in particular where it is a question."""
        first = str(body.get("text", "")).strip().split(" ")[0].casefold()
        return self._topics.get(SPELT_OTHERWISE.get(first, first))

    async def asked(self, args: AsyncArgs) -> None:
        body = args.body
        place = Place(body["team_id"], body["channel_id"], person=body["user_id"])
        message = await self._desk.answer(str(body.get("text", "")), place, await self._desk.reader(args), share=True)
        await answer(args, message)
