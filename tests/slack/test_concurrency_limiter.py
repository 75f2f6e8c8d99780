import asyncio
from contextlib import ExitStack

import pytest

from bot.slack.limits import HARD_LIMIT, SHARE_BURST, SHARE_LIMIT, SOFT_LIMIT, ConcurrencyLimiter, TooBusy


async def test_draining_waits_for_the_requests_under_way() -> None:
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


def test_requests_over_the_soft_limit_are_refused_and_over_the_hard_limit_not_read() -> None:
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


def test_a_workspace_over_its_share_leaves_the_rest_to_others() -> None:
    process = ConcurrencyLimiter()
    one, other = process.share(), process.share()
    with ExitStack() as everyone:
        for _ in range(SHARE_LIMIT):
            everyone.enter_context(one.track())
            one.check()
        with one.track(), pytest.raises(TooBusy):
            one.check()
        with other.track():
            other.check()
        for _ in range(SHARE_LIMIT):
            everyone.enter_context(one.track())
        assert one.is_overloaded
        assert not other.is_overloaded
        for _ in range(SOFT_LIMIT - 2 * SHARE_LIMIT):
            everyone.enter_context(process.track())
        with other.track(), pytest.raises(TooBusy):  # the process as a whole has too many
            other.check()


def test_a_workspace_over_its_rate_is_refused_without_affecting_others() -> None:
    process = ConcurrencyLimiter()
    one, other = process.share(), process.share()
    for _ in range(int(SHARE_BURST)):
        one.check()
    with pytest.raises(TooBusy):
        _check_often(one)  # also what comes back meanwhile is used up
    other.check()


def _check_often(limiter: ConcurrencyLimiter) -> None:
    for _ in range(1_000_000):
        limiter.check()
