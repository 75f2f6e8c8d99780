import asyncio

from bot.db.batching import Batcher
from bot.db.database import Database
from bot.slack import deduplication
from bot.slack.deduplication import Arrival


async def test_only_the_first_arrival_of_a_key_is_new(database: Database) -> None:
    first, again, other = Arrival("Ev1", "a"), Arrival("Ev1", "b"), Arrival("Ev2", "c")
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}
    assert await database.write(deduplication.first_arrivals, [again, other]) == {again: False, other: True}


async def test_an_arrival_is_still_the_first_when_its_transaction_is_retried(database: Database) -> None:
    first = Arrival("Ev1", "a")
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}
    assert await database.write(deduplication.first_arrivals, [first]) == {first: True}


async def test_one_of_many_simultaneous_arrivals_is_the_first(database: Database) -> None:
    nodes = [Batcher(database.write, deduplication.first_arrivals) for _ in range(2)]
    answers = await asyncio.gather(*(nodes[n % 2](Arrival("Ev1", str(n))) for n in range(8)))
    assert sum(answers) == 1
