"""Every message about a whole schedule is one that Slack takes; the stand-in, which checks for itself, is the judge."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.playground.standin.blocks import problems
from bot.questions.answer import answer
from bot.questions.conversation import Reader
from bot.questions.grammar import parse
from bot.schedule.agenda import agenda
from bot.schedule.model import Room, Schedule, Speaker, Talk
from bot.search.index import Index, build
from bot.views import agenda as agendas
from bot.views import answers, choices, feedback, reminders, subscriptions, talks
from bot.views.message import Message
from tests.schedules import a_schedule, a_talk

READER = Reader(ZoneInfo("Asia/Tokyo"))
EVERYONE = ("help", "now", "next", "today", "tomorrow", "all talks", "anything on kafka?", "first talk", "last talk")


def hostile() -> Schedule:
    """24 rooms at once; titles that mention, link and never end, 13 speakers each, in letters of every kind."""
    nasty = (
        "<!here> " * 30,
        "*bold* _it_ `code` ~no~ " * 9,
        "\u202eright to left" * 14,
        "😀" * 200,
        "&amp;<@U1>&lt;" * 16,
        "a" * 200,
    )
    speakers = tuple(
        Speaker(f"s{n}", "<!channel> Æthelþryð van der Grœneveld 😀", "Chief & <role>" * 9, "<Co>" * 40)
        for n in range(13)
    )
    rooms = (Room(f"r{n}", f"Room <{n}> & more") for n in range(24))
    given = (
        a_talk(nasty[n % 6][:200], id=f"t{n}", speakers=speakers, room=room, abstract=nasty[n % 6] * 60)
        for n, room in enumerate(rooms)
    )
    return a_schedule(*given)


def _said(schedule: Schedule) -> Iterator[Message]:
    """What the bot answers, announces and shows about this schedule."""
    index = build(schedule)
    for start, group in groupby(schedule.talks, key=lambda talk: talk.start):
        together = tuple(group)
        yield reminders.reminder(together, schedule.conference, personal=False)
        yield reminders.rehearsed(reminders.reminder(together, schedule.conference, personal=True), "U012ABC")
        for text in ("now", "next"):
            yield from _answers(text, schedule, index, start - timedelta(minutes=5))
    now = schedule.talks[0].start
    rooms = [f"room {room.name}" for room in schedule.rooms]
    tracks = [f"track {track.title}" for track in schedule.tracks]
    people = [f"speaker {speaker.name}" for speaker in schedule.speakers[:100]]
    for text in (*EVERYONE, *rooms, *tracks, *people, *(f"talk {talk.title}" for talk in schedule.talks[:100])):
        yield from _answers(text, schedule, index, now)
    for some in ((), schedule.talks[:1], schedule.talks):
        yield agendas.message(agenda(some, schedule.conference), schedule.conference, "/qcon")
    for talk in schedule.talks:
        yield agendas.saved(talk, schedule.talks[:3], schedule.conference, 10, "/qcon", fresh=True)
        yield feedback.thanks(talk, "green")
    yield feedback.evening(schedule.talks, "/qcon")
    yield choices.message(10, digest=True)
    yield subscriptions.choice("/qcon")


def _answers(text: str, schedule: Schedule, index: Index, now: datetime) -> Iterator[Message]:
    given = answer(parse(text), schedule, index, now, None, READER).answer
    for whole in (False, True):
        yield answers.message(given, schedule, now, READER, asked=text, share=text, whole=whole)


def _mrkdwn(part: Any) -> Iterator[str]:
    """Every text in which Slack would see a mention."""
    if isinstance(part, dict) and part.get("type") == "mrkdwn":
        yield part["text"]
    elif isinstance(part, dict):
        yield from _mrkdwn(tuple(part.values()))
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _mrkdwn(one)


@pytest.fixture(params=["qcon", "fosdem", "hostile"])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    found = hostile() if request.param == "hostile" else request.getfixturevalue(request.param)
    assert isinstance(found, Schedule)
    return found


def test_every_message_is_within_slacks_limits_and_reads_without_its_blocks(schedule: Schedule) -> None:
    for message in _said(schedule):
        assert message.text
        assert problems("message", message.payload()) == []


def test_no_message_mentions_anybody(schedule: Schedule) -> None:
    for message in _said(schedule):
        for told in (message.text, *_mrkdwn(message.blocks)):
            assert "<!" not in told.replace("<!date^", "")
            assert "<@" not in told


def test_every_talks_details_fit_a_modal(schedule: Schedule) -> None:
    def details(talk: Talk) -> dict[str, object]:
        return talks.details(talk, schedule, talk.start, READER)

    for talk in schedule.talks:
        assert problems("modal", details(talk)) == []
