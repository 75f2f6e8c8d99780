import asyncio

from bot.web.health import Shutdown


async def test_a_shutdown_drains_for_a_while_before_it_closes() -> None:
    doors = Shutdown()
    seen = [(doors.draining, doors.closed)]
    closing = asyncio.create_task(doors.drain(0.2))
    await asyncio.sleep(0)
    seen.append((doors.draining, doors.closed))
    await closing
    assert [*seen, (doors.draining, doors.closed)] == [(False, False), (True, False), (True, True)]
