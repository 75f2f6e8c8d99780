"""Whole conferences, rehearsed by the real bot over HTTP, and the attendees of a rehearsal."""

import time
from collections import Counter
from datetime import datetime
from itertools import combinations

import pytest

from bot.clock import Clock
from bot.delivery.models import DIGEST, EVENING, REMINDER
from bot.errors import BotError
from bot.rehearsal.report import text_report
from bot.rehearsal.results import collect_messages, collect_missing, message_totals, minute_loads, timeline
from bot.rehearsal.run import AttendeeModel, generate_agendas, run_simulation, simulate
from bot.schedule.models import Schedule
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests
from tests.schedules import a_conference, a_room, a_schedule, a_talk, a_track, london

TWO_MINUTES_S = 120


def _silent(_: datetime) -> None:
    """Ignore the progress."""


async def test_the_shipped_conference_from_its_first_digest_to_its_evening(qcon: Schedule) -> None:
    rehearsal = await simulate(qcon, AttendeeModel(3), 300, _silent)
    assert text_report(rehearsal, 100).splitlines()[:-1] == [
        "QCon London 2019: Mon 4 March to Wed 6 March 2019, 5 sessions",
        "Assumed: 3 people who saved up to 8 talks each, and #general.",
        "All are reminded 10 minutes before; people get a digest in the morning, too.",
        "",
        "Tuesday 5 March",
        "  08:00  3 people  the day's digest, 5 talks",
        "  10:25  #general  10:35 · Fleming, 3rd floor · Complex Event Flows in Distributed Systems · Bernd…",
        "         3 people  Complex Event Flows in Distributed Systems",
        "  11:40  #general  11:50 · Fleming, 3rd floor · Reactive Systems Architecture · Jan Machacek…",
        "         3 people  Reactive Systems Architecture",
        "  13:30  #general  13:40 · Fleming, 3rd floor · What Lies Between: The Challenge of…",
        "         3 people  What Lies Between: The Challenge of Operationalising Microservices",
        "  14:45  #general  14:55 · Fleming, 3rd floor · Lessons From 300k+ Lines of Infrastructure Code ·…",
        "         3 people  Lessons From 300k+ Lines of Infrastructure Code",
        "  17:15  #general  17:25 · Fleming, 3rd floor · Cultivating Production Excellence - Taming Complex…",
        "         3 people  Cultivating Production Excellence - Taming Complex Distributed Systems",
        "  18:15  3 people  the evening's question, 5 talks",
        "",
        "Sent                      channels    people",
        "  morning digests                –         3",
        "  reminders                      5        15",
        "  evening questions              –         3",
        "  in all                         5        21",
        "",
        "The busiest minutes, at 300 messages a minute and one a second in a channel",
        "  Tue  5 Mar 10:25       4 due  10:24:59–10:25:00  in time",
        "  Tue  5 Mar 11:40       4 due  11:39:59–11:40:00  in time",
        "  Tue  5 Mar 13:30       4 due  13:29:59–13:30:00  in time",
        "  Tue  5 Mar 14:45       4 due  14:44:59–14:45:00  in time",
        "  Tue  5 Mar 17:15       4 due  17:14:59–17:15:00  in time",
        "No reminder is late.",
        "",
        "Nothing looks amiss in the schedule.",
        "",
    ]
    assert rehearsal.succeeded


async def test_the_report_counts_the_messages_that_the_workspace_received(qcon: Schedule) -> None:
    async with SlackForTests.serving(Clock()) as slack:
        deliveries = await run_simulation(slack, qcon, AttendeeModel(20, saves=3), _silent)
        posted = slack.journal.messages
    messages = tuple(collect_messages(slack, deliveries, 300))
    assert Counter(message.text for message in messages) == Counter(message.text for message in posted)
    assert sum(row.messages for row in timeline(messages)) == len(posted)
    assert sum(load.messages for load in minute_loads(messages)) == len(posted)
    assert sum(map(sum, message_totals(messages).values())) == len(posted)
    assert sum(bool(message.channel) for message in messages) == len(slack.workspace.conversation("general").messages)
    assert Counter(message.kind for message in messages)[REMINDER] == 60 + 5
    assert {message.at.replace(second=0, microsecond=0) for message in posted} == {message.due for message in messages}
    assert not tuple(collect_missing(slack, deliveries))


async def test_simulated_time_jumps_from_event_to_event(qcon: Schedule) -> None:
    moments: list[datetime] = []
    rehearsal = await simulate(qcon, AttendeeModel(1, saves=1), 300, moments.append)
    reminded = [london(at) for at in ("10:25", "11:40", "13:30", "14:45", "17:15")]
    assert moments == [london("08:00"), *reminded, london("18:15")]
    assert rehearsal.seconds < 60


async def test_each_track_may_have_its_channel() -> None:
    tracks = [a_track(title, a_room(title)) for title in ("Security", "Data")]
    talks = (a_talk(f"On {track.title}", track=track, room=track.room) for track in tracks)
    rehearsal = await simulate(a_schedule(*talks), AttendeeModel(0, track_channels=True), 300, _silent)
    assert {row.channel: row.talks for row in timeline(rehearsal.messages)} == {
        "#general": ("on-data", "on-security"),
        "#track-data": ("on-data",),
        "#track-security": ("on-security",),
    }


async def test_a_rate_limited_message_is_retried_in_simulated_time(qcon: Schedule) -> None:
    async with SlackForTests.serving(Clock()) as slack:
        slack.faults.add(Fault("chat.postMessage", times=2, lands=False, response="status", status=429, retry_after=60))
        started = time.monotonic()
        deliveries = await run_simulation(slack, qcon, AttendeeModel(2, saves=1), _silent)
        assert time.monotonic() - started < 60  # the clock was put forward by the minutes that Slack asked for
    assert not tuple(collect_missing(slack, deliveries))


async def test_a_message_that_slack_refuses_is_reported_missing_with_its_reason(qcon: Schedule) -> None:
    async with SlackForTests.serving(Clock()) as slack:
        slack.faults.add(Fault("chat.postMessage", times=1, lands=False, response="error", error="msg_too_long"))
        deliveries = await run_simulation(slack, qcon, AttendeeModel(1, saves=5), _silent)
    (lost,) = collect_missing(slack, deliveries)
    assert (lost.due, lost.kind, lost.channel, lost.because) == (london("08:00"), DIGEST, "", "dead: msg_too_long")


async def test_a_clock_change_is_reported_in_the_venues_time() -> None:
    last_of_march = "2019-03-31"  # at one o'clock it is two in London
    conference = a_conference(days=(london("12:00", last_of_march).date(),))
    schedule = a_schedule(a_talk("Early", london("10:00", last_of_march), id="a"), conference=conference)
    rehearsal = await simulate(schedule, AttendeeModel(1), 300, _silent)
    assert [(row.kind, f"{conference.local(row.due):%H:%M}") for row in timeline(rehearsal.messages)] == [
        (DIGEST, "08:00"),
        (REMINDER, "09:50"),
        (REMINDER, "09:50"),
        (EVENING, "18:00"),
    ]


async def test_a_schedule_without_talks_is_nothing_to_rehearse() -> None:
    with pytest.raises(BotError, match="QCon London 2019 has no talks yet"):
        await simulate(a_schedule(), AttendeeModel(1), 300, _silent)


@pytest.mark.slow
@pytest.mark.serial
async def test_the_whole_of_fosdem_takes_less_than_two_minutes(fosdem: Schedule) -> None:
    started = time.monotonic()
    rehearsal = await simulate(fosdem, AttendeeModel(200), 300, _silent)
    took = time.monotonic() - started
    print(f"{len(fosdem.talks)} talks, 200 people, {len(rehearsal.messages):,} messages in {took:.0f} s")
    assert rehearsal.succeeded
    announced = {talk for row in timeline(rehearsal.messages) if row.channel for talk in row.talks}
    assert announced == {talk.id for talk in fosdem.talks if not talk.is_break}
    assert message_totals(rehearsal.messages)[REMINDER][0] == len({talk.start for talk in fosdem.talks})
    assert took < TWO_MINUTES_S


DAY = a_schedule(
    *(a_talk(f"Talk {hour}.{room}", f"{hour}:00", minutes=50) for hour in range(10, 18) for room in range(5)),
    a_talk("Lunch", "12:50", minutes=10, kind="lunch"),
)


def test_the_same_seed_gives_the_same_attendees_and_another_seed_others() -> None:
    assert generate_agendas(DAY, AttendeeModel(20, seed=7)) == generate_agendas(DAY, AttendeeModel(20, seed=7))
    assert generate_agendas(DAY, AttendeeModel(20, seed=7)) != generate_agendas(DAY, AttendeeModel(20, seed=8))


def test_simulated_attendees_save_talks_that_do_not_overlap_and_no_breaks() -> None:
    for saved in generate_agendas(DAY, AttendeeModel(200, saves=6)):
        talks = [DAY.talk_by_id[talk] for talk in saved]
        assert 1 <= len(talks) <= 6
        assert all(left.end <= right.start or right.end <= left.start for left, right in combinations(talks, 2))
        assert not any(talk.is_break for talk in talks)


def test_some_talks_are_more_popular_than_others() -> None:
    saved = Counter(talk for agenda in generate_agendas(DAY, AttendeeModel(500, saves=4)) for talk in agenda)
    (_, most), *_, (_, least) = saved.most_common()
    assert most > 5 * least


def test_simulated_attendees_may_save_nothing() -> None:
    assert generate_agendas(DAY, AttendeeModel(3, saves=0)) == [(), (), ()]
    assert generate_agendas(a_schedule(a_talk("Lunch", kind="lunch")), AttendeeModel(2)) == [(), ()]


def test_a_talk_without_a_length_is_saved_once() -> None:
    assert generate_agendas(a_schedule(a_talk("Doors open", minutes=0)), AttendeeModel(1)) == [("doors-open",)]


def test_most_simulated_attendees_save_all_five_talks_of_the_shipped_schedule(qcon: Schedule) -> None:
    assert Counter(map(len, generate_agendas(qcon, AttendeeModel(100))))[5] > 80
