"""Answer a question in its conversation: look at what was said before, answer, count, and remember."""

from dataclasses import replace

from bot.blockkit.blocks import Message
from bot.handlers.ask.answer_cache import AnswerCache, AnswerKey
from bot.handlers.ask.repository import ConversationRef
from bot.handlers.ask.subcommands import Subcommand
from bot.handlers.ask.write_behind import AnswerRecord, WriteBehind
from bot.handlers.request_context import RequestContext
from bot.questions.followups import only_spoken_of
from bot.questions.models import Reader
from bot.questions.parse import depends_on_context
from bot.slack.request import SlackRequest
from bot.telemetry.metrics import Metrics


def conversation_ref(workspace: str, channel: str, thread: str = "", user: str = "") -> ConversationRef:
    """The place of a conversation: a thread, a direct message, or one person's slash commands in a channel."""
    return workspace, f"{channel}/{thread}" if thread else channel, user


def conversation_of(request: SlackRequest) -> ConversationRef:
    """The conversation that a button was pressed in, which is that of the question before it."""
    is_shared = request.thread or request.channel.startswith("D")
    return conversation_ref(request.workspace, request.channel, request.thread, "" if is_shared else request.user)


class QuestionService:
    """Answers from the schedule that is served now."""

    def __init__(self, context: RequestContext, write_behind: WriteBehind, metrics: Metrics) -> None:
        self._context = context
        self._write_behind = write_behind
        self._metrics = metrics
        self._cache: AnswerCache | None = None

    async def answer(
        self,
        text: str,
        conversation: ConversationRef,
        reader: Reader,
        *,
        share: bool = False,
        page: int | None = None,
        again: bool = False,
        saved: frozenset[str] = frozenset(),
    ) -> Message:
        """The message that answers; the conversation is remembered.

        `share` adds a button that shows the answer to everyone here, `page` is one of a list, and a question that is
        answered `again` is not counted again. `saved` are the ids of the talks that the reader saved.
        """
        cache = self._current_cache()
        previous = await self._write_behind.get(conversation) if depends_on_context(cache.parse(text)) else None
        key = AnswerKey(text, reader, previous, share, page)
        answered = cache.answer(key)

        statistics = None if again else answered.statistics
        if statistics:
            self._metrics.question(statistics.kind, answered=statistics.answered)
        today = cache.snapshot.schedule.conference.date_of(cache.now)
        self._write_behind.add(AnswerRecord(conversation, answered.topic, today, statistics, answered.unknown_words))
        return cache.message(key, saved)

    async def with_title(self, subcommand: Subcommand, conversation: ConversationRef) -> Subcommand:
        """`save it` with the title of the one talk that was spoken of; unchanged where there are several, or none."""
        previous = await self._write_behind.get(conversation) if subcommand.points_back else None
        talk = self._context.snapshot.schedule.talk_by_id.get(only_spoken_of(previous)) if previous else None
        return replace(subcommand, arguments=talk.title) if talk else subcommand

    def _current_cache(self) -> AnswerCache:
        """The answers of this minute."""
        snapshot, now = self._context.snapshot, self._context.this_minute
        if self._cache is None or self._cache.snapshot is not snapshot or self._cache.now != now:
            self._cache = AnswerCache(snapshot, now, self._metrics)
        return self._cache
