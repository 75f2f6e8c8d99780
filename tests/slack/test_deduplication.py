import asyncio

from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.slack.deduplication import Deduplicator


async def test_an_event_that_one_node_has_seen_is_a_duplicate_on_another(database: Database) -> None:
    here, another_node = Deduplicator(database), Deduplicator(database)
    assert await here.is_first("Ev1")
    assert not await another_node.is_first("Ev1")


async def test_a_malformed_key_is_stored_like_any_other_and_harms_no_other(database: Database) -> None:
    repetitions = Deduplicator(database)
    keys = ["\ud800", "\0", "x" * 100_000, "Ev1", "Ev1"]
    firsts = await asyncio.gather(*map(repetitions.is_first, keys))
    assert sorted(firsts) == [False, True, True, True, True]


async def test_a_node_knows_its_own_events_while_the_database_is_down() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", Clock().real_now)
    repetitions, began = Deduplicator(nowhere), monotonic()
    assert [await repetitions.is_first(key) for key in ("Ev1", "Ev2", "Ev1")] == [True, True, False]
    assert monotonic() - began < 2
    await nowhere.close()
