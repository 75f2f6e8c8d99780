"""Watching a source that changes while the bot runs."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from bot.db.database import Database
from bot.errors import Problem, ScheduleError, SettingsError
from bot.live_schedule import watcher
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import FILE_POLL_S, ScheduleSource
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.watcher import FAILURES_BEFORE_ALERT, SourceWatcher
from bot.schedule.models import Schedule
from bot.schedule.overrides import override_of
from bot.schedule.yaml.dump import schedule_yaml
from bot.search.index import build
from tests.live_schedule.test_current import RecordingPlanner
from tests.schedules import a_conference, a_schedule, a_talk, london

TALKS = [a_talk(f"Talk {number}", f"{number:02}:00") for number in range(10, 20)]

WHOLE = a_schedule(*TALKS)

HALF_HOUR = timedelta(minutes=30)

MOVED = a_schedule(a_talk("Talk 10", "09:00"), *TALKS[1:])

TWO_FEWER = a_schedule(*TALKS[2:])

THREE_FEWER = a_schedule(*TALKS[3:])


class Followed:
    """A live schedule whose source is a file that the test writes."""

    def __init__(self, file: Path, database: Database) -> None:
        self.file = file
        self.planner = RecordingPlanner()
        self.conference = LiveSchedule(database, self.planner, VersionCache(build))
        self.source = ScheduleSource(str(file))
        self.alerts: list[str] = []
        self.usable = 0
        self.is_closed = True
        self.guesses: list[str] = []
        self.follower = SourceWatcher(self.source, self.conference, self.set_alert)
        self.writes = 0

    async def set_alert(self, subject: str, why: str, usable: int) -> None:
        if subject == watcher.GUESSES_ALERT:
            self.guesses.append(why)
            return
        self.is_closed = not why
        if why:
            self.alerts.append(why)
            self.usable = usable

    def write(self, content: bytes) -> None:
        self.writes += 1
        self.file.write_bytes(
            content + b"\n" * self.writes
        )  # the size changes even if the test writes within one tick of the file system's clock

    async def becomes(self, schedule: Schedule) -> bool:
        self.write(schedule_yaml(schedule))
        return await self.polls_twice()

    async def polls_twice(self) -> bool:
        assert not await self.follower.poll()
        return await self.follower.poll()

    async def start(self) -> None:
        await self.follower.start(await self.follower.first_look())

    @property
    def served(self) -> Schedule:
        return self.conference.current.schedule


@pytest.fixture
async def followed(tmp_path: Path, database: Database) -> Followed:
    followed = Followed(tmp_path / "schedule.yaml", database)
    followed.write(schedule_yaml(WHOLE))
    await followed.start()
    assert followed.served == WHOLE
    return followed


async def test_an_unchanged_file_is_not_read_again(followed: Followed) -> None:
    assert not await followed.follower.poll()
    assert followed.conference.current.revision == 1


async def test_a_new_version_is_served(followed: Followed) -> None:
    assert await followed.becomes(MOVED)
    assert (followed.served, followed.conference.current.revision) == (MOVED, 2)
    assert not await followed.becomes(MOVED)  # the same content, written again
    assert followed.alerts == []


async def test_a_version_that_others_read_before_a_workspace_closes_is_served_when_it_opens_again(
    followed: Followed,
) -> None:
    followed.write(schedule_yaml(MOVED))
    await followed.source.read(0)  # by another workspace
    left = followed.follower.served_digest
    followed.follower = SourceWatcher(followed.source, followed.conference, followed.set_alert, left, is_woken=True)
    await followed.start()
    assert followed.served == MOVED


async def test_a_version_that_is_read_while_another_is_published_is_served_next(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = followed.conference.publish_source

    async def read_meanwhile(version: Schedule) -> Snapshot:
        monkeypatch.undo()
        followed.write(schedule_yaml(TWO_FEWER))
        await followed.source.read(0)  # by another workspace
        return await publish(version)

    monkeypatch.setattr(followed.conference, "publish_source", read_meanwhile)
    assert await followed.becomes(MOVED)
    assert followed.served == MOVED
    assert await followed.polls_twice()
    assert followed.served.given == TWO_FEWER.given


async def test_a_start_serves_what_it_found_whatever_others_read_meanwhile(tmp_path: Path, database: Database) -> None:
    followed = Followed(tmp_path / "schedule.yaml", database)
    followed.write(schedule_yaml(WHOLE))
    initial = await followed.follower.first_look()
    followed.write(schedule_yaml(MOVED))
    await followed.source.read(0)
    await followed.follower.start(initial)
    assert followed.served == WHOLE
    assert await followed.polls_twice()
    assert followed.served == MOVED


async def test_new_keys_make_no_new_version_but_are_kept_to_recognise_the_next_one(followed: Followed) -> None:
    for fetch in ("a", "b", "c"):
        followed.write(schedule_yaml(a_schedule(*(replace(talk, id=f"{fetch}-{talk.id}") for talk in TALKS))))
        assert not await followed.polls_twice()
    assert (followed.served, followed.conference.current.revision, followed.alerts) == (WHOLE, 1, [])
    other = a_talk("Quite another title", "10:00", id="c-talk-10")
    assert await followed.becomes(a_schedule(other, *(replace(talk, id=f"c-{talk.id}") for talk in TALKS[1:])))
    assert followed.served == a_schedule(replace(other, id="talk-10"), *TALKS[1:])


async def test_a_feed_with_new_keys_at_every_poll_is_followed(followed: Followed) -> None:
    for fetch in ("a", "b"):
        followed.write(schedule_yaml(a_schedule(*(replace(talk, id=f"{fetch}-{talk.id}") for talk in MOVED.talks))))
        await followed.follower.poll()
    assert followed.served == MOVED


async def test_a_file_is_read_only_when_two_polls_find_the_same_content(followed: Followed) -> None:
    whole = schedule_yaml(MOVED)
    for size in (len(whole) // 3, len(whole) // 2, len(whole) - 20):
        followed.write(whole[:size])
        assert not await followed.follower.poll()
    assert (followed.served, followed.alerts) == (WHOLE, [])
    assert await followed.becomes(MOVED)
    assert followed.alerts == []


async def test_the_second_poll_of_a_changed_file_comes_soon(followed: Followed) -> None:
    assert followed.follower.interval_s == FILE_POLL_S
    followed.write(schedule_yaml(MOVED))
    await followed.follower.poll()
    assert followed.follower.interval_s == watcher.SECOND_LOOK_S
    await followed.follower.poll()
    assert followed.follower.interval_s == FILE_POLL_S


async def test_a_broken_version_is_refused_and_reported_once(followed: Followed) -> None:
    followed.write(b"talks: *none")
    assert not await followed.polls_twice()
    assert not await followed.polls_twice()
    assert followed.served == WHOLE
    assert len(followed.alerts) == 1
    assert "schedule.yaml:1:8: error: `*none` refers to nothing above it" in followed.alerts[0]
    assert followed.follower.problem == followed.alerts[0]


async def test_a_missing_file_is_reported_and_the_last_version_stays_in_use(followed: Followed) -> None:
    followed.file.unlink()
    assert not await followed.polls_twice()
    assert followed.served == WHOLE
    assert "cannot be read" in followed.alerts[0]
    assert await followed.becomes(MOVED)
    assert followed.is_closed


async def test_a_version_may_drop_a_few_talks_but_not_many(followed: Followed) -> None:
    assert not await followed.becomes(THREE_FEWER)
    assert followed.served == WHOLE
    assert "3 of 10 talks are gone" in followed.alerts[0]
    assert await followed.becomes(TWO_FEWER)
    assert followed.served.given == TWO_FEWER.talks
    assert followed.served.talks == tuple(replace(talk, cancelled=True) for talk in TALKS[:2]) + TWO_FEWER.talks


async def test_a_source_that_drops_what_is_over_changes_nothing_and_alerts_nobody(followed: Followed) -> None:
    followed.planner.now = london("13:00")
    assert not await followed.becomes(THREE_FEWER)
    assert (followed.served, followed.alerts) == (WHOLE, [])


async def test_a_source_that_catches_up_with_the_organisers_is_plausible(followed: Followed) -> None:
    later = [replace(talk, start=talk.start + HALF_HOUR, end=talk.end + HALF_HOUR) for talk in TALKS]
    delays = [override_of(talk, start=new.start, end=new.end) for talk, new in zip(TALKS, later, strict=True)]
    await followed.conference.apply(delays, "delayed all", "U1", on=followed.conference.current)
    await followed.becomes(a_schedule(*later))
    assert (followed.served, followed.alerts) == (a_schedule(*later), [])


async def test_the_log_says_why_a_version_is_not_served(followed: Followed) -> None:
    with capture_logs() as lines:
        assert not await followed.becomes(a_schedule(*TALKS[3:]))
    [line] = [line for line in lines if line["event"] == "a new version of the schedule is not served"]
    assert "3 of 10 talks are gone" in line["reason"]


async def test_a_source_that_goes_back_and_forth_is_followed_once_and_alerted_of_twice(followed: Followed) -> None:
    versions = [schedule_yaml(WHOLE), schedule_yaml(MOVED) + b"\n"]
    for number in range(1, 9):
        followed.file.write_bytes(versions[number % 2])
        await followed.follower.poll()
        await followed.follower.poll()
    assert followed.conference.current.revision == 3
    assert [alert.partition(", ")[2] for alert in followed.alerts] == [
        "everything is as it was two versions ago. The source goes back and forth."
    ] * 2
    assert not followed.is_closed


async def test_a_source_that_breaks_again_and_again_is_alerted_of_twice(followed: Followed) -> None:
    for _ in range(4):
        followed.write(b"talks: *none")
        await followed.polls_twice()
        await followed.becomes(WHOLE)
    assert len(followed.alerts) == 2


async def test_talks_that_are_already_cancelled_do_not_count_as_gone(followed: Followed) -> None:
    assert await followed.becomes(TWO_FEWER)
    assert await followed.becomes(THREE_FEWER)
    assert followed.alerts == []


async def test_a_version_that_drops_many_talks_can_be_used_anyway(followed: Followed) -> None:
    await followed.becomes(THREE_FEWER)
    await followed.conference.use_anyway(followed.usable, "U1")
    assert followed.served.given == THREE_FEWER.talks
    assert not await followed.becomes(THREE_FEWER)
    assert len(followed.alerts) == 1


async def test_a_rejected_version_with_new_keys_is_asked_about_only_once(followed: Followed) -> None:
    def with_keys(made_at: str) -> Schedule:
        return a_schedule(*(replace(talk, id=f"{made_at}-{talk.id}") for talk in THREE_FEWER.talks))

    first = await followed.conference.reject(with_keys("monday"), "3 of 10 talks are gone")
    assert await followed.conference.reject(with_keys("tuesday"), "3 of 10 talks are gone") == first
    assert await followed.conference.reject(a_schedule(*TALKS[4:]), "4 of 10 talks are gone") != first


async def test_a_restart_rejects_an_implausible_version_and_serves_the_last_good_one(
    followed: Followed, database: Database
) -> None:
    restarted = Followed(followed.file, database)
    restarted.write(schedule_yaml(THREE_FEWER))
    await restarted.start()
    assert restarted.served == WHOLE
    await restarted.conference.use_anyway(restarted.usable, "U1")
    assert restarted.served.given == THREE_FEWER.talks


async def test_another_conference_waits_for_an_organiser_also_at_a_restart(
    followed: Followed, database: Database
) -> None:
    next_year = a_schedule(
        a_talk("C", london("10:00", "2020-03-02")), conference=a_conference(days=(date(2020, 3, 2),))
    )
    assert not await followed.becomes(next_year)
    restarted = Followed(followed.file, database)
    await restarted.start()
    assert followed.served == restarted.served == WHOLE
    assert followed.alerts == restarted.alerts
    assert "the days are 2 March 2020, not 4 March 2019 to 6 March 2019" in followed.alerts[0]
    await restarted.conference.use_anyway(restarted.usable, "U1")
    assert restarted.served == next_year


@pytest.mark.parametrize("content", [b"", b"\n", b"talks: *none", b"<html></html>", b"\x1f\x8b\x08broken", b"{}", None])
async def test_a_restart_with_a_broken_file_serves_the_last_accepted_version(
    followed: Followed, database: Database, content: bytes | None
) -> None:
    restarted = Followed(followed.file, database)
    if content is None:
        followed.file.unlink()
    else:
        followed.file.write_bytes(content)
    await restarted.start()
    assert restarted.served == WHOLE
    assert restarted.alerts == [restarted.follower.problem]
    assert await restarted.becomes(MOVED)
    assert restarted.is_closed
    assert restarted.follower.problem == ""


async def test_a_restart_with_a_newer_file_serves_it(followed: Followed, database: Database) -> None:
    restarted = Followed(followed.file, database)
    restarted.write(schedule_yaml(MOVED))
    await restarted.start()
    assert (restarted.served, restarted.alerts) == (MOVED, [])


async def test_an_alert_that_could_not_be_stored_is_tried_again(followed: Followed) -> None:
    taken: list[str] = []

    async def fails_once(subject: str, why: str, usable: int) -> None:
        if subject == watcher.GUESSES_ALERT:
            return
        taken.append(why)
        if len(taken) == 1:
            raise DBAPIError("alerting", None, Exception("out of space"))

    followed.follower = SourceWatcher(followed.source, followed.conference, fails_once)
    followed.write(b"talks: *none")
    assert not await followed.follower.poll()
    with pytest.raises(DBAPIError):
        await followed.follower.poll()
    for _ in range(3):
        await followed.follower.poll()
    assert len(taken) == 2


async def test_a_version_that_came_while_the_database_failed_is_tried_again(
    followed: Followed, database: Database
) -> None:
    class FailsOnce(RecordingPlanner):
        async def plan(self, *arguments: Any) -> None:
            await super().plan(*arguments)
            if len(self.planned) == 1:
                raise DBAPIError("publishing", None, Exception("out of space"))

    followed.conference = LiveSchedule(database, FailsOnce(), VersionCache(build))
    await followed.conference.refresh()
    followed.follower = SourceWatcher(followed.source, followed.conference, followed.set_alert)
    with pytest.raises(DBAPIError):
        await followed.becomes(MOVED)
    assert followed.served == WHOLE
    assert await followed.follower.poll()
    assert followed.served == MOVED


async def test_a_source_that_recovers_and_breaks_again_is_reported_again(followed: Followed) -> None:
    for schedule in (THREE_FEWER, MOVED, THREE_FEWER):
        await followed.becomes(schedule)
    assert len(followed.alerts) == 2


async def test_the_served_schedule_ages_while_the_source_has_a_rejected_version(followed: Followed) -> None:
    async def age() -> float:
        await asyncio.sleep(0.5)
        await followed.follower.poll()  # the source is still the same
        return followed.follower.age_s

    for version in (schedule_yaml(THREE_FEWER), b"talks: *none"):
        followed.write(version)
        assert await age() >= 0.5
        await followed.becomes(MOVED)
        assert await age() < 0.5


async def test_the_age_is_reset_when_an_organiser_uses_a_rejected_version_anyway(followed: Followed) -> None:
    await followed.becomes(THREE_FEWER)
    await followed.conference.use_anyway(followed.usable, "U1")
    await asyncio.sleep(0.5)
    await followed.follower.poll()
    assert followed.follower.age_s < 0.5


def a_programme(date: str, start: str, zone: str = "<time_zone_name>Europe/Berlin</time_zone_name>") -> bytes:
    """A schedule.xml with one talk that has two times."""
    return f"""<schedule><conference><title>C</title>{zone}</conference>
    <day date="2024-06-26"><room name="R"><event guid="g"><date>{date}</date><start>{start}</start>
    <duration>00:45</duration><title>Packages</title></event></room></day></schedule>""".encode()


async def test_a_guessed_time_zone_is_reported_once_and_cleared_when_the_source_names_it(
    tmp_path: Path, database: Database
) -> None:
    followed = Followed(tmp_path / "schedule.xml", database)
    followed.write(a_programme("2024-06-26T11:30:00+02:00", "11:30", zone=""))
    await followed.start()
    assert len(followed.guesses) == 1
    assert "The time zone is Etc/GMT-2" in followed.guesses[0]
    assert "QCON_TIMEZONE=Europe/London" in followed.guesses[0]
    followed.write(a_programme("2024-06-26T11:45:00+02:00", "11:45", zone=""))
    assert await followed.polls_twice()
    assert len(followed.guesses) == 1
    followed.write(a_programme("2024-06-26T11:45:00+02:00", "11:45"))
    await followed.polls_twice()
    assert followed.guesses[1:] == [""]


async def test_organisers_are_told_both_times_of_a_talk_that_disagree(tmp_path: Path, database: Database) -> None:
    followed = Followed(tmp_path / "schedule.xml", database)
    followed.write(a_programme("2024-06-26T11:30:00+02:00", "09:30"))
    await followed.start()
    assert "is at 11:30 by its date and time zone (Europe/Berlin), and at 09:30 by its start" in followed.guesses[0]


async def test_an_address_that_fails_once_is_not_reported(followed: Followed) -> None:
    follower = SourceWatcher(
        ScheduleSource("http://127.0.0.1:1/schedule.json"), followed.conference, followed.set_alert
    )
    for _ in range(FAILURES_BEFORE_ALERT - 1):
        assert not await follower.poll()
    assert followed.alerts == []
    assert not await follower.poll()
    assert len(followed.alerts) == 1
    assert followed.served == WHOLE


async def test_an_address_that_fails_at_the_start_is_served_from_its_last_version(
    followed: Followed, database: Database
) -> None:
    restarted = Followed(followed.file, database)
    restarted.follower = SourceWatcher(
        ScheduleSource("http://127.0.0.1:1/schedule.json"), restarted.conference, restarted.set_alert
    )
    await restarted.start()
    assert restarted.served == WHOLE
    assert "127.0.0.1 isn't a public address" in restarted.alerts[0]
    await restarted.follower.poll()
    assert len(restarted.alerts) == 1


async def test_without_a_last_version_there_is_nothing_to_serve(database: Database, tmp_path: Path) -> None:
    conference = LiveSchedule(database, RecordingPlanner(), VersionCache(build))
    for source, error in (("http://127.0.0.1:1/schedule.json", FetchError), (str(tmp_path / "no.yaml"), SettingsError)):
        with pytest.raises(error):
            await SourceWatcher(ScheduleSource(source), conference, Followed.set_alert).first_look()  # type: ignore[arg-type]


@pytest.mark.parametrize("restarts", [False, True], ids=["while it runs", "at a restart"])
async def test_a_version_that_moves_a_talk_which_an_organiser_made_longer_is_served(
    followed: Followed, database: Database, *, restarts: bool
) -> None:
    longer = override_of(TALKS[0], end=TALKS[0].end + timedelta(hours=1))
    await followed.conference.apply([longer], "an action", "U1", followed.conference.current)
    moved = a_talk("Talk 10", "20:00")
    version = a_schedule(moved, replace(TALKS[1], title="Another title"), *TALKS[2:])
    if restarts:
        followed.write(schedule_yaml(version))
        followed = Followed(followed.file, database)
        await followed.start()
    else:
        assert await followed.becomes(version)
    assert followed.served.talk_by_id["talk-10"] == replace(moved, end=moved.end + timedelta(hours=1))
    assert followed.served.talk_by_id["talk-11"].title == "Another title"
    assert followed.alerts == []


class Unmergeable(LiveSchedule):
    """A live schedule whose overrides fit no new version until one is made or undone."""

    is_blocked = False

    async def publish_source(self, schedule: Schedule) -> Snapshot:
        if self.is_blocked:
            raise ScheduleError(Problem("revision 2", 1, 1, "error", "The talk ends before it starts."))
        return await super().publish_source(schedule)


async def test_a_version_that_overrides_do_not_fit_is_an_alert_and_is_served_once_they_do(
    tmp_path: Path, database: Database
) -> None:
    followed = Followed(tmp_path / "s.yaml", database)
    followed.write(schedule_yaml(WHOLE))
    await followed.start()
    conference = Unmergeable(database, RecordingPlanner(), VersionCache(build))
    followed.conference, conference.is_blocked = conference, True
    followed.follower = SourceWatcher(ScheduleSource(str(followed.file)), conference, followed.set_alert)
    followed.write(schedule_yaml(MOVED))
    await followed.start()
    assert followed.served == WHOLE
    assert "can't be combined with the organisers' changes" in followed.alerts[-1]
    assert "revision 2" not in followed.alerts[-1]
    conference.is_blocked = False
    assert not await followed.follower.poll()
    await conference.apply([override_of(TALKS[1], note="Upstairs")], "an action", "U1", conference.current)
    await followed.follower.poll()
    assert followed.is_closed
    assert followed.served.talk_by_id["talk-10"] == MOVED.talk_by_id["talk-10"]
