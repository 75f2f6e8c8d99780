"""The shapes of a question, of its answer and of a conversation: data without text; the renderer gives answers words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.questions.language import Cue, Language
from bot.questions.time_expressions import NO_TIME, TimeExpression
from bot.questions.time_resolution import Pause
from bot.questions.tokens import MessageToken
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track
from bot.search.index import Index
from bot.search.query_terms import QueryWord

MOST_REMEMBERED = 20  # talks: more than anybody counts to


class Ask(StrEnum):
    """The fact that a person wants to be told; it stands first in the answer."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    WHAT = "what"
    LIST = "list"
    HOW_LONG = "how_long"


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed message; nothing of it has been looked up in a schedule yet."""

    text: str  # cleaned of Slack's markup
    language: Language
    ask: Ask = Ask.WHAT
    command: str = ""  # the subcommand, where the message is one
    tokens: tuple[MessageToken, ...] = ()
    cues: tuple[Cue, ...] = ()
    content: tuple[int, ...] = ()  # the tokens that may be a topic or a name, in order
    clauses: tuple[tuple[int, ...], ...] = ()  # the content clause by clause, where there are several
    asking: tuple[int, ...] = ()  # the content of the clauses that ask something
    topics: tuple[tuple[int, ...], ...] = ()  # the content of either side of an "or", where there are several
    either: bool = False  # whether the topics are joined by "or" rather than by "and"
    excluded: tuple[tuple[int, ...], ...] = ()  # what follows each "but not": tokens
    timed: frozenset[int] = frozenset()  # the tokens that say something about time
    time: TimeExpression = NO_TIME
    soon: str = ""  # now, next, later: times that only the clock knows
    pick: str = ""  # first, last (of the day), opening, closing (of the conference), longest, shortest
    bound: str = ""  # start or end: when it starts, when it is over
    meal: str = ""  # lunch, coffee, break, meal …
    refers: bool = False  # it says "that", "she": it follows up
    elsewhere: bool = False  # "and on Sunday?"
    bare: bool = False  # "where?"
    nth: int = 0  # "the second one" is 2, "the last one" -1
    relation: str = ""  # after, before, same time, similar, else, more: what it wants to know beside a talk
    status: str = ""  # "did I miss …" is missed, "is … still on" is still, "what was just on" is just over
    until: bool = False  # "how long until …", rather than how long it takes
    happening: bool = False  # "what's on"
    count: bool = False  # "how many"
    short: bool = False  # "anything short"
    minutes: tuple[int, int] = (0, 0)  # the least and the most that a talk should take: "under 30 min"; 0 for any
    level: str = ""  # beginner, intermediate, advanced
    aside: frozenset[int] = frozenset()  # content that is not missed: what says for whom it is
    spoken: str = ""  # the language that a talk should be given in
    everything: bool = False  # it speaks of all talks, the schedule
    truncated: bool = False  # there were more words than are read

    @property
    def scope_of_one(self) -> bool:
        """Tell whether it asks for a fact that only one session has."""
        one = self.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG, Ask.WHO) or bool(self.status) or self.until
        return one and not self.count and not (self.soon == "now" and self.ask is Ask.WHO)

    def speaks_of_all(self, conference: Collection[str]) -> bool:
        """Tell whether the whole conference is meant, and not a day of it."""
        said = set(self.words(range(len(self.tokens))))
        return bool(said & {"conference", "konferenz", "conferencia", "conférence", "event"}) or (
            bool(conference)
            and not said.isdisjoint(
                word for word in conference if not word.isdigit() and word not in self.language.known
            )
        )

    @property
    def about(self) -> tuple[QueryWord, ...]:
        """Everything that may be a topic or a name, as it is searched for."""
        return self.query(self.content)

    def words(self, places: Iterable[int]) -> tuple[str, ...]:
        """Some of its tokens, as they are meant."""
        return tuple(self.tokens[place].word for place in places)

    def typed(self, places: Iterable[int]) -> str:
        """Some of its tokens, as they were typed."""
        typed = {self.tokens[place].place: self.tokens[place].typed for place in sorted(places)}
        return " ".join(typed.values()).replace(" ,", ",")

    def query(self, places: Iterable[int]) -> tuple[QueryWord, ...]:
        """Some of its tokens, as they are searched for: each word once, ordinary talk as optional."""
        query: dict[str, QueryWord] = {}
        last = -2
        for place in places:
            token = self.tokens[place]
            for part in token.parts:
                number = (part.isdigit() and len(part) < 3) or part in self.language.numbers
                number = number and last != place - 1
                optional = part in self.language.weak or place in self.aside or number
                also = (*token.joined, *self.language.same_number(part))
                beside, person = last in (place - 1, place), self._asks_who(place)
                query.setdefault(part, QueryWord(part, also, beside, self._around(place), person, optional))
                last = place
        return tuple(query.values())

    def _asks_who(self, place: int) -> bool:
        """Tell whether a token names the person asked for: `who is rms`, but not `who covers svd`."""
        ends = {cue.end for cue in self.cues if (cue.role, cue.value) == ("ask", "who")}
        after = place in ends or (place - 1 in ends and self.tokens[place - 1].word not in self.language.session)
        return after or self.command == "speaker"

    def _around(self, place: int) -> tuple[str, ...]:
        """The neighbouring words that fit every session but may be half of a title: `event` sourcing."""
        beside = (self.tokens[at].word for at in (place - 1, place + 1) if 0 <= at < len(self.tokens))
        return tuple(word for word in beside if word in self.language.session)


@dataclass(frozen=True, slots=True)
class Reader:
    """The person who reads the answer."""

    zone: ZoneInfo | None = None  # their own, where it is known
    command: str = "/qcon"  # the name by which they call the bot
    stays: bool = False  # what they read is there tomorrow too: "today" would no longer be true


@dataclass(frozen=True, slots=True)
class Conversation:
    """The ids, never words, that "that", "the second one" and "she" refer to in the next question."""

    talks: tuple[str, ...] = ()  # ids, in the order they were shown
    focus: str = ""  # the talk that "that" means
    speakers: tuple[str, ...] = ()  # ids; the people "she" means
    track: str = ""  # the track that was spoken of …
    room: str = ""  # … and the room, for "and on Sunday?" …
    day: str = ""  # … and the day, for "and in Fleming?": in ISO 8601

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, small enough for one column."""
        return asdict(self) | {"talks": list(self.talks), "speakers": list(self.speakers)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> "Conversation":
        """Read the output of `to_json`; anything else is ignored rather than trusted."""
        kept = kept or {}
        return cls(
            talks=_ids(kept.get("talks")),
            focus=str(kept.get("focus") or ""),
            speakers=_ids(kept.get("speakers")),
            track=str(kept.get("track") or ""),
            room=str(kept.get("room") or ""),
            day=_day(kept.get("day")),
        )


NOTHING_SAID = Conversation()


def _day(kept: object) -> str:
    try:
        return date.fromisoformat(kept).isoformat() if isinstance(kept, str) else ""
    except ValueError:
        return ""


def _ids(kept: object) -> tuple[str, ...]:
    return tuple(id for id in kept if isinstance(id, str))[:MOST_REMEMBERED] if isinstance(kept, list) else ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything a list was narrowed to."""

    room: Room | None = None
    track: Track | None = None
    others: tuple[Room | Track, ...] = ()  # further rooms or tracks, of which any will do
    kind: str = ""
    day: date | None = None
    days: tuple[date, ...] = ()  # several, of which any will do
    at: datetime | None = None  # what runs then
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""  # what was searched for
    without: str = ""  # what was left out, as it was typed
    left: bool = False  # only what has not begun
    spoken: str = ""  # a language's code
    level: str = ""  # beginner, intermediate, advanced


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Help:
    """The summary of what the bot can do."""


@dataclass(frozen=True, slots=True)
class OnNow:
    """The talks that are on at this moment, and those that come next."""

    talks: tuple[Talk, ...]
    then: tuple[Talk, ...]
    scope: Scope = EVERYTHING
    ask: Ask = Ask.LIST  # who: the people first


@dataclass(frozen=True, slots=True)
class OnNext:
    """The talks that start next, or began within the last ten minutes."""

    talks: tuple[Talk, ...]
    pause: Pause | None = None  # the break that comes first
    after: Talk | None = None  # "after that": the talk that was spoken of
    scope: Scope = EVERYTHING
    ask: Ask = Ask.LIST  # how long: until then


@dataclass(frozen=True, slots=True)
class Listing:
    """The talks in a place, on a day, at a time: in order of start."""

    talks: tuple[Talk, ...]
    scope: Scope
    ask: Ask = Ask.LIST
    pick: str = ""  # as in a Question: only that was asked for
    beside: Talk | None = None  # the talk at the same time as which these are
    like: Talk | None = None  # the talk that these are like, best first
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a day or the conference starts or ends, with the talks that do."""

    end: bool
    talks: tuple[Talk, ...]
    day: date | None = None  # none: the whole conference
    scope: Scope = EVERYTHING
    ask: Ask = Ask.WHEN
    whether: bool = False  # it was asked whether it is over


@dataclass(frozen=True, slots=True)
class Pauses:
    """A meal or a break, or the gap in which there is time for one."""

    meal: str
    pause: Pause
    ask: Ask = Ask.WHEN
    until: bool = False  # how long until then
    named: bool = False  # it was asked for by its own name, not as any lunch


@dataclass(frozen=True, slots=True)
class AboutRoom:
    """A room: its place, and the talks there next."""

    room: Room
    talks: tuple[Talk, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The talks a search found, best first."""

    ask: Ask
    talks: tuple[Talk, ...]
    words: str = ""
    tracks: tuple[Track, ...] = ()  # whose titles or descriptions fit as well
    taken_for: tuple[tuple[str, str], ...] = ()  # misspelt word, known word
    status: str = ""  # as in a Question
    until: bool = False  # how long until it starts or ends, rather than how long it takes
    parts: tuple[tuple[str, int], ...] = ()  # of several topics each as typed, and how many talks it has
    scope: Scope = EVERYTHING
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """One person: who they are, what they give, which tracks they host."""

    ask: Ask
    speaker: Speaker
    talks: tuple[Talk, ...]
    hosted: tuple[Track, ...] = ()
    besides: bool = False  # "what else": without the talk that was spoken of
    truncated: bool = False
    namesakes: tuple[Speaker, ...] = ()  # others of the same name; `talks` and `hosted` are those of them all


@dataclass(frozen=True, slots=True)
class AboutTrack:
    """One track: where, when, whose, and what is in it."""

    ask: Ask
    track: Track
    talks: tuple[Talk, ...]
    hosted: bool = False  # it was asked for by its host's name
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class NothingFound:
    """Nothing was found; what comes closest is offered only as such."""

    words: str
    closest: tuple[Talk, ...] = ()
    missing: tuple[str, ...] = ()  # normalised words that no session has: organisers may learn from them
    did_you_mean: tuple[str, ...] = ()  # whole questions
    scope: Scope = EVERYTHING
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class NotInSchedule:
    """A room or a day that the schedule does not have."""

    room: str = ""
    day: date | None = None  # none for `day 7`
    no_date: str = ""  # `30 February`: a date that does not exist


@dataclass(frozen=True, slots=True)
class Practical:
    """Wifi, toilets: the organisers' own words, or a pointer to somebody who knows."""

    words: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A greeting, thanks, a joke: `topic` is greeting, thanks, bye, mood, self, praise, sorry or chat."""

    topic: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A follow-up without anything to follow."""


Answer = (
    Help
    | OnNow
    | OnNext
    | Listing
    | Bounds
    | Pauses
    | AboutRoom
    | Matches
    | AboutPerson
    | AboutTrack
    | NothingFound
    | NotInSchedule
    | Practical
    | SmallTalk
    | Unclear
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what to remember for the next question of this conversation."""

    answer: Answer
    remember: Conversation = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with all that its answer may depend on; `now` is aware."""

    question: Question
    schedule: Schedule
    index: Index
    now: datetime
    conversation: Conversation
    reader: Reader

    @property
    def today(self) -> date:
        return self.schedule.day_of(self.now)

    @property
    def is_conference_day(self) -> bool:
        return self.today in self.schedule.conference.days

    def numbers(self, talks: Collection[Talk]) -> frozenset[int]:
        """The talks' numbers in the index."""
        return frozenset(self.index.numbers[talk.id] for talk in talks)

    def day_of(self, moment: datetime) -> date:
        return self.schedule.day_of(moment)

    def reply(
        self,
        answer: Answer,
        talks: Iterable[Talk] = (),
        speakers: Iterable[Speaker] = (),
        track: Track | None = None,
        room: Room | None = None,
        day: date | None = None,
    ) -> Reply:
        """The answer, remembering what it spoke of; of nothing, what was spoken of before."""
        ids = tuple(talk.id for talk in talks)[:MOST_REMEMBERED]
        people = tuple(speaker.id for speaker in speakers)
        if not (ids or people or track or room):
            return Reply(answer, self.conversation)
        where = track.id if track else "", room.id if room else "", day.isoformat() if day else ""
        return Reply(answer, Conversation(ids, ids[0] if ids else "", people, *where))
