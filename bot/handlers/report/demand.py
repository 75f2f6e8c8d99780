"""Find what people want that the schedule does not give: topics without a talk, slots that clash, rooms too small.

It is counted over many people only, and holds no names.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.blockkit import talk_text
from bot.blockkit.blocks import Message, and_more, bold, context, escape, sections, shorten
from bot.handlers.feedback.messages import MIN_COUNT
from bot.planning.interests import InterestFinder
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import overlapping
from bot.search.index import Index

MOST_TOLD = 8  # of each kind

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
    """The demand in plain words: a heading for each kind that there is, its first lines, and how many more there are."""
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
