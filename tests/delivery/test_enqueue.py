import asyncio
from datetime import timedelta

from bot.db.database import Database, Transaction
from bot.delivery import queue, recipients_repository
from bot.delivery.recipients_repository import Preferences
from tests.delivery.flow import START, attend, minutes, plans, reminders, subscribe, sweep_all, talks_by_delivery


async def test_parallel_talks_come_in_one_message(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await subscribe(database)
    assert await sweep_all(database, START - minutes(10)) == 1
    assert await database.read(talks_by_delivery) == {"C1 pending": {"a", "b"}}


async def test_a_reminder_is_enqueued_a_quarter_of_an_hour_before_it_is_due(database: Database) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, lead=10)
    assert await sweep_all(database, START - minutes(26)) == 0
    assert await sweep_all(database, START - minutes(25)) == 1


async def test_parallel_sweeps_enqueue_each_reminder_once(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await subscribe(database)
    await attend(database, "U1", "a")
    made = await asyncio.gather(*(sweep_all(database, START) for _ in range(4)))
    assert sum(made) == 2
    assert await database.read(talks_by_delivery) == {"C1 pending": {"a", "b"}, "U1 pending": {"a"}}


async def test_a_channel_that_follows_a_track_gets_no_reminders_of_other_tracks(database: Database) -> None:
    await plans(database, [*reminders("a", track="x"), *reminders("b", track="y")])
    await subscribe(database, track="x")
    await sweep_all(database, START)
    assert await database.read(talks_by_delivery) == {"C1 pending": {"a"}}


async def test_a_channel_with_overlapping_subscriptions_is_reminded_of_a_talk_once(database: Database) -> None:
    await plans(database, reminders("a", track="x"))
    await subscribe(database, track="x", lead=10)
    await subscribe(database, lead=5)
    assert await sweep_all(database, START) == 1


async def test_reminders_of_breaks_go_only_to_attendees_who_saved_them(database: Database) -> None:
    await plans(database, reminders("party", announced=False))
    await subscribe(database)
    await attend(database, "U1", "party")
    await sweep_all(database, START)
    assert await database.read(talks_by_delivery) == {"U1 pending": {"party"}}


async def test_attendees_are_reminded_of_saved_talks_unless_reminders_are_off(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await attend(database, "U1", "a")
    await attend(database, "U2", "b")
    await database.write(recipients_repository.save_preferences, "T1", "U2", Preferences(reminded=False))
    await sweep_all(database, START)
    assert await database.read(talks_by_delivery) == {"U1 pending": {"a"}}


async def test_another_lead_time_makes_no_second_reminder(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a", lead=30)
    await sweep_all(database, START - minutes(30))
    await attend(database, "U1", lead=5)
    assert await sweep_all(database, START) == 0


async def test_a_talk_saved_after_its_reminders_were_enqueued_still_gets_one(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await attend(database, "U1", "a")
    now = START - minutes(5)
    await sweep_all(database, now)
    await database.write(recipients_repository.save, "T1", "U1", "b")
    assert await database.write(queue.enqueue_for_conversation, "T1", "U1", now, "b") == 1
    assert await database.write(queue.enqueue_for_conversation, "T1", "U1", now, "b") == 0
    assert await database.read(talks_by_delivery) == {"U1 pending": {"a", "b"}}


async def test_saving_a_talk_that_has_started_enqueues_no_reminder(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1")
    await sweep_all(database, START)
    await database.write(recipients_repository.save, "T1", "U1", "a")
    now = START + timedelta(seconds=1)
    assert await database.write(queue.enqueue_for_conversation, "T1", "U1", now, "a") == 0


async def test_talks_saved_during_a_sweep_all_get_their_reminder(database: Database) -> None:
    talks = [f"talk-{n}" for n in range(12)]
    await plans(database, [one for n, talk in enumerate(talks) for one in reminders(talk, start=START + minutes(n))])
    await attend(database, "U1")

    async def save(tx: Transaction, talk: str) -> None:
        await recipients_repository.save(tx, "T1", "U1", talk)
        await queue.enqueue_for_conversation(tx, "T1", "U1", START - minutes(10), talk)

    await asyncio.gather(
        *(database.write(save, talk) for talk in talks), sweep_all(database, START), sweep_all(database, START)
    )
    assert await database.read(talks_by_delivery) == {"U1 pending": set(talks)}
