"""A database restored from a backup: no message that was sent since comes twice, and none that was not is lost."""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.db import backup
from bot.db.backup import BackupError
from bot.db.database import Database
from bot.delivery.administration import DeliveryFilter, list_deliveries
from bot.schedule.models import Schedule
from tests.delivery.conftest import SETTINGS, BotProcess, Day
from tests.schedules import a_schedule, a_talk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AMARA, KENJI, OLIVIA = "U0AMARA001", "U0KENJI001", "U0ORGANISE"

AS_PLANNED = a_schedule(a_talk("Flows", "10:35"), a_talk("Other", "14:00"))

MOVED = a_schedule(a_talk("Flows", "11:35"), a_talk("Other", "14:00"))

MOVED_FURTHER = a_schedule(a_talk("Flows", "12:35"), a_talk("Other", "14:00"))


class BackupFolder:
    """A folder for one backup of the database."""

    def __init__(self, day: Day, folder: Path) -> None:
        self._database, self._file = backup.database_file(day.database_url), folder / "backups.sqlite3"

    async def back_up(self) -> None:
        await asyncio.to_thread(backup.back_up, self._database, self._file, replace=False)

    async def put_back(self) -> None:
        """Restore the backup once no connection is open: an aborted one is closed in a thread, a moment later."""
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
def backups(day: Day, tmp_path: Path) -> BackupFolder:
    return BackupFolder(day, tmp_path)


async def publish(process: BotProcess, schedule: Schedule) -> None:
    await process.conference.publish_source(schedule)
    process.reminders.wake()


def landed(day: Day) -> Counter[tuple[str, str]]:
    """How often each text was posted to each conversation, by whichever delivery."""
    return Counter((message.channel, message.text) for message in day.slack.journal.messages if message.delivery_id)


async def reasons(database: Database) -> dict[str, int]:
    records = await database.read(list_deliveries, DeliveryFilter(), 100)
    return Counter(f"{entry.state}: {entry.because}" for entry in records)


async def test_after_a_restore_no_reminder_comes_twice_and_later_ones_still_come(
    day: Day, backups: BackupFolder, qcon: Schedule
) -> None:
    await day.start_process(qcon)
    await day.remind()
    first, second, third, *_ = (talk.id for talk in qcon.talks)
    await day.attend(AMARA, first, second)
    await day.attend(KENJI, second, third)
    day.jump("10:26")
    await day.arrived(2)
    await day.settled()
    day.jump("11:26")  # the next reminders are enqueued and wait
    await day.settled_with("pending")
    await backups.back_up()
    day.jump("11:41")  # the backup has these
    await day.arrived(5)
    day.jump("13:31")  # the backup does not have these
    await day.arrived(7)
    await day.settled()
    await day.crash()
    await backups.put_back()
    day.jump("13:33")
    process = await day.start_process(qcon)
    await day.settled()
    assert await reasons(process.database) == {
        "sent: ": 2,
        "sent: found at Slack": 3,
        "sent: sent before the restore": 2,
    }
    day.jump("14:46")
    await day.arrived(8)
    await day.settled()
    assert set(landed(day).values()) == {1}
    assert sum(landed(day).values()) == 8


async def test_a_reminder_that_was_not_sent_before_the_restore_still_comes(
    day: Day, backups: BackupFolder, qcon: Schedule
) -> None:
    await day.start_process(qcon)
    await day.remind()
    await backups.back_up()
    await day.crash()
    await backups.put_back()
    day.jump("10:26")
    process = await day.start_process(qcon)
    [message] = await day.arrived()
    assert message.text.startswith("Starts at *10:35")
    assert await day.settled() == ["sent"]
    assert day.slack.journal.calls["conversations.history"] == 1
    assert set(await reasons(process.database)) == {"sent: "}


async def test_a_lead_time_changed_since_the_backup_brings_no_second_reminder(
    day: Day, backups: BackupFolder, qcon: Schedule
) -> None:
    await day.start_process(qcon)
    await day.attend(AMARA, qcon.talks[0].id, lead=10)
    await backups.back_up()
    await day.attend(AMARA, lead=30)
    day.jump("10:06")
    await day.arrived()
    await day.crash()
    await backups.put_back()
    await day.start_process(qcon)
    day.jump("10:26")
    await day.settled_with("sent")
    assert await day.settled() == ["sent"]
    assert sum(landed(day).values()) == 1


@pytest.mark.parametrize("told_before", [True, False])
async def test_a_change_is_announced_once_whether_before_or_after_the_restore(
    day: Day, backups: BackupFolder, told_before: bool
) -> None:
    process = await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await backups.back_up()
    if told_before:
        await publish(process, MOVED)
        await day.arrived()
        await day.settled()
    await day.crash()
    await backups.put_back()
    await day.start_process(MOVED)
    await day.arrived()
    await day.settled()
    [message] = day.slack.deliveries()
    assert message.text == "Moved: *now Tue 5 March 11:35* · Flows (was 10:35)"
    assert set(landed(day).values()) == {1}


async def test_a_notice_sent_before_the_restore_is_edited_when_the_talk_moves_again(
    day: Day, backups: BackupFolder
) -> None:
    process = await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await backups.back_up()
    await publish(process, MOVED)
    await day.arrived()
    await day.settled()
    await day.crash()
    await backups.put_back()
    await day.start_process(MOVED_FURTHER)
    [message] = await day.arrived()
    await day.slack.workspace.wait_until(lambda: "*now Tue 5 March 12:35*" in message.text)
    assert await day.settled() == ["sent", "sent"]
    assert day.slack.deliveries() == [message]


async def test_organisers_are_told_once_of_a_restore(day: Day, backups: BackupFolder, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await backups.back_up()
    await day.crash()
    await backups.put_back()
    for _ in range(2):
        await day.start_process(qcon, replace(SETTINGS, organisers=(OLIVIA,)))
        await day.settled_with("sent")
        await day.crash()
    [alert] = day.slack.deliveries()
    assert alert.text.startswith("I was restored from a backup, so I may not know what happened after <!date^")
