import asyncio
from contextlib import ExitStack

import pytest

from bot.slack.limits import HARD_LIMIT, SOFT_LIMIT, ConcurrencyLimiter, TooBusy


async def test_draining_waits_for_what_is_under_way() -> None:
    crowd, finish = ConcurrencyLimiter(), asyncio.Event()

    async def work() -> None:
        with crowd.track():
            await finish.wait()

    assert await crowd.wait_idle(0.01)
    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not await crowd.wait_idle(0.01)
    finish.set()
    assert await crowd.wait_idle(1)
    await asyncio.gather(*tasks)


def test_too_many_are_told_so_and_far_too_many_are_not_looked_at() -> None:
    crowd = ConcurrencyLimiter()
    with ExitStack() as everyone:
        for _ in range(SOFT_LIMIT):
            everyone.enter_context(crowd.track())
            crowd.check()
        with crowd.track(), pytest.raises(TooBusy, match="a few seconds"):
            crowd.check()
        looked_at = not crowd.is_overloaded
        for _ in range(HARD_LIMIT - SOFT_LIMIT):
            everyone.enter_context(crowd.track())
        assert looked_at
        assert crowd.is_overloaded
    crowd.check()
