"""Answers and conversations as data, which the renderer puts into words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.questions.meals import Pause
from bot.questions.time_expressions import TimeExpression
from bot.schedule.models import Room, Speaker, Talk, Track

MOST_REMEMBERED = 60  # talks: as many as a search finds about one topic, which the next question may filter


class Ask(StrEnum):
    """The fact that a person wants to be told; it stands first in the answer."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    WHAT = "what"
    LIST = "list"
    HOW_LONG = "how_long"


@dataclass(frozen=True, slots=True)
class Reader:
    """The person who reads the answer."""

    zone: ZoneInfo | None = None  # their own, where it is known
    command: str = "/qcon"  # the name by which they call the bot
    has_feeds: bool = True  # whether the bot can give them a calendar feed
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
    pages_on: int = 0  # how many pages "show me more" has gone on in the list
    offered: str = ""  # what "yes" agrees to: save (that talk) or person (that it is the one who was meant)

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
            offered=str(kept.get("offered") or ""),
            pages_on=pages if isinstance(pages := kept.get("pages_on"), int) else 0,
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
    shown: bool = False  # only talks that were shown before
    words: str = ""  # what was searched for
    without: str = ""  # what was left out, as it was typed
    left: bool = False  # only what has not begun
    spoken: str = ""  # a language's code
    level: str = ""  # beginner, intermediate, advanced


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWords:
    """An answer that depends on every word of the question."""

    truncated: bool = False  # there were more words than are read


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
class Listing(OfWords):
    """The talks in a place, on a day, at a time: in order of start."""

    talks: tuple[Talk, ...]
    scope: Scope
    ask: Ask = Ask.LIST
    beside: Talk | None = None  # the talk at the same time as which these are
    like: Talk | None = None  # the talk that these are like, best first
    pages_on: int = 0  # how many pages after the one of now to open it


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
    status: str = ""  # as in a Question
    whether: bool = False  # it was asked whether it is open
    then: tuple[Pause, ...] = ()  # the next one, where this one is over

    @property
    def talks(self) -> tuple[Talk, ...]:
        """The sessions that these are, as far as they are in the schedule."""
        return tuple(pause.talk for pause in (self.pause, *self.then) if pause.talk)


@dataclass(frozen=True, slots=True)
class AboutRoom:
    """A room: its place, and the talks there next."""

    room: Room
    talks: tuple[Talk, ...]


@dataclass(frozen=True, slots=True)
class Matches(OfWords):
    """The talks a search found, best first."""

    ask: Ask
    talks: tuple[Talk, ...]
    words: str = ""
    tracks: tuple[Track, ...] = ()  # whose titles or descriptions fit as well
    taken_for: tuple[tuple[str, str], ...] = ()  # misspelt word, known word
    status: str = ""  # as in a Question
    detail: str = ""  # as in a Question
    until: bool = False  # how long until it starts or ends, rather than how long it takes
    chosen: TimeExpression | None = None  # of several times that were asked about, the one that the first talk is at
    parts: tuple[tuple[str, int], ...] = ()  # of several topics each as typed, and how many talks it has
    scope: Scope = EVERYTHING
    fits: bool | None = None  # whether it is at the place or time of a question for yes or no


@dataclass(frozen=True, slots=True)
class AboutPerson(OfWords):
    """One person: who they are, what they give, which tracks they host."""

    ask: Ask
    speaker: Speaker
    talks: tuple[Talk, ...]
    hosted: tuple[Track, ...] = ()
    besides: bool = False  # "what else": without the talk that was spoken of
    namesakes: tuple[Speaker, ...] = ()  # others of the same name; `talks` and `hosted` are those of them all


@dataclass(frozen=True, slots=True)
class AboutTrack(OfWords):
    """One track: where, when, whose, and what is in it."""

    ask: Ask
    track: Track
    talks: tuple[Talk, ...]
    hosted: bool = False  # it was asked for by its host's name


@dataclass(frozen=True, slots=True)
class NothingFound(OfWords):
    """Nothing was found; what comes closest is offered only as such."""

    words: str
    closest: tuple[Talk, ...] = ()
    missing: tuple[str, ...] = ()  # normalised words that no session has: organisers may learn from them
    did_you_mean: tuple[str, ...] = ()  # whole questions
    scope: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class NotInSchedule:
    """A room or a day that the schedule does not have."""

    room: str = ""
    day: date | None = None  # none for `day 7`
    no_date: str = ""  # `30 February`: a date that does not exist


@dataclass(frozen=True, slots=True)
class Practical:
    """Wifi, toilets: the organisers' own words, or a pointer to somebody who knows, or to the next break."""

    words: str
    answer: str = ""
    pause: Pause | None = None  # the next break, where a meal is asked for that the schedule does not have


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A greeting, thanks, a joke: `topic` is greeting, thanks, bye, mood, self, praise, sorry, clock or chat."""

    topic: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A follow-up without anything to follow, or a subcommand without the words that it needs."""

    command: str = ""


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
