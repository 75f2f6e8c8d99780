import asyncio

from bot.clock import Clock, stopwatch
from bot.handlers.repetitions import Repetitions
from bot.store.database import Database


async def test_what_any_node_was_told_is_no_news_to_another(database: Database) -> None:
    here, another_node = Repetitions(database), Repetitions(database)
    assert await here.first_time("Ev1")
    assert not await another_node.first_time("Ev1")


async def test_a_broken_key_is_one_like_any_other_and_harms_nobody_beside_it(database: Database) -> None:
    repetitions = Repetitions(database)
    keys = ["\ud800", "\0", "x" * 100_000, "Ev1", "Ev1"]
    firsts = await asyncio.gather(*map(repetitions.first_time, keys))
    assert sorted(firsts) == [False, True, True, True, True]


async def test_while_the_database_is_away_a_node_goes_by_what_it_was_told_itself() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", Clock().machine)
    repetitions, began = Repetitions(nowhere), stopwatch()
    assert [await repetitions.first_time(key) for key in ("Ev1", "Ev2", "Ev1")] == [True, True, False]
    assert stopwatch() - began < 2
    await nowhere.close()
