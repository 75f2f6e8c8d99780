import asyncio

import pytest

from bot.clock import monotonic
from bot.slack.limits import MAX_QUEUE_S, ChannelBusy, ChannelPacer


async def test_posts_to_one_channel_are_spaced_without_delaying_other_channels() -> None:
    pacer, began, posted = ChannelPacer(interval_s=0.05), monotonic(), []

    async def post(channel: str, number: int) -> None:
        await pacer.wait_for_slot(channel)
        posted.append((channel, number, monotonic() - began))

    await asyncio.gather(*(post("C1", number) for number in range(4)), post("C2", 0))
    times = {(channel, number): at for channel, number, at in posted}
    assert [number for channel, number, _ in posted if channel == "C1"] == [0, 1, 2, 3]
    assert times["C1", 3] >= 0.15
    assert times["C2", 0] < times["C1", 1]


async def test_an_answer_that_would_come_too_late_is_refused() -> None:
    pacer = ChannelPacer(interval_s=MAX_QUEUE_S)
    await pacer.wait_for_slot("C1")
    waiting = asyncio.create_task(pacer.wait_for_slot("C1"))
    await asyncio.sleep(0)
    with pytest.raises(ChannelBusy):
        await pacer.wait_for_slot("C1")
    waiting.cancel()
