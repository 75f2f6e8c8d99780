"""The shapes an answer can have: data, not text; bot.views.answers gives them words."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.questions.conversation import NOTHING_SAID, Conversation
from bot.questions.question import Ask
from bot.schedule.models import Room, Speaker, Talk, Track


@dataclass(frozen=True, slots=True)
class Scope:
    """What a list was narrowed to."""

    room: Room | None = None
    track: Track | None = None
    kind: str = ""
    day: date | None = None
    at: datetime | None = None  # what runs then
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""  # what was searched for
    speaker: Speaker | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Help:
    """What the bot can do."""


@dataclass(frozen=True, slots=True)
class OnNow:
    """What is on at this moment; with nothing on, what comes next."""

    talks: tuple[Talk, ...]
    then: tuple[Talk, ...]
    scope: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class OnNext:
    """What starts next, or began within the last ten minutes."""

    talks: tuple[Talk, ...]
    pause: Talk | None = None  # the break that comes first
    after: Talk | None = None  # "after that": the talk that was spoken of
    scope: Scope = EVERYTHING
    ask: Ask = Ask.LIST  # how long: until then


@dataclass(frozen=True, slots=True)
class Listing:
    """What is on in a place, on a day, at a time: in order of start."""

    talks: tuple[Talk, ...]
    scope: Scope
    ask: Ask = Ask.LIST
    pick: str = ""  # first or last: only that was asked for
    beside: Talk | None = None  # the talk at the same time as which these are
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found, best first."""

    ask: Ask
    talks: tuple[Talk, ...]
    words: str = ""
    tracks: tuple[Track, ...] = ()  # whose titles or descriptions fit as well
    taken_for: tuple[tuple[str, str], ...] = ()  # misspelt word, known word
    status: str = ""  # missed, still
    until: bool = False  # how long until it starts or ends, rather than how long it takes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """One person: who they are, what they give, which tracks they host."""

    ask: Ask
    speaker: Speaker
    talks: tuple[Talk, ...]
    hosted: tuple[Track, ...] = ()
    besides: bool = False  # "what else": without the talk that was spoken of
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class OfTrack:
    """One track: where, when, whose, and what is in it."""

    ask: Ask
    track: Track
    talks: tuple[Talk, ...]
    hosted: bool = False  # it was asked for by its host's name
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing about it; what comes closest is offered only as such."""

    words: str
    closest: tuple[Talk, ...] = ()
    missing: tuple[str, ...] = ()  # normalised words that no session has: organisers may learn from them
    did_you_mean: tuple[str, ...] = ()  # whole questions
    scope: Scope = EVERYTHING
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """A room or a day that the schedule does not have."""

    room: str = ""
    day: date | None = None
    nth: int = 0  # "day 7"


@dataclass(frozen=True, slots=True)
class Practical:
    """Wifi, lunch, toilets: the organisers' own words, or the break, or a friendly pointer."""

    words: str
    answer: str = ""
    pause: Talk | None = None


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A greeting, thanks, a joke: `topic` is greeting, thanks, bye, mood, self, praise, sorry or chat."""

    topic: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A follow-up without anything to follow."""


Answer = (
    Help | OnNow | OnNext | Listing | Matches | About | OfTrack | Nothing | Outside | Practical | SmallTalk | Unclear
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what to remember for the next question of this conversation."""

    answer: Answer
    remember: Conversation = NOTHING_SAID
