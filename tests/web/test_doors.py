import asyncio

from bot.web.doors import Doors


async def test_doors_are_closing_for_a_while_before_they_are_shut() -> None:
    doors = Doors()
    seen = [(doors.closing, doors.shut)]
    closing = asyncio.create_task(doors.close(0.2))
    await asyncio.sleep(0)
    seen.append((doors.closing, doors.shut))
    await closing
    assert [*seen, (doors.closing, doors.shut)] == [(False, False), (True, False), (True, True)]
