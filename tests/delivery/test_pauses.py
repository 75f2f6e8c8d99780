import pytest

from bot.db.database import Database
from bot.db.sql import MAX_CLOCK_SKEW
from bot.delivery import pauses
from bot.delivery.models import POST

BEFORE_THE_CLOCK_WAS_PUT_BACK = 2 * MAX_CLOCK_SKEW.total_seconds()  # no pause is that long


@pytest.mark.parametrize(("seconds", "holds"), [(60, True), (-60, False), (BEFORE_THE_CLOCK_WAS_PUT_BACK, False)])
async def test_a_method_is_paused_exactly_while_its_pause_is_listed(
    database: Database, seconds: float, holds: bool
) -> None:
    await database.write(pauses.pause, "T1", POST, "rate limited", seconds=seconds)
    assert (POST in await database.read(pauses.active_pauses, "T1")) == holds
    assert await database.read(pauses.may_call, "T1", POST) != holds
