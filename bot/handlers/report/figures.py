"""The figures of a report and their words, the same on the page, in Slack and on the command line.

Figures so small that somebody could be recognised are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import sqrt

from bot.handlers.feedback.messages import MIN_COUNT
from bot.handlers.feedback.repository import TalkFeedback, Votes
from bot.handlers.report.demand import Demand, DemandCounts, demand_of
from bot.schedule.models import Conference, Schedule, Talk
from bot.search.index import Index

MIN_TIMES_ASKED = 3  # times that words must have been asked for in vain before they are told

ON_TIME_S = 30  # so late a reminder to a channel is on time; one to a person is until the session starts

BOUNDS_S = (5, ON_TIME_S, 60, 300)

Count = int | None  # nothing stands for some, but fewer than MIN_COUNT


def publishable(number: int) -> Count:
    """The number, unless it is so small that somebody could be traced by it."""
    return number if number == 0 or number >= MIN_COUNT else None


def liked_lower_bound(votes: Votes) -> float:
    """The lower bound of the share of green votes if everybody had voted; with it, few votes weigh less.

    The lower end of Wilson's 95 % interval (E. B. Wilson, JASA 22, 1927).
    """
    z, n, liked = 1.96, votes.total, votes.green / votes.total
    spread = z * sqrt(liked * (1 - liked) / n + z * z / (4 * n * n))
    return (liked + z * z / (2 * n) - spread) / (1 + z * z / n)


@dataclass(frozen=True, slots=True)
class TalkStats:
    """The figures of one talk."""

    id: str
    talk: Talk | None  # nothing where it has left the schedule
    saved: Count = 0  # people
    votes: Count = 0
    rating: Votes | None = None  # where enough people voted
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

    @property
    def total(self) -> Count:
        if self.answered is None or self.unanswered is None:
            return (self.answered or self.unanswered) or None
        return self.answered + self.unanswered


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
    demand: Demand = Demand()  # noqa: RUF009  # it is frozen

    @property
    def most_saved(self) -> tuple[TalkStats, ...]:
        """The talks that enough people saved, those that most did first."""
        found = [talk for talk in self.talks if talk.saved]
        return tuple(sorted(found, key=lambda talk: (-(talk.saved or 0), talk.title)))

    @property
    def best_rated(self) -> tuple[TalkStats, ...]:
        """The talks with enough votes, the best first."""
        rated = [(talk, talk.rating) for talk in self.talks if talk.rating]
        return tuple(talk for talk, _ in sorted(rated, key=lambda pair: (-liked_lower_bound(pair[1]), pair[0].title)))

    @property
    def rated_by_few(self) -> int:
        """How many talks have votes, but too few to be told."""
        return sum(talk.votes is None for talk in self.talks)


@dataclass(frozen=True, slots=True)
class TalkCounts:
    """The counts for each talk and topic, small numbers too: only `with_talks` reads them."""

    feedback: tuple[TalkFeedback, ...]
    demand: DemandCounts


def with_talks(report: ConferenceReport, counts: TalkCounts, schedule: Schedule, index: Index) -> ConferenceReport:
    """The report with what may be told of the talks and of the demand."""
    return replace(
        report,
        talks=tuple(_talk_stats(counts, schedule)),
        votes=publishable(sum(tally.votes.total for tally in counts.feedback)),
        demand=demand_of(schedule, index, counts.demand),
    )


def _talk_stats(counts: TalkCounts, schedule: Schedule) -> Iterator[TalkStats]:
    tallies, saves, known = {tally.talk: tally for tally in counts.feedback}, counts.demand.saves, schedule.talk_by_id
    gone = sorted((saves.keys() | tallies.keys()) - known.keys())
    for talk in (*known, *gone):
        tally = tallies.get(talk, TalkFeedback(talk))
        votes = publishable(tally.votes.total)
        rating = tally.votes if votes else None
        yield TalkStats(talk, known.get(talk), publishable(saves.get(talk, 0)), votes, rating, tally.comments)


QUESTION_KIND_NAMES = {
    "who": "Who talks about it",
    "when": "When it is",
    "where": "Where it is",
    "what": "What there is about it",
    "list": "What is on",
    "how_long": "How long",
    "practical": "Wifi, lunch and the like",
}

MESSAGE_KIND_NAMES = {
    "reminder": "Reminders",
    "notice": "Notices of changes",
    "correction": "Corrected messages",
    "digest": "Morning digests",
    "evening": "Evening questions",
    "welcome": "Welcomes",
    "announcement": "Announcements",
    "alert": "Alerts",
}


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
