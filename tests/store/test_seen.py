import asyncio

from bot.store import seen
from bot.store.database import Database


async def test_a_key_is_new_once(database: Database) -> None:
    assert await database.write(seen.first_time, "Ev1")
    assert not await database.write(seen.first_time, "Ev1")
    assert await database.write(seen.first_time, "Ev2")


async def test_of_many_who_ask_at_once_one_is_the_first(database: Database) -> None:
    answers = await asyncio.gather(*(database.write(seen.first_time, "Ev1") for _ in range(8)))
    assert sum(answers) == 1
