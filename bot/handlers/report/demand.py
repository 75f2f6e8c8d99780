"""The demand: what people want that the schedule does not give. Topics without a talk, slots that clash, small rooms.

What fewer than MIN_COUNT people want is left out: it could show who they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.blockkit import talk_text
from bot.blockkit.blocks import Message, and_more, bold, context, escape, sections, shorten
from bot.handlers.feedback.messages import MIN_COUNT
from bot.planning.interests import InterestFinder
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import overlapping
from bot.search.index import Index

MOST_TOLD = 8  # of each kind of demand

TITLE_CHARACTERS = 90


@dataclass(frozen=True, slots=True)
class DemandCounts:
    interests: Mapping[str, int]  # topics that MIN_COUNT people named, at least
    together: Mapping[tuple[str, str], int]  # the ids of two talks that as many people saved both
    saves: Mapping[str, int]  # the ids of talks, by how many people saved them, few or many


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
    finder, known = InterestFinder(index, schedule.given), schedule.talk_by_id
    topics = [(topic, people) for topic, people in counts.interests.items() if not finder.of([topic], {})]
    pairs = ((known.get(first), known.get(second), people) for (first, second), people in counts.together.items())
    clashes = [
        ClashingTalks(talk, other, people)
        for talk, other, people in pairs
        if talk and other and overlapping(talk, [other])
    ]
    saved = [(known[id], people) for id, people in counts.saves.items() if people >= MIN_COUNT and id in known]
    full = [(talk, people) for talk, people in saved if _is_too_small(talk, people)]
    return Demand(
        tuple(sorted(topics, key=lambda row: (-row[1], row[0]))),
        tuple(sorted(clashes, key=lambda clash: (-clash.people, clash.talk.start, clash.talk.id))),
        tuple(sorted(full, key=lambda row: (-row[1], row[0].start, row[0].id))),
    )


def _is_too_small(talk: Talk, people: int) -> bool:
    return talk.room is not None and 0 < talk.room.seats < people and not talk.cancelled


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
