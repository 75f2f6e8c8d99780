"""A database put back from a backup: whatever was sent meanwhile, nothing is sent twice, and what was not still comes."""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.db import backup
from bot.db.backup import BackupError
from bot.db.database import Database
from bot.delivery.audit import DeliveryFilter, list_deliveries
from bot.schedule.models import Schedule
from tests.delivery.conftest import SETTINGS, Day, Node
from tests.schedules import a_schedule, a_talk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AMARA, KENJI, OLIVIA = "U0AMARA001", "U0KENJI001", "U0ORGANISE"

AS_PLANNED = a_schedule(a_talk("Flows", "10:35"), a_talk("Other", "14:00"))

MOVED = a_schedule(a_talk("Flows", "11:35"), a_talk("Other", "14:00"))

MOVED_FURTHER = a_schedule(a_talk("Flows", "12:35"), a_talk("Other", "14:00"))


class Safe:
    """Where backups go."""

    def __init__(self, day: Day, folder: Path) -> None:
        self._database, self._file = backup.database_file(day.database_url), folder / "safe.sqlite3"

    async def back_up(self) -> None:
        await asyncio.to_thread(backup.back_up, self._database, self._file, replace=False)

    async def put_back(self) -> None:
        """As soon as nobody has it open: a connection that was cut off is closed in a thread, a moment after its node."""
        put_back = partial(backup.restore, self._file, self._database, ".old", replace=True)
        async with asyncio.timeout(5):
            while True:
                try:
                    await asyncio.to_thread(put_back)
                except BackupError:
                    await asyncio.sleep(0.05)
                else:
                    return


@pytest.fixture
def safe(day: Day, tmp_path: Path) -> Safe:
    return Safe(day, tmp_path)


async def publish(node: Node, schedule: Schedule) -> None:
    await node.conference.publish_source(schedule)
    node.reminders.wake()


def landed(day: Day) -> Counter[tuple[str, str]]:
    """How often each text came to each conversation, whatever its delivery."""
    return Counter((one.channel, one.text) for one in day.slack.journal.messages if one.delivery_id)


async def reasons(database: Database) -> dict[str, int]:
    found = await database.read(list_deliveries, DeliveryFilter(), 100)
    return Counter(f"{entry.state}: {entry.because}" for entry in found)


async def test_nothing_comes_twice_and_life_goes_on(day: Day, safe: Safe, qcon: Schedule) -> None:
    await day.node(qcon)
    await day.remind()
    first, second, third, *_ = (talk.id for talk in qcon.talks)
    await day.attend(AMARA, first, second)
    await day.attend(KENJI, second, third)
    day.jump("10:26")
    await day.arrived(2)
    await day.settled()
    day.jump("11:26")  # the next are made, and wait
    await day.settled_with("pending")
    await safe.back_up()
    day.jump("11:41")  # these the backup knows
    await day.arrived(5)
    day.jump("13:31")  # of these it knows nothing
    await day.arrived(7)
    await day.settled()
    await day.crash()
    await safe.put_back()
    day.jump("13:33")
    node = await day.node(qcon)
    await day.settled()
    assert await reasons(node.database) == {"sent: ": 2, "sent: found at Slack": 3, "sent: sent before the restore": 2}
    day.jump("14:46")
    await day.arrived(8)
    await day.settled()
    assert set(landed(day).values()) == {1}
    assert sum(landed(day).values()) == 8


async def test_what_was_not_sent_since_the_backup_still_comes(day: Day, safe: Safe, qcon: Schedule) -> None:
    await day.node(qcon)
    await day.remind()
    await safe.back_up()
    await day.crash()
    await safe.put_back()
    day.jump("10:26")
    node = await day.node(qcon)
    [message] = await day.arrived()
    assert message.text.startswith("*10:35")
    assert await day.settled() == ["sent"]
    assert day.slack.journal.calls["conversations.history"] == 1
    assert set(await reasons(node.database)) == {"sent: "}


async def test_another_lead_time_chosen_since_brings_no_second_reminder(day: Day, safe: Safe, qcon: Schedule) -> None:
    await day.node(qcon)
    await day.attend(AMARA, qcon.talks[0].id, lead=10)
    await safe.back_up()
    await day.attend(AMARA, lead=30)
    day.jump("10:06")
    await day.arrived()
    await day.crash()
    await safe.put_back()
    await day.node(qcon)
    day.jump("10:26")
    await day.settled_with("sent")
    assert await day.settled() == ["sent"]
    assert sum(landed(day).values()) == 1


@pytest.mark.parametrize("told_before", [True, False])
async def test_a_change_that_was_told_is_not_told_again(day: Day, safe: Safe, told_before: bool) -> None:
    node = await day.node(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await safe.back_up()
    if told_before:
        await publish(node, MOVED)
        await day.arrived()
        await day.settled()
    await day.crash()
    await safe.put_back()
    await day.node(MOVED)
    await day.arrived()
    await day.settled()
    [message] = day.slack.deliveries()
    assert message.text == "Moved: *now Tue 5 March 11:35* · Flows (was 10:35)"
    assert set(landed(day).values()) == {1}


async def test_what_was_told_of_a_change_becomes_true_again_without_another_notice(day: Day, safe: Safe) -> None:
    node = await day.node(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await safe.back_up()
    await publish(node, MOVED)
    await day.arrived()
    await day.settled()
    await day.crash()
    await safe.put_back()
    await day.node(MOVED_FURTHER)
    [message] = await day.arrived()
    await day.slack.workspace.wait_until(lambda: "*now Tue 5 March 12:35*" in message.text)
    assert await day.settled() == ["sent", "sent"]
    assert day.slack.deliveries() == [message]


async def test_organisers_are_told_once(day: Day, safe: Safe, qcon: Schedule) -> None:
    await day.node(qcon)
    await safe.back_up()
    await day.crash()
    await safe.put_back()
    for _ in range(2):
        await day.node(qcon, replace(SETTINGS, organisers=(OLIVIA,)))
        await day.settled_with("sent")
        await day.crash()
    [alert] = day.slack.deliveries()
    assert alert.text.startswith("I was restored from a backup: what happened after <!date^")
