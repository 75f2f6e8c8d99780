"""Notices of a change go once to each person and channel concerned, and to nobody else."""

from datetime import timedelta

from sqlalchemy import select, update

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, DELIVERY_TALKS, POSTING
from bot.delivery import change_notices, recipients_repository, results
from bot.delivery.change_notices import TalkNotice
from bot.delivery.models import NOTICE, PublishedChange
from bot.delivery.recipients_repository import Audience, Preferences, save_preferences
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, states, subscribe, sweep_all

NOW = START - minutes(60)

MOVED = TalkNotice("a", START, START + minutes(30), ("t1",), ("fleming",))


def publication(revision: int = 2, *, settles: bool = False) -> PublishedChange:
    later = MachineTime().now + minutes(5) if settles else None
    return PublishedChange(f"{revision:012x}", revision, NOW, START + timedelta(hours=2), later)


async def give(database: Database, *wanted: TalkNotice, revision: int = 2, settles: bool = False) -> Audience:
    return await database.write(change_notices.enqueue_notices, publication(revision, settles=settles), wanted)


async def noticed(database: Database) -> dict[str, set[str]]:
    """The talks whose notice goes to each, by conversation."""

    async def lines(tx: Transaction) -> dict[str, set[str]]:
        c, talks = DELIVERY_TALKS.c, dict[str, set[str]]()
        for row in await tx.execute(select(c.conversation, c.talk).where(c.kind == NOTICE)):
            assert row.talk not in talks.setdefault(row.conversation, set())
            talks[row.conversation].add(row.talk)
        return talks

    return await database.read(lines)


async def test_attendees_with_the_talk_saved_get_a_notice_unless_all_messages_are_off(database: Database) -> None:
    await attend(database, "U1", "a")
    await attend(database, "U2", "b")
    await attend(database, "U3", "a")
    await database.write(save_preferences, "T1", "U3", Preferences(reminded=False))
    await attend(database, "U5", "a")
    await database.write(save_preferences, "T1", "U5", Preferences(digest=True))
    await attend(database, "U4", "a")
    await database.write(recipients_repository.unsave, "T1", "U4", "a")
    assert await give(database, MOVED) == Audience(2)
    assert await noticed(database) == {"U1": {"a"}, "U5": {"a"}}


async def test_channels_that_follow_the_conference_or_the_track_get_a_notice(database: Database) -> None:
    await subscribe(database, "C1")
    await subscribe(database, "C2", track="t1")
    await subscribe(database, "C3", track="t2")
    assert await give(database, MOVED) == Audience(0, ("C1", "C2"))
    assert await noticed(database) == {"C1": {"a"}, "C2": {"a"}}


async def test_channels_get_no_notice_of_a_break(database: Database) -> None:
    await subscribe(database, "C1")
    await attend(database, "U1", "a")
    lunch = TalkNotice("a", START, START + minutes(30), announced=False)
    assert await give(database, lunch) == Audience(1)


async def test_a_channel_with_two_subscriptions_or_an_earlier_reminder_gets_one_notice(database: Database) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, "C1")
    await subscribe(database, "C1", track="t1")
    await attend(database, "U1", "a")
    await sweep_all(database, START)
    for delivery in await lease(database, START - minutes(10)):
        await database.write(posted, delivery.id)
    assert await give(database, MOVED) == Audience(1, ("C1",))
    assert await noticed(database) == {"C1": {"a"}, "U1": {"a"}}


async def test_an_attendee_who_unsaves_a_talk_after_its_reminder_still_gets_a_notice(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, START)
    [reminder] = await lease(database, START - minutes(10))
    await database.write(posted, reminder.id)
    await database.write(recipients_repository.unsave, "T1", "U1", "a")
    assert await give(database, MOVED) == Audience(1)


async def test_several_changes_share_one_notice_and_a_later_change_joins_it(database: Database) -> None:
    await attend(database, "U1", "a", "b")
    await give(database, MOVED, TalkNotice("b", START), settles=True)
    assert await noticed(database) == {"U1": {"a", "b"}}
    assert await give(database, MOVED, revision=3, settles=True) == Audience(1)  # the first notice will include it
    assert await database.read(deliveries) == 1


async def test_a_confirmed_change_ends_the_settling_of_the_earlier_one(database: Database) -> None:
    await attend(database, "U1", "a")
    await give(database, MOVED, settles=True)
    assert await lease(database, START) == []
    await give(database, MOVED, revision=3)
    [notice] = await lease(database, START)
    assert (notice.kind, notice.known_revision) == (NOTICE, 1)


async def posted(tx: Transaction, delivery: str) -> None:
    await tx.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery).values(state=POSTING))
    await results.record_results(tx, [results.DeliveryResult(delivery, "", "sent", channel="D1", ts="1")])


async def deliveries(tx: Transaction) -> int:
    return len((await tx.execute(select(DELIVERIES.c.id))).all())


async def test_each_counted_recipient_gets_one_notice_even_of_600_talks(
    database: Database,
) -> None:
    moved = [TalkNotice(f"t{n}", START, START + minutes(30), ("t1", "t2"), ("fleming", "whittle")) for n in range(600)]
    await attend(database, "U1", *(f"t{n}" for n in range(600)))
    await attend(database, "U2", "t7", "another")
    await subscribe(database, "C1", track="t2")
    counted = await database.read(change_notices.count_notice_audience, moved)
    assert await give(database, *moved) == counted == Audience(2, ("C1",))
    assert {recipient: len(talks) for recipient, talks in (await noticed(database)).items()} == {
        "U1": 600,
        "U2": 1,
        "C1": 600,
    }
    assert sorted(await database.read(states)) == ["pending"] * 3
