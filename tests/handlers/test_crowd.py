import asyncio
from contextlib import ExitStack

import pytest

from bot.handlers.crowd import MOST, OVERRUN, Crowd, TooBusyError


async def test_draining_waits_for_what_is_under_way() -> None:
    crowd, finish = Crowd(), asyncio.Event()

    async def work() -> None:
        with crowd.joined():
            await finish.wait()

    assert await crowd.drained(0.01)
    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not await crowd.drained(0.01)
    finish.set()
    assert await crowd.drained(1)
    await asyncio.gather(*tasks)


def test_too_many_are_told_so_and_far_too_many_are_not_looked_at() -> None:
    crowd = Crowd()
    with ExitStack() as everyone:
        for _ in range(MOST):
            everyone.enter_context(crowd.joined())
            crowd.make_way()
        with crowd.joined(), pytest.raises(TooBusyError, match="a few seconds"):
            crowd.make_way()
        looked_at = not crowd.is_overrun
        for _ in range(OVERRUN - MOST):
            everyone.enter_context(crowd.joined())
        assert looked_at
        assert crowd.is_overrun
    crowd.make_way()
