"""The figures of a report and their words, the same on the page, in Slack and on the command line.

Among them is the demand, what people want that the schedule does not give: topics without a talk, slots that clash,
rooms too small. Figures so small that somebody could be recognised are left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from types import MappingProxyType

from bot.blockkit import talk_text
from bot.blockkit.blocks import Message, and_more, bold, context, escape, sections, shorten
from bot.handlers.feedback.messages import MIN_COUNT
from bot.planning.interests import InterestFinder
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import overlapping
from bot.search.index import Index

MIN_TIMES_ASKED = 3  # times that words must have been asked for in vain before they are told

ON_TIME_S = 30  # so late a reminder to a channel is on time; one to a person is until the session starts

BOUNDS_S = (5, ON_TIME_S, 60, 300)

Count = int | None  # nothing stands for some, but fewer than MIN_COUNT

MOST_TOLD = 8  # of each kind of demand

TITLE_CHARACTERS = 90


@dataclass(frozen=True, slots=True)
class SavedTogether:
    """Two talks that so many people saved both."""

    talk: str  # ids
    other: str
    people: int


@dataclass(frozen=True, slots=True)
class DemandCounts:
    """How many people named each topic, saved two talks together, and saved each talk."""

    interests: Mapping[str, int]
    together: Sequence[SavedTogether]
    saves: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ClashingTalks:
    """Two talks at the same time that so many people saved both."""

    talk: Talk
    other: Talk
    people: int


@dataclass(frozen=True, slots=True)
class Demand:
    """The wishes of five people or more each, the most wanted first."""

    topics: tuple[tuple[str, int], ...] = ()  # interests that no talk answers, and how many people have them
    clashes: tuple[ClashingTalks, ...] = ()
    small_rooms: tuple[tuple[Talk, int], ...] = ()  # talks that more people saved than there are seats


def demand_of(schedule: Schedule, index: Index, counts: DemandCounts) -> Demand:
    """The demand by these counts."""
    finder, known = InterestFinder(index, schedule.given), schedule.talk_by_id
    topics = [(t, people) for t, people in counts.interests.items() if people >= MIN_COUNT and not finder.of([t], {})]
    full = [
        (known[id], people)
        for id, people in counts.saves.items()
        if people >= MIN_COUNT and id in known and _is_too_small(known[id], people)
    ]
    return Demand(
        tuple(sorted(topics, key=lambda row: (-row[1], row[0]))),
        tuple(
            sorted(_clashes(counts.together, known), key=lambda clash: (-clash.people, clash.talk.start, clash.talk.id))
        ),
        tuple(sorted(full, key=lambda row: (-row[1], row[0].start, row[0].id))),
    )


def _is_too_small(talk: Talk, people: int) -> bool:
    return talk.room is not None and 0 < talk.room.seats < people and not talk.cancelled


def _clashes(together: Iterable[SavedTogether], known: Mapping[str, Talk]) -> Iterator[ClashingTalks]:
    for pair in together:
        talk, other = known.get(pair.talk), known.get(pair.other)
        if talk and other and pair.people >= MIN_COUNT and overlapping(talk, [other]):
            yield ClashingTalks(talk, other, pair.people)


def demand_lists(demand: Demand, conference: Conference) -> list[tuple[str, list[str], list[str]]]:
    """The demand in plain words: for each kind of it a heading, the first lines, and how many more there are."""
    topics = [f"{shorten(topic, TITLE_CHARACTERS)}: {people:,} people" for topic, people in demand.topics]
    clashes = [
        f"{talk_text.day_and_clock(clash.talk.start, conference)}: “{_title(clash.talk)}” and “{_title(clash.other)}”: {clash.people:,} people"
        for clash in demand.clashes
    ]
    rooms = [
        f"{talk_text.day_and_clock(talk.start, conference)}: “{_title(talk)}”: {people:,} people, {talk.room.seats:,} seats in {talk.room.name}"
        for talk, people in demand.small_rooms
        if talk.room
    ]
    kinds = (
        ("Interests that no talk covers", topics),
        ("Saved by the same people at the same time", clashes),
        ("Saved by more people than there are seats", rooms),
    )
    return [(heading, lines[:MOST_TOLD], and_more(len(lines) - MOST_TOLD)) for heading, lines in kinds if lines]


def demand_lines(demand: Demand, conference: Conference) -> list[str]:
    """The demand as escaped mrkdwn."""
    return [line for lines in _mrkdwn_lists(demand, conference) for line in lines]


def demand_message(demand: Demand, conference: Conference) -> Message:
    """For organisers, in Slack."""
    lists = _mrkdwn_lists(demand, conference) or [["No demand to show yet."]]
    only = f"Only what {MIN_COUNT} people or more want is shown."
    text = "\n".join([line for lines in lists for line in lines] + [only])
    return Message(text, (*(block for lines in lists for block in sections(lines)), context(only)))


def _mrkdwn_lists(demand: Demand, conference: Conference) -> list[list[str]]:
    lists = demand_lists(demand, conference)
    return [[bold(heading), *(f"• {escape(line)}" for line in lines), *more] for heading, lines, more in lists]


def _title(talk: Talk) -> str:
    return shorten(talk.title, TITLE_CHARACTERS)


def publishable(number: int) -> Count:
    """The number, unless it is so small that somebody could be traced by it."""
    return number if number == 0 or number >= MIN_COUNT else None


@dataclass(frozen=True, slots=True)
class Rating:
    """The votes on one talk; there is one only where enough people voted."""

    green: int
    yellow: int
    red: int

    @property
    def votes(self) -> int:
        return self.green + self.yellow + self.red

    @property
    def liked(self) -> float:
        """The share of green, from 0 to 1."""
        return self.green / self.votes

    @property
    def liked_lower_bound(self) -> float:
        """The lower bound of the share of green votes if everybody had voted; with it, few votes weigh less.

        The lower end of Wilson's 95 % interval (E. B. Wilson, JASA 22, 1927).
        """
        z, n = 1.96, self.votes
        spread = z * sqrt(self.liked * (1 - self.liked) / n + z * z / (4 * n * n))
        return (self.liked + z * z / (2 * n) - spread) / (1 + z * z / n)


@dataclass(frozen=True, slots=True)
class TalkStats:
    """The figures of one talk."""

    id: str
    talk: Talk | None  # nothing where it has left the schedule
    saved: Count = 0  # people
    votes: Count = 0
    rating: Rating | None = None
    comments: tuple[str, ...] = ()  # in no order that tells whose they are

    @property
    def title(self) -> str:
        if self.talk is None:
            return f"{self.id} (no longer in the schedule)"
        return f"{self.talk.title} (cancelled)" if self.talk.cancelled else self.talk.title

    @property
    def speakers(self) -> str:
        return ", ".join(speaker.name for speaker in self.talk.speakers) if self.talk else ""


@dataclass(frozen=True, slots=True)
class QuestionStats:
    """Questions of one day, of one kind, or of all."""

    answered: Count = 0
    unanswered: Count = 0
    day: date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MessageStats:
    """Messages of one kind, to channels or to people, by what became of them."""

    kind: str
    to_people: bool
    sent: int = 0
    too_late: int = 0
    refused: int = 0  # by Slack, for good
    withdrawn: int = 0  # no longer true or wanted
    in_progress: int = 0


@dataclass(frozen=True, slots=True)
class PunctualityStats:
    """Reminders that were sent, to channels or to people, by how long after they were due."""

    to_people: bool
    within: tuple[int, ...] = (0,) * (len(BOUNDS_S) + 1)  # one number a bound, and those that came later still
    before_start: int = 0

    @property
    def sent(self) -> int:
        return sum(self.within)

    @property
    def on_time(self) -> int:
        return self.before_start if self.to_people else sum(self.within[: BOUNDS_S.index(ON_TIME_S) + 1])


@dataclass(frozen=True, slots=True)
class ConferenceReport:
    """A conference in figures; `at` is the conference time as of which they are, aware."""

    conference: Conference
    at: datetime
    talks: tuple[TalkStats, ...] = ()  # as the schedule lists them; then those that have left it
    savers: Count = 0
    reminded: Count = 0
    voters: Count = 0
    votes: Count = 0
    channels: int = 0  # with reminders
    questions: QuestionStats = QuestionStats()
    days: tuple[QuestionStats, ...] = ()
    kinds: tuple[QuestionStats, ...] = ()
    unanswered: tuple[tuple[str, int], ...] = ()  # searches without results MIN_TIMES_ASKED, and how often
    rarely_unanswered: int = 0  # how many others there were
    messages: tuple[MessageStats, ...] = ()
    punctuality: tuple[PunctualityStats, ...] = ()
    demand: Demand = Demand()

    @property
    def most_saved(self) -> tuple[TalkStats, ...]:
        """The talks that enough people saved, those that most did first."""
        found = [talk for talk in self.talks if talk.saved]
        return tuple(sorted(found, key=lambda talk: (-(talk.saved or 0), talk.title)))

    @property
    def best_rated(self) -> tuple[TalkStats, ...]:
        """The talks with enough votes, the best first."""
        rated = [(talk, talk.rating) for talk in self.talks if talk.rating]
        return tuple(talk for talk, _ in sorted(rated, key=lambda pair: (-pair[1].liked_lower_bound, pair[0].title)))

    @property
    def rated_by_few(self) -> int:
        """How many talks have votes, but too few to be told."""
        return sum(talk.votes is None for talk in self.talks)


QUESTION_KIND_NAMES = MappingProxyType(
    {
        "who": "Who talks about it",
        "when": "When it is",
        "where": "Where it is",
        "what": "What there is about it",
        "list": "What is on",
        "how_long": "How long",
        "practical": "Wifi, lunch and the like",
    }
)

MESSAGE_KIND_NAMES = MappingProxyType(
    {
        "reminder": "Reminders",
        "notice": "Notices of changes",
        "correction": "Corrected messages",
        "digest": "Morning digests",
        "evening": "Evening questions",
        "welcome": "Welcomes",
        "announcement": "Announcements",
        "alert": "Alerts",
    }
)


def count_text(count: Count) -> str:
    """`1,204`; `fewer than 5` where it is not told."""
    return f"fewer than {MIN_COUNT}" if count is None else f"{count:,}"


def percent_text(part: Count, whole: Count) -> str:
    """`93%`; never a whole hundred, or nothing, that is not quite one. Empty where it cannot be told."""
    if not part or not whole:
        return "0%" if part == 0 and whole else ""
    rounded = round(100 * part / whole)
    if part != whole and rounded == 100:
        return f"{int(1000 * part / whole) / 10:.1f}%"
    return f"{rounded or '<1'}%"


def share_text(part: Count, whole: Count, what: str) -> str:
    """`93% answered`; empty where it cannot be told."""
    told = percent_text(part, whole)
    return f"{told} {what}" if told else ""


def total_questions(asked: QuestionStats) -> Count:
    """Answered or not."""
    if asked.answered is None or asked.unanswered is None:
        return (asked.answered or asked.unanswered) or None
    return asked.answered + asked.unanswered
