"""The desk where questions are asked: who asks and where, what was said before, and the message that answers."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.clock import Clock
from bot.conference.running import RunningConference
from bot.handlers.people import People
from bot.questions.answer import answer
from bot.questions.conversation import Conversation, Reader
from bot.questions.grammar import parse
from bot.store import conversations
from bot.store.database import Database
from bot.views import answers, talks
from bot.views.message import Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation goes on: a thread, a direct message, or one person's slash commands in a channel."""

    workspace: str
    channel: str
    thread: str = ""
    person: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Workspace, conversation and person, as the store knows them."""
        return self.workspace, f"{self.channel}/{self.thread}" if self.thread else self.channel, self.person


class Desk:
    """Answers from the schedule that is served now."""

    def __init__(self, conference: RunningConference, clock: Clock, database: Database, people: People) -> None:
        self._conference = conference
        self._clock = clock
        self._database = database
        self._people = people

    async def answer(self, text: str, place: Place, reader: Reader, **drawn: Any) -> Message:
        """The message that answers, and the conversation remembered; `drawn` goes to the view."""
        edition, now = self._conference.current, self._clock.conference()
        before = await self._database.read(conversations.recall, *place.key)
        conversation = Conversation.from_json(before) if before else None
        reply = answer(parse(text), edition.schedule, edition.index, now, conversation, reader)
        await self._database.write(conversations.remember, *place.key, reply.remember.to_json())
        return answers.message(reply.answer, edition.schedule, now, reader, **drawn)

    async def details(self, talk_id: str, reader: Reader) -> dict[str, Any]:
        """The modal on one talk; raises TalkGone where the schedule no longer has it."""
        edition = self._conference.current
        return talks.details(edition.schedule.talk(talk_id), edition.schedule, self._clock.conference(), reader)

    async def reader(self, args: AsyncArgs) -> Reader:
        """Who reads the answer: their zone, and the name they call the command by."""
        return Reader(await self._people.zone(args), str(args.body.get("command") or "/qcon"))
