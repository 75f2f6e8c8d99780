import asyncio

from bot.store import seen
from bot.store.database import Database
from bot.store.seen import Coming
from bot.store.together import Together


async def test_a_key_is_new_once(database: Database) -> None:
    first, again, other = Coming("Ev1", "a"), Coming("Ev1", "b"), Coming("Ev2", "c")
    assert await database.write(seen.first_times, [first]) == {first: True}
    assert await database.write(seen.first_times, [again, other]) == {again: False, other: True}


async def test_it_is_as_new_when_the_transaction_runs_again(database: Database) -> None:
    first = Coming("Ev1", "a")
    assert await database.write(seen.first_times, [first]) == {first: True}
    assert await database.write(seen.first_times, [first]) == {first: True}


async def test_of_many_who_come_at_once_one_is_the_first(database: Database) -> None:
    nodes = [Together(database, seen.first_times) for _ in range(2)]
    answers = await asyncio.gather(*(nodes[n % 2](Coming("Ev1", str(n))) for n in range(8)))
    assert sum(answers) == 1
