import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, DELIVERY_TALKS
from bot.delivery import broadcasts, change_notices, corrections, recipients_repository
from bot.delivery.broadcasts import Announcement, AnnouncementAudience, DailyMessage, daily_messages
from bot.delivery.change_notices import TalkNotice
from bot.delivery.messages import morning_digest
from bot.delivery.models import CHANNELS, DIGEST, EVENING, LOW
from bot.delivery.recipients_repository import Audience, Preferences, Subscription
from bot.schedule.models import Schedule
from tests.delivery import flow
from tests.delivery.flow import START, attend, lease
from tests.schedules import a_conference, a_schedule, a_talk, london

EVERYONE = Announcement("a1", "T1", "Lunch is served.", AnnouncementAudience(), "U9", START, START + timedelta(hours=3))

SAVERS = replace(EVERYONE, recipients=AnnouncementAudience(talk="flows"))

OF_TRACK = replace(EVERYONE, recipients=AnnouncementAudience(track="micro"))

CHANNELS_OF = MappingProxyType({"C1": ("", ""), "C2": ("micro", ""), "C3": ("web", ""), "C4": ("", "fleming")})


async def _ranked_deliveries(tx: Transaction) -> dict[str, tuple[int, str]]:
    c = DELIVERIES.c
    return {
        row.conversation: (row.rank, row.content) for row in await tx.execute(select(c.conversation, c.rank, c.content))
    }


@pytest.fixture
async def attendees(database: Database) -> Database:
    """Four channels, one with two subscriptions, and four people, one with reminders off."""
    for channel, (track, room) in CHANNELS_OF.items():
        await database.write(recipients_repository.add_subscription, Subscription("T1", channel, 10, "U9", track, room))
    await database.write(recipients_repository.add_subscription, Subscription("T1", "C3", 10, "U9", "data"))
    await database.write(recipients_repository.add_subscription, Subscription("T2", "C9", 10, "U9"))
    for person in ("U1", "U2", "U3"):
        await attend(database, person, "flows", "code")
    await database.write(recipients_repository.save_preferences, "T1", "U3", Preferences(reminded=False))
    await attend(database, "U4", "code")
    return database


@pytest.mark.parametrize(
    ("announcement", "reached"),
    [(EVERYONE, {"C1", "C2", "C3", "C4"}), (OF_TRACK, {"C1", "C2"}), (SAVERS, {"U1", "U2"})],
)
async def test_an_announcement_reaches_each_counted_recipient_once(
    attendees: Database, announcement: Announcement, reached: set[str]
) -> None:
    counted = await attendees.read(broadcasts.count_recipients, "T1", announcement.recipients)
    assert counted.size == len(reached)
    assert [await attendees.write(broadcasts.announce, announcement) for _ in range(2)] == [len(reached), 0]
    assert set(await attendees.read(_ranked_deliveries)) == reached


async def test_the_audience_names_channels_and_only_counts_people(attendees: Database) -> None:
    assert await attendees.read(broadcasts.count_recipients, "T1", OF_TRACK.recipients) == Audience(0, ("C1", "C2"))
    assert await attendees.read(broadcasts.count_recipients, "T1", SAVERS.recipients) == Audience(2, ())


async def test_only_announcements_to_people_rank_behind_reminders(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, EVERYONE)
    await attendees.write(broadcasts.announce, replace(SAVERS, id="a2"))
    found = await attendees.read(_ranked_deliveries)
    assert {found["C1"][0], found["U1"][0]} == {CHANNELS, LOW}
    assert json.loads(found["U1"][1]) == {"text": "Lunch is served.", "talk": "flows"}


async def test_another_announcement_reaches_the_same_people(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, SAVERS)
    assert await attendees.write(broadcasts.announce, replace(SAVERS, id="a2")) == 2


async def test_an_announcement_that_is_not_posted_yet_can_be_cancelled(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, EVERYONE)
    await lease(attendees, START)
    assert await attendees.write(broadcasts.cancel_announcement, "T1", "a1", "U9") == 4
    assert set(await attendees.read(flow.states)) == {"cancelled"}
    assert await attendees.write(broadcasts.cancel_announcement, "T1", "a1", "U9") == 0


async def test_an_attendee_who_unsaves_a_talk_gets_no_announcement_about_it(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, SAVERS)
    await attendees.write(recipients_repository.unsave, "T1", "U1", "flows")
    await attendees.write(corrections.cancel_items, corrections.items_about("T1", "U1", "flows"), "no longer saved")
    assert sorted(await attendees.read(flow.states)) == ["cancelled", "pending"]


async def test_a_notice_counts_attendees_who_saved_a_talk_and_have_reminders_on(attendees: Database) -> None:
    flows, code, nobodys = (TalkNotice(talk, START, announced=False) for talk in ("flows", "code", "nobody's"))
    assert await attendees.read(change_notices.count_notice_audience, [flows, code]) == Audience(3, ())
    assert await attendees.read(change_notices.count_notice_audience, [nobodys]) == Audience()


def _due(schedule: Schedule, now: datetime) -> list[datetime]:
    return [message.due for message in daily_messages(schedule, schedule.day_of(now))]


def test_the_digest_is_due_at_eight_and_the_evening_message_at_six() -> None:
    schedule = a_schedule(a_talk("One", "10:35"), a_talk("Two", "15:00"))
    assert _due(schedule, london("00:30")) == [london("08:00"), london("18:00")]


def test_an_early_talk_moves_the_digest_forward_and_a_late_one_delays_the_evening_message() -> None:
    schedule = a_schedule(a_talk("One", "08:30"), a_talk("Two", "18:30"))
    assert _due(schedule, london("12:00")) == [london("07:30"), london("19:20")]


def test_the_evening_message_is_due_by_nine_even_if_talks_end_later() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Two", "20:30", minutes=120))
    assert _due(schedule, london("12:00"))[1] == london("21:00")


def test_the_digest_is_due_at_eight_local_time_in_summer_too() -> None:
    summer = "2019-07-01"
    conference = a_conference(days=(date(2019, 7, 1),))
    schedule = a_schedule(a_talk("One", london("10:00", summer)), conference=conference)
    assert _due(schedule, london("12:00", summer))[0] == datetime(2019, 7, 1, 7, tzinfo=UTC)


def test_a_day_without_talks_has_no_daily_messages() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", london("12:00", "2019-03-06"), kind="lunch"))
    assert daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-04"))) == ()
    assert daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-06"))) == ()


def test_the_digest_includes_talks_after_midnight_and_those_that_run_over() -> None:
    show = a_talk("Show", "10:00", minutes=48 * 60)
    evening, night = a_talk("Evening", "20:00"), a_talk("Night", london("00:30", "2019-03-06"))
    morning = a_talk("Morning", london("10:00", "2019-03-06"))
    schedule = a_schedule(show, evening, night, morning)
    for now in (london("09:00"), london("23:50"), london("00:40", "2019-03-06")):
        digest, question = daily_messages(schedule, schedule.day_of(now))
        assert (digest.day, digest.talks) == ("2019-03-05", ("show", "evening", "night"))
        assert question.talks == ("show", "evening", "night")
    digest, question = daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-06")))
    assert (digest.day, digest.talks) == ("2019-03-06", ("show", "morning"))
    assert question.talks == ("morning",)


def test_the_digest_names_the_weekday_of_a_talk_that_starts_after_midnight() -> None:
    evening, night = a_talk("Evening", "20:00"), a_talk("Night", london("00:30", "2019-03-06"))
    schedule = a_schedule(evening, night)
    for talks in ([evening, night], [night]):
        head, *lines = morning_digest(talks, schedule, date(2019, 3, 5)).text.splitlines()
        assert head.startswith("Your day, Tue 5 March: ")
        assert lines[-1] == "00:30–01:20 (Wed) · Night"


DUE = datetime(2019, 3, 5, 8, tzinfo=UTC)


def _message(kind: str = DIGEST, *talks: str) -> DailyMessage:
    return DailyMessage(kind, "2019-03-05", DUE, DUE + timedelta(hours=3), talks or ("flows", "code"))


async def _person(database: Database, name: str, *saved: str, reminded: bool = True, digest: bool = True) -> None:
    await database.write(recipients_repository.save_preferences, "T1", name, Preferences(reminded, 10, digest))
    for talk in saved:
        await database.write(recipients_repository.save, "T1", name, talk)


async def _daily_deliveries(tx: Transaction) -> list[tuple[str, str, str]]:
    c = DELIVERIES.c
    rows = await tx.execute(select(c.conversation, c.kind, c.content).order_by(c.conversation))
    return [(row.conversation, row.kind, row.content) for row in rows]


async def _talks(tx: Transaction) -> set[tuple[str, str]]:
    c = DELIVERY_TALKS.c
    return {(row.conversation, row.talk) for row in await tx.execute(select(DELIVERY_TALKS).where(c.talk != ""))}


async def test_each_attendee_gets_one_message_with_their_saved_talks_of_that_day(database: Database) -> None:
    await _person(database, "U1", "flows", "code", "another-day")
    await _person(database, "U2", "code")
    assert await database.write(broadcasts.enqueue_daily, _message()) == 2
    assert await database.read(_daily_deliveries) == [("U1", DIGEST, '"2019-03-05"'), ("U2", DIGEST, '"2019-03-05"')]
    assert await database.read(_talks) == {("U1", "flows"), ("U1", "code"), ("U2", "code")}


async def test_no_attendee_gets_a_daily_message_twice(database: Database) -> None:
    await _person(database, "U1", "flows")
    assert [await database.write(broadcasts.enqueue_daily, _message()) for _ in range(2)] == [1, 0]
    await database.write(recipients_repository.save, "T1", "U1", "code")
    assert await database.write(broadcasts.enqueue_daily, _message()) == 0


async def test_an_attendee_with_catch_up_on_gets_the_evening_message_without_saved_talks(database: Database) -> None:
    for name, catch_up in (("U1", True), ("U2", False)):
        chosen = Preferences(reminded=True, catch_up=catch_up)
        await database.write(recipients_repository.save_preferences, "T1", name, chosen)
    assert await database.write(broadcasts.enqueue_daily, _message(EVENING)) == 1
    assert await database.write(broadcasts.enqueue_daily, _message(DIGEST)) == 0
    assert await database.read(_daily_deliveries) == [("U1", EVENING, '"2019-03-05"')]


async def test_with_reminders_off_the_evening_message_does_not_ask_about_saved_talks(database: Database) -> None:
    chosen = Preferences(reminded=False, catch_up=True)
    await database.write(recipients_repository.save_preferences, "T1", "U1", chosen)
    await database.write(recipients_repository.save, "T1", "U1", "flows")
    assert await database.write(broadcasts.enqueue_daily, _message(EVENING)) == 1
    assert await database.read(_talks) == set()


@pytest.mark.parametrize(("kind", "recipients"), [(DIGEST, ["U1"]), (EVENING, ["U2"])])
async def test_daily_messages_go_only_to_attendees_who_want_them(
    database: Database, kind: str, recipients: list[str]
) -> None:
    await _person(database, "U1", "flows", reminded=False)
    await _person(database, "U2", "flows", digest=False)
    await _person(database, "U3", "another-day")
    await database.write(broadcasts.enqueue_daily, _message(kind))
    assert [conversation for conversation, *_ in await database.read(_daily_deliveries)] == recipients
