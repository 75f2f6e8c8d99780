import asyncio

from bot.db.batching import Batcher
from bot.db.database import Database
from bot.slack import deduplication
from bot.slack.deduplication import Arrival


async def test_a_key_is_new_once(database: Database) -> None:
    first, again, other = Arrival("Ev1", "a"), Arrival("Ev1", "b"), Arrival("Ev2", "c")
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}
    assert await database.write(deduplication.first_arrivals, [again, other]) == {again: False, other: True}


async def test_it_is_as_new_when_the_transaction_runs_again(database: Database) -> None:
    first = Arrival("Ev1", "a")
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}


async def test_of_many_who_come_at_once_one_is_the_first(database: Database) -> None:
    nodes = [Batcher(database.write, deduplication.first_arrivals) for _ in range(2)]
    answers = await asyncio.gather(*(nodes[n % 2](Arrival("Ev1", str(n))) for n in range(8)))
    assert sum(answers) == 1
