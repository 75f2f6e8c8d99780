import asyncio
import gc
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from bot.db.batching import Batcher, WriteQueue
from bot.db.database import Database, Transaction
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from tests.db.slowly import wait


class Work:
    """Work that doubles numbers in one transaction after the other, and fails on zero."""

    def __init__(self) -> None:
        self.seen: list[Sequence[int]] = []

    async def __call__(self, tx: Transaction, numbers: Sequence[int]) -> Mapping[int, int]:
        self.seen.append(list(numbers))
        await wait(tx, 0.02)
        return {number: 2 * number if number else 1 // 0 for number in numbers}


async def test_a_call_that_comes_alone_runs_at_once(database: Database) -> None:
    work = Work()
    assert await Batcher(database.write, work)(21) == 42
    assert work.seen == [[21]]


async def test_calls_made_during_a_batch_share_the_next_batch(database: Database) -> None:
    work = Work()
    together = Batcher(database.write, work)
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0.01)
    assert await asyncio.gather(first, *(together(number) for number in range(2, 10))) == list(range(2, 20, 2))
    assert work.seen == [[1], [2, 3, 4, 5, 6, 7, 8, 9]]


async def test_an_error_fails_every_call_of_its_batch_and_no_other_call(database: Database) -> None:
    together = Batcher(database.write, Work())
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0.01)
    second, third = asyncio.create_task(together(0)), asyncio.create_task(together(2))
    assert await first == 2
    for failed in (second, third):
        with pytest.raises(ZeroDivisionError):
            await failed
    assert await together(4) == 8


async def test_a_cancelled_call_does_not_cancel_other_calls(database: Database) -> None:
    together = Batcher(database.write, Work())
    leaving, staying = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert await staying == 4


async def test_an_error_after_the_caller_was_cancelled_does_not_reach_the_event_loop(database: Database) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    leaving = asyncio.create_task(Batcher(database.write, Work())(0))
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.sleep(0.1)
    del leaving
    gc.collect()
    assert complaints == []


class Log:
    """Keeps the batches it is given, apart from the first `refused` ones, and from those with a poisoned number."""

    def __init__(self, refused: int = 0, poison: frozenset[int] = frozenset(), error: Exception | None = None) -> None:
        self.batches: list[list[int]] = []
        self.refused = refused
        self.poison = poison
        self.error = error or ConnectionResetError()

    async def write(self, batch: Sequence[int]) -> None:
        await asyncio.sleep(0.01)
        self.refused -= 1
        if self.refused >= 0 or self.poison & set(batch):
            raise self.error
        self.batches.append(list(batch))

    @property
    def written(self) -> list[int]:
        return [number for batch in self.batches for number in batch]


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(Metrics())
    yield supervisor
    await supervisor.stop()


async def drained(queue: WriteQueue[int]) -> None:
    async with asyncio.timeout(10):
        await queue.drained()


async def test_a_queue_writes_in_order_in_batches_of_limited_size(supervisor: Supervisor) -> None:
    log = Log()
    queue = WriteQueue[int]("numbers", log.write, window_s=0, batch_size=2)
    for number in range(5):
        queue.add(number)
    queue.start(supervisor)
    await drained(queue)
    assert log.batches == [[0, 1], [2, 3], [4]]
    assert queue.pending == ()


async def test_a_batch_that_could_not_be_written_is_tried_again_and_nothing_is_lost(supervisor: Supervisor) -> None:
    log = Log(refused=2)
    queue = WriteQueue[int]("numbers", log.write, window_s=0, batch_size=10)
    queue.start(supervisor)
    queue.add(1)
    await asyncio.sleep(0.005)
    queue.add(2)
    await drained(queue)
    assert log.written == [1, 2]


async def test_a_full_queue_drops_the_oldest_even_while_it_is_written(supervisor: Supervisor) -> None:
    log = Log()
    queue = WriteQueue[int]("numbers", log.write, window_s=0, batch_size=2, capacity=2)
    queue.start(supervisor)
    queue.add(1)
    await asyncio.sleep(0.005)
    for number in (2, 3, 4):
        queue.add(number)
    assert queue.pending == (3, 4)
    await drained(queue)
    assert log.batches == [[1], [3, 4]]


@pytest.mark.parametrize("error", [ValueError("never"), ConnectionResetError("for long")])
async def test_an_item_that_cannot_be_written_blocks_none_of_those_behind_it(
    supervisor: Supervisor, error: Exception
) -> None:
    log = Log(poison=frozenset({3}), error=error)
    queue = WriteQueue[int]("numbers", log.write, window_s=0, batch_size=10, set_aside_after_s=0)
    for number in range(8):
        queue.add(number)
    queue.start(supervisor)
    async with asyncio.timeout(10):
        while queue.pending != (3,):  # noqa: ASYNC110  # a queue tells only when it is empty
            await asyncio.sleep(0.01)
    assert log.written == [0, 1, 2, 4, 5, 6, 7]


async def test_an_item_that_always_fails_is_dropped_after_the_last_try(
    supervisor: Supervisor,
) -> None:
    log = Log(poison=frozenset({1}), error=ValueError("never"))
    queue = WriteQueue[int]("numbers", log.write, window_s=0, batch_size=10, max_tries=3)
    queue.start(supervisor)
    queue.add(1)
    await drained(queue)
    queue.add(2)
    await drained(queue)
    assert log.written == [2]
