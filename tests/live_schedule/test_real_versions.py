"""Two successive versions of real conferences, followed live, with somebody who saved each session."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.tables import AGENDA, DELIVERY_TALKS, PEOPLE
from bot.delivery.change_messages import ChangedTalk, change_line
from bot.delivery.models import NOTICE
from bot.delivery.planner import ReminderPlanner
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.watcher import GUESSES_ALERT, SourceWatcher
from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportResult
from bot.search.index import build
from tests.live_schedule.sources import GivenSource
from tests.schedule.importers.table import REAL
from tests.schedules import a_schedule


def imported(name: str) -> ImportResult:
    file = Path(REAL / name)
    if not file.exists():
        pytest.skip(f"needs ../shared/schedules/{name}, which is not part of this repository")
    return import_schedule(file.read_bytes(), name)


async def heard(database: Database, *names: str) -> Mapping[str, str]:
    """Follow two versions. Return the line that the saver of each changed session reads, by the session's id."""

    async def set_alert(subject: str, text: str, _: int) -> None:
        assert not text or subject == GUESSES_ALERT, text

    source = GivenSource()
    live = LiveSchedule(database, ReminderPlanner(Clock(), (10,)), VersionCache(lambda _: build(a_schedule())))
    watcher = SourceWatcher(source, live, set_alert)
    source.version, later = map(imported, names)
    await watcher.start(await watcher.first_look())
    before = live.current.schedule

    async def save_all(tx: Transaction) -> None:
        now = await tx.now()
        people = [{"workspace": "T1", "person": f"U{number}"} for number in range(len(before.talks))]
        saved = [person | {"talk": talk.id} for person, talk in zip(people, before.talks, strict=True)]
        await tx.execute(insert(AGENDA).values(saved_at=now), saved)
        chosen = {"reminded": True, "lead": 10, "digest": False, "channel": "", "zone": "", "changed_at": now}
        await tx.execute(insert(PEOPLE).values(chosen), people)

    await database.write(save_all)
    source.version = later
    assert not await watcher.poll()
    assert await watcher.poll()
    after = live.current.schedule
    told = select(DELIVERY_TALKS.c.conversation, DELIVERY_TALKS.c.talk).where(DELIVERY_TALKS.c.kind == NOTICE)
    rows = (await database.read(lambda tx: tx.execute(told))).all()
    assert {row.conversation: row.talk for row in rows} == {
        f"U{number}": talk.id for number, talk in enumerate(before.talks) if talk.id in {row.talk for row in rows}
    }
    return {
        row.talk: change_line(
            ChangedTalk(before.talk_by_id[row.talk], after.talk_by_id[row.talk]), after.conference, None
        )
        for row in rows
    }


def counted(lines: Mapping[str, str]) -> Mapping[str, int]:
    for line in sorted(lines.values()):
        print(line)
    return Counter(line.partition(":")[0] for line in lines.values())


async def test_savers_of_europython_hear_of_moves_and_not_of_the_hall_that_got_a_sponsor(database: Database) -> None:
    lines = await heard(database, "pretalx-api-europython-2023-07-01.json", "pretalx-api-europython-2023-latest.json")
    assert counted(lines) == {"Moved": 23, "Cancelled": 7, "Now titled": 5, "Now given by": 2}
    assert sum("was" in line and "Forum Hall" in line.partition("(was")[2] for line in lines.values()) == 1


async def test_savers_of_a_cruise_hear_what_its_two_calendars_say(database: Database) -> None:
    lines = await heard(database, "sched-joco-2023-v1.ics", "sched-joco-2023-v2.ics")
    assert counted(lines) == {"Moved": 17, "Cancelled": 8, "Now titled": 1}
