"""Progress of sending while the database cannot be reached."""

from typing import Any

import pytest

from bot.clock import Clock
from bot.delivery.progress import DueDeliveries, ProgressMonitor


class Database:
    """A database that answers these numbers of due deliveries, without pauses, and then cannot be reached."""

    def __init__(self, *due: int) -> None:
        self._answers: list[object] = [(DueDeliveries(count, None), {}) for count in due]

    async def read(self, *_: Any) -> Any:
        if not self._answers:
            raise ConnectionRefusedError
        return self._answers.pop(0)


@pytest.mark.parametrize(("due", "problems"), [(0, 0), (3, 1)])
async def test_due_deliveries_are_reported_as_of_the_last_successful_look(due: int, problems: int) -> None:
    monitor = ProgressMonitor(Database(due, due), Clock(), "T1", stalled_after_s=0)  # type: ignore[arg-type]
    await monitor.look()
    await monitor.look()
    with pytest.raises(ConnectionRefusedError):
        await monitor.look()
    assert len(monitor.problems) == problems
