"""Answer a question in its conversation: look at what was said before, answer, count, and remember.

The answers of one minute are kept: at the end of a talk hundreds of people ask the same few things.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial

from bot.blockkit.blocks import Message
from bot.blockkit.talk_text import RenderContext
from bot.clock import monotonic
from bot.handlers.ask import messages
from bot.handlers.ask.layout import AnswerLayout, render_layout
from bot.handlers.ask.repository import AnswerRecord, ConversationRef, WriteBehind
from bot.handlers.ask.subcommands import Subcommand, suggested_command, suggested_with_words
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.live_schedule.current import Snapshot
from bot.questions.answer import answer
from bot.questions.followups import agrees, only_spoken_of
from bot.questions.models import Answer, Conversation, NothingFound, Reader
from bot.questions.parse import depends_on_context, parse
from bot.questions.results import statistics_of
from bot.slack.request import SlackRequest
from bot.telemetry.metrics import Metrics

CACHE_SIZE = 100  # answers; a long one takes some 20 kB


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Everything that an answer depends on, besides the schedule and the time."""

    text: str
    reader: Reader
    previous: Conversation | None = None  # the conversation so far, where the question refers to it
    share: bool = False  # add a button that shows the answer to everyone here
    page: int | None = None  # of a list; None for the page where it opens


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer as a message, and the facts that are stored of it."""

    layout: AnswerLayout
    message: Message  # for a reader who saved nothing
    record: AnswerRecord


class AnswerCache:
    """Answers from one snapshot of the schedule at one minute. Each is found and rendered once, for all who ask."""

    def __init__(self, snapshot: Snapshot, now: datetime, metrics: Metrics) -> None:
        """`now` is conference time, aware."""
        self.snapshot = snapshot
        self.now = now
        self._metrics = metrics
        self.parse = lru_cache(CACHE_SIZE)(partial(parse, known=snapshot.index.vocabulary))
        self.answer = lru_cache(CACHE_SIZE)(self._answer)

    def _answer(self, key: AnswerKey) -> CachedAnswer:
        question, schedule = self.parse(key.text), self.snapshot.schedule
        started = monotonic()
        reply = answer(question, schedule, self.snapshot.index, self.now, key.previous)
        self._metrics.searches.observe(monotonic() - started)
        layout = messages.answer_layout(_with_suggestion(reply.answer, key.text), self._context_of(key))
        if not isinstance(reply.answer, NothingFound):
            layout = messages.with_suggestion(layout, suggested_with_words(key.text, self.snapshot.index.vocabulary))
        missing = reply.answer.missing if isinstance(reply.answer, NothingFound) else ()
        today, statistics = schedule.conference.date_of(self.now), statistics_of(question.ask, reply.answer)
        record = AnswerRecord(reply.remember, today, statistics, " ".join(missing))
        return CachedAnswer(layout, self._render(layout, key), record)

    def message(self, key: AnswerKey, saved: frozenset[str]) -> Message:
        """The answer for a reader who saved these talks (ids)."""
        answered = self.answer(key)
        return self._render(answered.layout, key, saved) if answered.layout.differs_for(saved) else answered.message

    def _render(self, layout: AnswerLayout, key: AnswerKey, saved: frozenset[str] = frozenset()) -> Message:
        redrawn = key.previous is None  # “and after that?” would go on from its own answer
        ctx = self._context_of(key)
        return render_layout(layout, ctx, key.text, key.page, saved, share=key.share, redrawn=redrawn)

    def _context_of(self, key: AnswerKey) -> RenderContext:
        return RenderContext(self.snapshot.schedule, self.now, key.reader, self.snapshot.moved)


def _with_suggestion(found: Answer, text: str) -> Answer:
    """The answer; where nothing was found, with the command that the text may be a mistyped one of."""
    if isinstance(found, NothingFound) and (command := suggested_command(text)):
        return replace(found, did_you_mean=(command, *found.did_you_mean))
    return found


def conversation_ref(workspace: str, channel: str, thread: str = "", user: str = "") -> ConversationRef:
    """The place of a conversation: a thread, a direct message, or one person's slash commands in a channel."""
    return workspace, f"{channel}/{thread}" if thread else channel, user


def conversation_of(request: SlackRequest) -> ConversationRef:
    """The conversation that a button was pressed in, which is that of the question before it."""
    is_shared = request.thread or request.channel.startswith("D")
    return conversation_ref(request.workspace, request.channel, request.thread, "" if is_shared else request.user)


class QuestionService:
    """Answers from the schedule that is served now."""

    def __init__(
        self, context: RequestContext, user_data: UserData, write_behind: WriteBehind, metrics: Metrics
    ) -> None:
        self._context = context
        self._user_data = user_data
        self._write_behind = write_behind
        self._metrics = metrics
        self._cache = lru_cache(1)(AnswerCache)  # of this minute

    async def answer(
        self,
        request: SlackRequest,
        text: str,
        conversation: ConversationRef,
        *,
        stays: bool = False,
        share: bool = False,
    ) -> Message:
        """The answer for the person behind the request; the conversation is remembered.

        It `stays` if it is read later, too. `share` adds a button that shows the answer to everyone here.
        """
        reader = replace(await self._context.reader_for(request), stays=stays)
        saved = await self._user_data.known_saved(request)
        return await self._answer(AnswerKey(text, reader, share=share), conversation, saved)

    async def page(
        self,
        request: SlackRequest,
        text: str,
        number: int | None,
        saved: frozenset[str],
        *,
        stays: bool,
        share: bool,
    ) -> Message:
        """A page of the list that answers a question, for a person who saved these talks (ids)."""
        reader = replace(await self._context.reader_for(request), stays=stays)
        key = AnswerKey(text, reader, share=share, page=number)
        return await self._answer(key, conversation_of(request), saved, again=True)

    async def answer_everyone(
        self, request: SlackRequest, text: str, conversation: ConversationRef, *, again: bool = False
    ) -> Message:
        key = AnswerKey(text, self._context.everyone(request))
        return await self._answer(key, conversation, frozenset(), again=again)

    async def _answer(
        self, key: AnswerKey, conversation: ConversationRef, saved: frozenset[str], *, again: bool = False
    ) -> Message:
        """The answer, which is counted unless it is given `again`."""
        cache = self._cache(self._context.snapshot, self._context.this_minute, self._metrics)
        if depends_on_context(cache.parse(key.text)):
            key = replace(key, previous=await self._write_behind.get(conversation))
        record = cache.answer(key).record
        statistics = None if again else record.statistics
        if statistics:
            self._metrics.questions.labels(statistics.kind, "answered" if statistics.answered else "refused").inc()
        self._write_behind.add(conversation, replace(record, statistics=statistics))
        return cache.message(key, saved)

    async def in_conversation(
        self, subcommand: Subcommand | None, text: str, conversation: ConversationRef
    ) -> Subcommand | None:
        """The subcommand with what was said before.

        `save it` gets the title of the one talk that was spoken of; it stays as it is where there are several, or none.
        `yes` saves the talk that the bot asked about.
        """
        agreed = subcommand is None and agrees(text)
        if not agreed and not (subcommand and subcommand.points_back):
            self._remember_offer(subcommand, conversation)
            return subcommand
        previous = await self._write_behind.get(conversation)
        if agreed and (previous is None or previous.offered != "save"):
            return None
        talk = self._context.snapshot.schedule.talk_by_id.get(only_spoken_of(previous)) if previous else None
        return replace(subcommand or Subcommand("save"), arguments=talk.title) if talk else subcommand

    def _remember_offer(self, subcommand: Subcommand | None, conversation: ConversationRef) -> None:
        """Remember the talk for "Do you mean …?", which is asked if the words to save find a single one."""
        if subcommand is None or subcommand.name != "save":
            return
        found = self._context.talk_search.matches(subcommand.arguments).talks
        if len(found) == 1:
            topic = Conversation(talks=(found[0].id,), focus=found[0].id, offered="save")
            today = self._context.snapshot.schedule.day_of(self._context.now)
            self._write_behind.add(conversation, AnswerRecord(topic, today))
