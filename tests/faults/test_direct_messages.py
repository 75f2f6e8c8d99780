"""Hundreds of people whose direct messages were never opened, all to be reminded at the same time."""

import pytest
from sqlalchemy import update

from bot.db.database import Transaction
from bot.db.tables import PEOPLE
from tests.faults.conftest import Table
from tests.faults.trial import Trial, a_day

pytestmark = [pytest.mark.slow, pytest.mark.serial]

PEOPLE_COUNT = 300


@pytest.mark.parametrize("nodes", [1, 2])
async def test_everyone_is_reminded_even_if_no_direct_message_is_open(
    postgresql_url: str, table: Table, nodes: int
) -> None:
    # Everything is ten times faster than by default, and so is the time that there is.
    async with Trial.on(postgresql_url, rate_per_minute=3000, http_timeout_s=1.5, lease_s=12.0, settle_s=3.0) as trial:
        await trial.seed(a_day(1), people=PEOPLE_COUNT, talks_each=1)
        await trial.database.write(_forget_direct_messages)
        for _ in range(nodes):
            trial.start()
        await trial.finished(within_s=90)
        count, calls = await trial.count(), (await trial.slack.counts())["calls"]
        table.add(f"no direct message open, {nodes} nodes", count, 0)
        assert (count.lost, count.duplicated, count.landed) == (0, 0, PEOPLE_COUNT)
        assert calls["conversations.open"] == PEOPLE_COUNT
        assert "conversations.history" not in calls  # none was unknown


async def _forget_direct_messages(tx: Transaction) -> None:
    await tx.execute(update(PEOPLE).values(channel=""))
