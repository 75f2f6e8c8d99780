"""The facts that every feature needs for a request: the schedule, the time, the talk meant, and who reads the reply."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from bot.blockkit import inputs
from bot.blockkit.blocks import OPTIONS, unescape
from bot.blockkit.talk_text import RenderContext
from bot.clock import Clock
from bot.errors import BotError, FixedTextError, TalkGone
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.questions.answer import answer
from bot.questions.models import AboutPerson, AboutTrack, Listing, Matches, NothingFound, Reader
from bot.questions.parse import parse
from bot.schedule.models import Speaker, Talk, find_by_short_id
from bot.search.autocomplete import suggest
from bot.slack.request import SlackRequest
from bot.slack.users import Users

CACHE_SIZE = 100  # of what was typed lately: many people type the same first letters


@dataclass(frozen=True, slots=True)
class TalkMatches:
    """The talks that some words find, or else the talks that come closest."""

    talks: tuple[Talk, ...]
    closest: tuple[Talk, ...] = ()


class TalkSearch:
    """Searches one snapshot of the schedule at one minute of conference time."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        """`now` is conference time, aware."""
        self.snapshot = snapshot
        self.now = now
        self.options = lru_cache(CACHE_SIZE)(self._options)

    def matches(self, words: str) -> TalkMatches:
        """The talks that these words find, best first; of several topics or people, those of each."""
        schedule, index = self.snapshot.schedule, self.snapshot.index
        one, several = (
            answer(parse(text, index.vocabulary), schedule, index, self.now).answer for text in (f"talk {words}", words)
        )
        result = several if isinstance(several, Matches) and several.parts else one
        if isinstance(result, Matches | AboutPerson | AboutTrack | Listing):
            return TalkMatches(result.talks)
        return TalkMatches((), result.closest if isinstance(result, NothingFound) else ())

    def titled(self, words: str) -> tuple[Talk, ...]:
        """The talks with exactly this title; case, spaces and quotation marks around it do not count."""
        wanted = _title_key(words)
        return tuple(talk for talk in self.snapshot.schedule.talks if _title_key(talk.title) == wanted)

    def complete(self, typed: str) -> tuple[Talk, ...]:
        """The talks that somebody may mean who is still typing; before the first letter, those that come next."""
        schedule = self.snapshot.schedule
        if not typed.strip():
            ahead = [talk for talk in schedule.given if talk.end > self.now and not talk.is_break]
            return tuple(ahead or schedule.talks)[:OPTIONS]
        return suggest(self.snapshot.index, typed, OPTIONS) or self.matches(typed).talks

    def _options(self, typed: str) -> list[dict[str, Any]]:
        """The same talks as the options of a menu."""
        return inputs.talk_options(self.complete(typed), self.snapshot.schedule.conference)


def _title_key(title: str) -> str:
    """A title as it is compared: people may copy it from a message."""
    return " ".join(unescape(title).casefold().replace("’", "'").split()).strip("\"“”‘' ")


class SpeakerGone(FixedTextError):
    """That speaker is no longer in the schedule. Search again to see who is."""


ItemT = TypeVar("ItemT", Talk, Speaker)


def _found(item: ItemT | None, gone: type[BotError]) -> ItemT:
    if item is None:
        raise gone
    return item


class RequestContext:
    """Reads the schedule that is served now, for the person behind a request."""

    def __init__(self, live_schedule: LiveSchedule, clock: Clock, users: Users, command: str, *, feeds: bool) -> None:
        """`command` is the name of the slash command, until somebody uses it by another name.

        `feeds` says whether there are calendar feeds.
        """
        self._live_schedule = live_schedule
        self._clock = clock
        self._users = users
        self.command_name = command
        self._feeds = feeds
        self._talk_search = lru_cache(1)(TalkSearch)  # of this minute

    @property
    def snapshot(self) -> Snapshot:
        """The schedule that is served now; take it once per answer."""
        return self._live_schedule.current

    @property
    def now(self) -> datetime:
        """Conference time, aware."""
        return self._clock.conference_now()

    @property
    def this_minute(self) -> datetime:
        """Conference time in whole minutes: answers tell no seconds, so that one answer serves a minute."""
        return self.now.replace(second=0, microsecond=0)

    def conference_at(self, real_time: datetime) -> datetime:
        """The conference time at a moment of real time."""
        return self._clock.conference_at(real_time)

    def find_talk(self, talk_id: str) -> Talk:
        """The talk that a button was made for; raises TalkGone where the schedule no longer has it."""
        return _found(self.snapshot.schedule.talk_by_id.get(talk_id), TalkGone)

    def find_speaker(self, speaker_id: str) -> Speaker:
        """The speaker with this id; raises SpeakerGone where the schedule no longer has them."""
        return _found(self.snapshot.schedule.speaker_by_id.get(speaker_id), SpeakerGone)

    def selected_speaker(self, request: SlackRequest) -> Speaker:
        """The speaker who was chosen in a menu; raises SpeakerGone."""
        return _found(find_by_short_id(request.selected, self.snapshot.schedule.speaker_by_id), SpeakerGone)

    def selected_talk(self, request: SlackRequest) -> Talk:
        """The talk of the pressed button or of the chosen option in a menu; raises TalkGone."""
        if request.payload.get("selected_option") is None:
            return self.find_talk(request.value)
        return self.find_by_short_id(request.selected)

    def find_by_short_id(self, short_id: str) -> Talk:
        """The talk with this short id; raises TalkGone."""
        return _found(find_by_short_id(short_id, self.snapshot.schedule.talk_by_id), TalkGone)

    def talks_by_id(self, talk_ids: Iterable[str]) -> tuple[Talk, ...]:
        """Those of these talks that the schedule still has."""
        known = self.snapshot.schedule.talk_by_id
        return tuple(known[talk_id] for talk_id in talk_ids if talk_id in known)

    @property
    def talk_search(self) -> TalkSearch:
        """Find talks by words, in the schedule and at the time of now."""
        return self._talk_search(self.snapshot, self.this_minute)

    def command_for(self, request: SlackRequest) -> str:
        """The slash command's name in this workspace: the one in this request, or else the one used last."""
        self.command_name = str(request.body.get("command") or self.command_name)
        return self.command_name

    def may_organise(self, request: SlackRequest) -> bool:
        """Tell whether the asker seems to be an organiser; every action of organisers checks it again."""
        return self._users.probably_organiser(request)

    async def reader_for(self, request: SlackRequest) -> Reader:
        """The reader of the reply: their time zone, and the name by which they call the command."""
        return Reader(await self._users.zone(request), self.command_for(request), self._feeds)

    def everyone(self, request: SlackRequest) -> Reader:
        """The readers of a message that all may see, and that stays; their time zones are not known."""
        return Reader(command=self.command_for(request), has_feeds=self._feeds, stays=True)

    async def render_context(self, request: SlackRequest) -> RenderContext:
        """The schedule that is served, the time, and the reader: all that a view of talks depends on."""
        return self.render_context_of(await self.reader_for(request))

    def render_context_of(self, reader: Reader) -> RenderContext:
        """The same for a reader who is known already."""
        return RenderContext(self.snapshot.schedule, self.now, reader, self.snapshot.moved)
