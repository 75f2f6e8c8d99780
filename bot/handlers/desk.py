"""The desk where questions are asked: who asks and where, what was said before, and the message that answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.clock import Clock
from bot.conference.running import Edition, RunningConference
from bot.errors import BotError
from bot.handlers.minute import Asked, Meant, Minute
from bot.handlers.notebook import Note, Notebook
from bot.handlers.people import People
from bot.questions.conversation import Reader
from bot.questions.follow import leans
from bot.schedule.handles import behind
from bot.schedule.model import Talk
from bot.telemetry.metrics import Metrics
from bot.views.message import Message


class TalkGoneError(BotError):
    """That session is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


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

    def __init__(
        self,
        conference: RunningConference,
        clock: Clock,
        notebook: Notebook,
        people: People,
        metrics: Metrics,
        command: str,
    ) -> None:
        """`command` is what the slash command is called, until somebody uses it here."""
        self._conference = conference
        self._clock = clock
        self._notebook = notebook
        self._people = people
        self._metrics = metrics
        self.called = command
        self._minute: Minute | None = None

    @property
    def edition(self) -> Edition:
        """What is served now; take it once for one answer."""
        return self._conference.current

    @property
    def now(self) -> datetime:
        """Conference time."""
        return self._clock.conference()

    async def answer(
        self, text: str, place: Place, reader: Reader, *, share: bool = False, whole: bool = False, again: bool = False
    ) -> Message:
        """The message that answers, and the conversation remembered; what is answered `again` is not counted again."""
        minute = self._this_minute()
        before = await self._notebook.recall(place.key) if leans(minute.read(text)) else None
        given = minute.answer(Asked(text, reader, before, share, whole))
        counted = None if again else given.counted
        if counted:
            self._metrics.question(counted.kind, answered=counted.answered)
        today = minute.edition.schedule.conference.day_of(minute.now)
        self._notebook.keep(Note(place.key, given.spoken_of, today, counted, given.missing))
        return given.message

    def _this_minute(self) -> Minute:
        """What is answered from now; answers tell no seconds."""
        edition, now = self.edition, self.now.replace(second=0, microsecond=0)
        if self._minute is None or self._minute.edition is not edition or self._minute.now != now:
            self._minute = Minute(edition, now, self._metrics)
        return self._minute

    def conference_at(self, machine: datetime) -> datetime:
        """What conference time it was at a machine time."""
        return self._clock.conference_at(machine)

    def talk(self, talk_id: str) -> Talk:
        """The talk that a button was made for; raises TalkGoneError where the schedule no longer has it."""
        talk = self.edition.schedule.talk_by_id.get(talk_id)
        if talk is None:
            raise TalkGoneError
        return talk

    def chosen(self, args: AsyncArgs) -> Talk:
        """The talk that the pressed button or the chosen option of a menu stands for; raises TalkGoneError."""
        option = args.payload.get("selected_option")
        if option is None:
            return self.talk(args.payload["value"])
        talk = behind(option["value"], self.edition.schedule.talk_by_id)
        if talk is None:
            raise TalkGoneError
        return talk

    def meant(self, words: str) -> Meant:
        """The talks that these words find, best first."""
        return self._this_minute().meant(words)

    def talks_beginning(self, typed: str) -> tuple[Talk, ...]:
        """What somebody who is still typing may mean; for nothing typed what comes next."""
        return self._this_minute().beginning(typed)

    def offered(self, typed: str) -> list[dict[str, Any]]:
        """The same as the options of a menu."""
        return self._this_minute().offered(typed)

    def talks_of(self, talk_ids: Iterable[str]) -> tuple[Talk, ...]:
        """Those of these talks that the schedule still has."""
        known = self.edition.schedule.talk_by_id
        return tuple(known[one] for one in talk_ids if one in known)

    def command(self, args: AsyncArgs) -> str:
        """The name this app's slash command goes by here: what this request calls it, or one before."""
        self.called = str(args.body.get("command") or self.called)
        return self.called

    def offers_organising(self, args: AsyncArgs) -> bool:
        """Whether the asker seems to be an organiser; doing something asks again."""
        return self._people.seems_organiser(args)

    async def reader(self, args: AsyncArgs) -> Reader:
        """Who reads the answer: their zone, and the name they call the command by."""
        return Reader(await self._people.zone(args), self.command(args))
