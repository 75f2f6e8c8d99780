"""The desk where questions are asked: who asks and where, what was said before, and the message that answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit.blocks import Message
from bot.clock import Clock
from bot.errors import BotError
from bot.handlers.ask.answer_cache import AnswerCache, AnswerKey, TalkMatches
from bot.handlers.ask.write_behind import AnswerRecord, WriteBehind
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.questions.conversation import Reader
from bot.questions.follow import leans
from bot.schedule.models import Talk, find_by_short_id
from bot.slack.users import Users
from bot.telemetry.metrics import Metrics


class TalkGone(BotError):
    """That session is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Where a conversation goes on: a thread, a direct message, or one person's slash commands in a channel."""

    workspace: str
    channel: str
    thread: str = ""
    user: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Workspace, conversation and person, as the store knows them."""
        return self.workspace, f"{self.channel}/{self.thread}" if self.thread else self.channel, self.user


class QuestionService:
    """Answers from the schedule that is served now."""

    def __init__(
        self,
        conference: LiveSchedule,
        clock: Clock,
        write_behind: WriteBehind,
        users: Users,
        metrics: Metrics,
        command: str,
    ) -> None:
        """`command_for` is what the slash command is called, until somebody uses it here."""
        self._conference = conference
        self._clock = clock
        self._write_behind = write_behind
        self._users = users
        self._metrics = metrics
        self.command_name = command
        self._cache: AnswerCache | None = None

    @property
    def snapshot(self) -> Snapshot:
        """What is served now; take it once for one answer."""
        return self._conference.current

    @property
    def now(self) -> datetime:
        """Conference time."""
        return self._clock.conference_now()

    async def answer(
        self,
        text: str,
        conversation: ConversationKey,
        reader: Reader,
        *,
        share: bool = False,
        whole: bool = False,
        again: bool = False,
    ) -> Message:
        """The message that answers, and the conversation remembered; what is answered `again` is not counted again."""
        minute = self._current_cache()
        before = await self._write_behind.get(conversation.key) if leans(minute.parse(text)) else None
        given = minute.answer(AnswerKey(text, reader, before, share, whole))
        counted = None if again else given.statistics
        if counted:
            self._metrics.question(counted.kind, answered=counted.answered)
        today = minute.snapshot.schedule.conference.day_of(minute.now)
        self._write_behind.add(AnswerRecord(conversation.key, given.topic, today, counted, given.unknown_words))
        return given.message

    def _current_cache(self) -> AnswerCache:
        """What is answered from now; answers tell no seconds."""
        edition, now = self.snapshot, self.now.replace(second=0, microsecond=0)
        if self._cache is None or self._cache.snapshot is not edition or self._cache.now != now:
            self._cache = AnswerCache(edition, now, self._metrics)
        return self._cache

    def conference_at(self, machine: datetime) -> datetime:
        """What conference time it was at a machine time."""
        return self._clock.conference_at(machine)

    def find_talk(self, talk_id: str) -> Talk:
        """The talk that a button was made for; raises TalkGone where the schedule no longer has it."""
        talk = self.snapshot.schedule.talk_by_id.get(talk_id)
        if talk is None:
            raise TalkGone
        return talk

    def selected_talk(self, args: AsyncArgs) -> Talk:
        """The talk that the pressed button or the chosen option of a menu stands for; raises TalkGone."""
        option = args.payload.get("selected_option")
        if option is None:
            return self.find_talk(args.payload["value"])
        talk = find_by_short_id(option["value"], self.snapshot.schedule.talk_by_id)
        if talk is None:
            raise TalkGone
        return talk

    def search_talks(self, words: str) -> TalkMatches:
        """The talks that these words find, best first."""
        return self._current_cache().search(words)

    def complete_talks(self, typed: str) -> tuple[Talk, ...]:
        """What somebody who is still typing may mean; for nothing typed what comes next."""
        return self._current_cache().complete(typed)

    def talk_options(self, typed: str) -> list[dict[str, Any]]:
        """The same as the options of a menu."""
        return self._current_cache().options(typed)

    def talks_by_id(self, talk_ids: Iterable[str]) -> tuple[Talk, ...]:
        """Those of these talks that the schedule still has."""
        known = self.snapshot.schedule.talk_by_id
        return tuple(known[one] for one in talk_ids if one in known)

    def command_for(self, args: AsyncArgs) -> str:
        """The name this app's slash command goes by here: what this request calls it, or one before."""
        self.command_name = str(args.body.get("command") or self.command_name)
        return self.command_name

    def may_organise(self, args: AsyncArgs) -> bool:
        """Whether the asker seems to be an organiser; doing something asks again."""
        return self._users.probably_organiser(args)

    async def reader_for(self, args: AsyncArgs) -> Reader:
        """Who reads the answer: their zone, and the name they call the command by."""
        return Reader(await self._users.zone(args), self.command_for(args))
