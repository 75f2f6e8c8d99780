from datetime import timedelta

from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import PACING
from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig, ForegroundUsage
from tests.conftest import MachineTime


async def taken(tx: Transaction) -> dict[str, int]:
    """When each bucket is free again, in milliseconds from the test's real time now."""
    now = await tx.now()
    rows = await tx.execute(select(PACING.c.bucket, PACING.c.free_at))
    return {row.bucket: (row.free_at - now) // timedelta(milliseconds=1) for row in rows}


async def test_answers_take_the_slots_of_their_method_and_channel(database: Database, machine: MachineTime) -> None:
    answers = ForegroundUsage(database, "T1", DeliveryConfig())
    for _ in range(3):
        answers.record_call(POST, "C1")
    answers.record_call(POST, "U1")
    answers.record_call("conversations.open", "")
    answers.record_call("views.open", "")
    await answers.flush()
    assert await database.read(taken) == {
        POST: 800,
        "channel:C1": 1000,  # a channel owes no more, or it would never be reminded
        "channel:U1": 1000,
        "conversations.open": 1200,
    }


async def test_each_answer_is_counted_once(database: Database) -> None:
    answers = ForegroundUsage(database, "T1", DeliveryConfig())
    answers.record_call(POST, "C1")
    await answers.flush()
    await answers.flush()
    assert (await database.read(taken))[POST] == 200
