"""Watching a source that changes while the bot runs."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from bot.db.database import Database
from bot.errors import ScheduleError, SettingsError
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import ScheduleSource
from bot.live_schedule.watcher import FAILURES_BEFORE_ALERT, SourceWatcher, load_initial
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import schedule_yaml
from bot.search.index import build
from tests.live_schedule.test_current import RecordingPlanner
from tests.schedules import a_conference, a_schedule, a_talk, london

TALKS = [a_talk(f"Talk {number}", f"{number:02}:00") for number in range(10, 20)]

WHOLE = a_schedule(*TALKS)

MOVED = a_schedule(a_talk("Talk 10", "09:00"), *TALKS[1:])

TWO_FEWER = a_schedule(*TALKS[2:])

THREE_FEWER = a_schedule(*TALKS[3:])


class Followed:
    """A live schedule whose source is a file that the test writes."""

    def __init__(self, file: Path, database: Database) -> None:
        self.file = file
        self.conference = LiveSchedule(database, RecordingPlanner(), build)
        self.source = ScheduleSource(str(file))
        self.alerts: list[str] = []
        self.usable = 0
        self.follower = SourceWatcher(self.source, self.conference, self.tell)
        self.writes = 0

    async def tell(self, why: str, usable: int) -> None:
        self.alerts.append(why)
        self.usable = usable

    def write(self, content: bytes) -> None:
        self.writes += 1
        self.file.write_bytes(
            content + b"\n" * self.writes
        )  # the size changes even if the test writes within one tick of the file system's clock

    async def becomes(self, schedule: Schedule) -> bool:
        self.write(schedule_yaml(schedule))
        return await self.follower.poll()

    @property
    def served(self) -> Schedule:
        return self.conference.current.schedule


@pytest.fixture
async def followed(tmp_path: Path, database: Database) -> Followed:
    followed = Followed(tmp_path / "schedule.yaml", database)
    followed.write(schedule_yaml(WHOLE))
    schedule = await followed.source.read_if_changed()
    assert schedule == WHOLE
    await followed.conference.publish_source(schedule)
    return followed


async def test_a_file_that_stays_as_it_is_is_not_read_again(followed: Followed) -> None:
    assert not await followed.follower.poll()
    assert followed.conference.current.revision == 1


async def test_a_new_version_is_served(followed: Followed) -> None:
    assert await followed.becomes(MOVED)
    assert (followed.served, followed.conference.current.revision) == (MOVED, 2)
    assert not await followed.becomes(MOVED)  # the same content, written again
    assert followed.alerts == []


async def test_a_bad_version_is_refused_and_told_once(followed: Followed) -> None:
    followed.write(b"talks: *none")
    assert not await followed.follower.poll()
    assert not await followed.follower.poll()
    assert followed.served == WHOLE
    assert len(followed.alerts) == 1
    assert "schedule.yaml:1:8: error: `*none` refers to nothing above it" in followed.alerts[0]


async def test_a_file_that_is_gone_is_told_and_the_last_version_serves_on(followed: Followed) -> None:
    followed.file.unlink()
    assert not await followed.follower.poll()
    assert followed.served == WHOLE
    assert "cannot be read" in followed.alerts[0]
    assert await followed.becomes(MOVED)


async def test_a_few_talks_may_go_and_many_may_not(followed: Followed) -> None:
    assert not await followed.becomes(THREE_FEWER)
    assert followed.served == WHOLE
    assert "3 of 10 talks are gone" in followed.alerts[0]
    assert await followed.becomes(TWO_FEWER)
    assert followed.served.given == TWO_FEWER.talks
    assert followed.served.talks == tuple(replace(talk, cancelled=True) for talk in TALKS[:2]) + TWO_FEWER.talks


async def test_what_is_cancelled_already_does_not_count_as_gone(followed: Followed) -> None:
    assert await followed.becomes(TWO_FEWER)
    assert await followed.becomes(THREE_FEWER)
    assert followed.alerts == []


async def test_a_version_that_lacks_too_much_can_be_used_anyway(followed: Followed) -> None:
    await followed.becomes(THREE_FEWER)
    await followed.conference.use_anyway(followed.usable, "U1")
    assert followed.served.given == THREE_FEWER.talks
    assert not await followed.becomes(THREE_FEWER)
    assert len(followed.alerts) == 1


async def test_a_restart_judges_too_and_serves_the_last_good_version(followed: Followed, database: Database) -> None:
    restarted = Followed(followed.file, database)
    restarted.write(schedule_yaml(THREE_FEWER))
    await restarted.follower.serve_initial(await load_initial(restarted.source, database))
    assert restarted.served == WHOLE
    await restarted.conference.use_anyway(restarted.usable, "U1")
    assert restarted.served.given == THREE_FEWER.talks


async def test_a_restart_with_another_conference_is_meant(followed: Followed, database: Database) -> None:
    another_conference = a_schedule(
        a_talk("C", london("10:00", "2020-03-02")), conference=a_conference(days=(date(2020, 3, 2),))
    )
    restarted = Followed(followed.file, database)
    restarted.write(schedule_yaml(another_conference))
    await restarted.follower.serve_initial(await load_initial(restarted.source, database))
    assert restarted.served == another_conference


async def test_a_version_that_came_while_the_database_failed_is_tried_again(
    followed: Followed, database: Database
) -> None:
    class FailsOnce(RecordingPlanner):
        async def plan(self, *arguments: Any) -> None:
            await super().plan(*arguments)
            if len(self.planned) == 1:
                raise DBAPIError("publishing", None, Exception("out of space"))

    followed.conference = LiveSchedule(database, FailsOnce(), build)
    await followed.conference.refresh()
    followed.follower = SourceWatcher(followed.source, followed.conference, followed.tell)
    with pytest.raises(DBAPIError):
        await followed.becomes(MOVED)
    assert await followed.follower.poll()
    assert followed.served == MOVED


async def test_what_was_mended_and_breaks_again_is_told_again(followed: Followed) -> None:
    for schedule in (THREE_FEWER, MOVED, THREE_FEWER):
        await followed.becomes(schedule)
    assert len(followed.alerts) == 2


async def test_what_is_served_ages_while_its_source_says_something_else(followed: Followed) -> None:
    async def age() -> float:
        await asyncio.sleep(0.5)
        await followed.follower.poll()  # the source is still the same
        return followed.follower.age_s

    for version in (schedule_yaml(THREE_FEWER), b"talks: *none"):
        followed.write(version)
        assert await age() >= 0.5
        await followed.becomes(MOVED)
        assert await age() < 0.5


async def test_what_an_organiser_used_anyway_is_what_is_served(followed: Followed) -> None:
    await followed.becomes(THREE_FEWER)
    await followed.conference.use_anyway(followed.usable, "U1")
    await asyncio.sleep(0.5)
    await followed.follower.poll()
    assert followed.follower.age_s < 0.5


async def test_an_address_that_does_not_answer_once_is_no_news(followed: Followed) -> None:
    follower = SourceWatcher(ScheduleSource("http://127.0.0.1:1/schedule.json"), followed.conference, followed.tell)
    for _ in range(FAILURES_BEFORE_ALERT - 1):
        assert not await follower.poll()
    assert followed.alerts == []
    assert not await follower.poll()
    assert len(followed.alerts) == 1
    assert followed.served == WHOLE


async def test_an_address_that_gives_nothing_at_the_start_is_served_from_what_it_gave_last(
    followed: Followed, database: Database
) -> None:
    assert await load_initial(ScheduleSource("http://127.0.0.1:1/schedule.json"), database) == WHOLE


async def test_without_a_last_version_there_is_nothing_to_serve(database: Database, tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        await load_initial(ScheduleSource("http://127.0.0.1:1/schedule.json"), database)
    with pytest.raises(SettingsError):
        await load_initial(ScheduleSource(str(tmp_path / "none.yaml")), database)


async def test_a_bad_file_at_the_start_is_never_hidden_by_the_last_version(
    followed: Followed, database: Database
) -> None:
    followed.write(b"talks: *none")
    with pytest.raises(ScheduleError):
        await load_initial(ScheduleSource(str(followed.file)), database)
