import asyncio
from datetime import timedelta
from unittest.mock import AsyncMock, Mock

from sqlalchemy import text

from bot.db.database import Database, Transaction
from bot.db.tables import PENDING, SENT, UNFINISHED
from bot.delivery import leases, pauses, queue, recipients_repository, results
from bot.delivery.queue import SWEEP_AHEAD, NextWork, next_work, queue_counts_query, queue_status
from bot.delivery.recipients_repository import Preferences
from bot.delivery.results import DeliveryResult
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import (
    START,
    attend,
    lease,
    minutes,
    plans,
    reminders,
    request,
    subscribe,
    sweep_all,
    talks_by_delivery,
)

DUE = START - minutes(10)


async def test_the_next_step_of_a_waiting_delivery_is_at_its_due_time(database: Database) -> None:
    assert await database.read(queue.next_step_at) is None
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE - minutes(5))
    assert await database.read(queue.next_step_at) == DUE


async def test_the_next_step_is_overdue_while_leased_and_later_after_a_rate_limit(
    database: Database, machine: MachineTime
) -> None:
    machine.now = DUE
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE)
    leased = await lease(database, DUE)
    machine.forward(seconds=5)
    assert await database.read(queue.next_step_at) == DUE
    await database.write(leases.recheck, request(), leased, 1, DUE)
    later = DeliveryResult(leased[0].id, "process-a", PENDING, "rate limited", wait=minutes(1))
    await database.write(results.record_results, [later])
    assert await database.read(queue.next_step_at) == machine.now + minutes(1)


async def test_a_sent_delivery_has_no_next_step(database: Database, machine: MachineTime) -> None:
    machine.now = DUE
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE)
    leased = await lease(database, DUE)
    await database.write(leases.recheck, request(), leased, 1, DUE)
    await database.write(
        results.record_results, [DeliveryResult(leased[0].id, "process-a", SENT, channel="D1", ts="1.0")]
    )
    assert await database.read(queue.next_step_at) is None


async def _look(tx: Transaction) -> NextWork:
    return await next_work(tx, daily=None)


async def test_a_closed_workspace_is_opened_only_for_reminders_with_an_audience(database: Database) -> None:
    await plans(database, [*reminders("a"), *reminders("b", start=START + minutes(60))])
    assert (await database.read(_look)).opens(START - minutes(60)) is None
    await subscribe(database, lead=10)
    assert (await database.read(_look)).opens(START - minutes(60)) == START - minutes(10) - SWEEP_AHEAD
    assert await sweep_all(database, START - minutes(10)) == 1
    work = await database.read(_look)
    assert (work.pending, work.due, work.wanted) == (1, START - minutes(10), START + minutes(50))
    assert work.opens(START - minutes(12)) == START - minutes(10) - SWEEP_AHEAD


async def test_a_reminder_that_is_enqueued_during_the_look_is_not_missed() -> None:
    """It looks with one statement. Between two, the reminder could be seen in neither of its tables."""
    execute = AsyncMock(return_value=Mock())
    await _look(Mock(spec=Transaction, execute=execute))
    assert execute.await_count == 1


NOW = START - minutes(10)


async def test_an_empty_queue_counts_nothing_in_any_state(database: Database) -> None:
    status = await database.read(queue_status, NOW)
    assert status.states == dict.fromkeys(UNFINISHED, 0)
    assert (status.overdue, status.due) == (0, None)


async def test_the_queue_status_counts_deliveries_per_state_and_the_overdue_ones(database: Database) -> None:
    await plans(database, reminders("a"))
    for person, lead in (("U1", 10), ("U2", 10), ("U3", 5)):
        await attend(database, person, "a", lead=lead)
    await sweep_all(database, START)
    await lease(database, NOW)
    status = await database.read(queue_status, NOW + timedelta(seconds=30))
    assert status.states == {"pending": 1, "leased": 2, "posting": 0, "unknown": 0}
    assert status.due == NOW  # what is leased has not arrived yet
    assert status.overdue == 0
    assert (await database.read(queue_status, START + minutes(5))).overdue == 3


async def test_the_queue_status_counts_paused_and_stopped_workspaces(database: Database) -> None:
    assert (await database.read(queue_status, NOW)).paused == {"pause": 0, "stopped": 0}
    await database.write(pauses.pause, "T1", pauses.PAUSE, "paused", by="U1")
    await database.write(pauses.pause, "T2", pauses.PAUSE, "paused", by="U1")
    await database.write(pauses.pause, "T1", pauses.STOPPED, "token_revoked")
    await database.write(pauses.pause, "T1", "chat.postMessage", "rate limited", seconds=30)
    assert (await database.read(queue_status, NOW)).paused == {"pause": 2, "stopped": 1}


async def test_the_queue_status_is_counted_with_partial_indexes(database: Database) -> None:
    plan = await database.write(_plan)  # SET LOCAL needs a transaction, and a read has none
    for index in ("deliveries_in_turn", "deliveries_under_way", "deliveries_unknown"):
        assert index in plan, plan


async def _plan(tx: Transaction) -> str:
    """The plan by which the database runs the query."""
    if tx.on_postgresql:
        await tx.execute(text("SET LOCAL enable_seqscan = off"))  # the table is too small to need an index
    query = queue_counts_query(NOW).compile(dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True})
    explained = await tx.execute(text(f"EXPLAIN {'' if tx.on_postgresql else 'QUERY PLAN'} {query}"))
    return "\n".join(map(str, explained))


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
