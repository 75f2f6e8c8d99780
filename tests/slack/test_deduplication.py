import asyncio

from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.slack.deduplication import Deduplicator


async def test_what_any_node_was_told_is_no_news_to_another(database: Database) -> None:
    here, another_node = Deduplicator(database), Deduplicator(database)
    assert await here.is_first("Ev1")
    assert not await another_node.is_first("Ev1")


async def test_a_broken_key_is_one_like_any_other_and_harms_nobody_beside_it(database: Database) -> None:
    repetitions = Deduplicator(database)
    keys = ["\ud800", "\0", "x" * 100_000, "Ev1", "Ev1"]
    firsts = await asyncio.gather(*map(repetitions.is_first, keys))
    assert sorted(firsts) == [False, True, True, True, True]


async def test_while_the_database_is_away_a_node_goes_by_what_it_was_told_itself() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", Clock().real_now)
    repetitions, began = Deduplicator(nowhere), monotonic()
    assert [await repetitions.is_first(key) for key in ("Ev1", "Ev2", "Ev1")] == [True, True, False]
    assert monotonic() - began < 2
    await nowhere.close()
