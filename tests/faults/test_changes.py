"""Changes of the schedule, and of people's settings, while the reminders are going out."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.delivery import recipients
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.models import LEADS
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.recipients_repository import Preferences
from bot.live_schedule import clock_repository
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.models import Schedule
from bot.schedule.overrides import override_of
from bot.search.index import build
from tests.faults.conftest import Table
from tests.faults.trial import WORKSPACE, Trial, a_day

pytestmark = [pytest.mark.slow, pytest.mark.serial]


async def serve(trial: Trial, schedule: Schedule) -> tuple[LiveSchedule, Clock]:
    """The schedule and the clock as handlers see them."""
    clock = Clock(await trial.database.read(clock_repository.clock_anchor))
    conference = LiveSchedule(
        trial.database, ReminderPlanner(clock, LEADS, OrganiserAlerts(WORKSPACE)), VersionCache(build)
    )
    await conference.publish_source(schedule)
    return conference, clock


@pytest.mark.parametrize("people", [150, pytest.param(5000, marks=pytest.mark.thorough)])
async def test_a_talk_that_moves_while_its_reminders_are_sent_is_announced_correctly(
    postgresql_url: str, table: Table, people: int
) -> None:
    before = a_day(1)
    [talk] = before.talks
    later = timedelta(minutes=90)
    moved = override_of(talk, start=talk.start + later, end=talk.end + later, room="Mountbatten")
    async with Trial.on(postgresql_url, rate_per_minute=12_000) as trial:
        await trial.seed(before, people=people, talks_each=1)
        conference, _ = await serve(trial, before)
        trial.start()
        trial.start()
        await trial.reach(people // 2, within_s=120)
        await conference.apply([moved], "moved", "U9", on=conference.current)
        await trial.until(lambda states: states["sent"] + states["cancelled"] >= 2 * people, within_s=300)
        await trial.finished(within_s=300, deliveries=2 * people)
        await verify_messages(trial, people)
        count = await trial.count()
    table.add(f"the talk moves while {people} reminders are half sent", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)


async def verify_messages(trial: Trial, people: int) -> None:
    """Check that each person has exactly one notice, and that every reminder that was sent is corrected."""
    landings = await trial.slack.posted_messages()
    notices = Counter(landing["channel"] for landing in landings if landing["text"].startswith("Moved: *now"))
    reminders = Counter(landing["channel"] for landing in landings if landing["text"].startswith("Starts at *10:20"))
    assert set(notices.values()) == {1}
    assert len(notices) == people
    assert set(reminders.values()) == {1}
    assert people // 2 <= len(reminders) < people
    for person, channel in trial.people.items():
        if channel in reminders:
            texts = [message["text"] for message in await trial.slack.messages(person, channel)]
            assert all(text.startswith("Moved: *now") for text in texts), texts


async def test_a_new_lead_time_and_an_unsaved_talk_take_effect_at_once(postgresql_url: str, table: Table) -> None:
    day = a_day(2)
    async with Trial.on(postgresql_url, rate_per_minute=1200) as trial:
        await trial.seed(day, people=60, talks_each=2)
        _, clock = await serve(trial, day)
        trial.start()
        await trial.reach(20)
        people = list(trial.people)
        for person in people[50:55]:
            change, choices = recipients.change_preferences, {"reminded": True, "lead": 5}
            await trial.database.write(change, WORKSPACE, person, Preferences(), choices, clock.conference_now())
        for person in people[55:]:
            await trial.database.write(recipients.unsave_talk, WORKSPACE, person, day.talks[1].id)
        async with asyncio.timeout(60):  # a total would count what was sent before the change, so look at each person
            landed: Counter[str] = Counter()
            while any(landed[trial.people[person]] < 2 for person in people[:50]):
                await asyncio.sleep(0.1)
                landed = Counter(message["channel"] for message in await trial.slack.posted_messages())
        count = await trial.count()
    table.add("lead times and agendas change under way", count, 10)
    assert [landed[trial.people[person]] for person in people[:50]] == [2] * 50
    assert [landed[trial.people[person]] for person in people[50:55]] == [0] * 5  # it is not 5 minutes before yet
    assert [landed[trial.people[person]] for person in people[55:]] == [1] * 5
    assert count.duplicated == 0
