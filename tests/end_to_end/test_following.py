"""The schedule's file changes while the bot runs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.single import run_single
from bot.fake_slack.workspace import ORGANISER
from tests.conftest import QCON
from tests.end_to_end.conftest import bot_in, settings_for
from tests.fake_slack.server import SlackForTests


async def test_a_good_version_is_served_and_organisers_are_told_of_a_bad_one(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    good = QCON.read_text(encoding="utf-8")
    file.write_text(good, encoding="utf-8")
    async with SlackForTests.serving() as slack:
        organiser, attendee = slack.person(ORGANISER.name), slack.person("amara")
        team = slack.workspace.add_conversation("organisers", "private", [organiser.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(settings) as bot:
            slack.connect(f"{bot.url}/slack/events")
            file.write_text(good.replace("2019-03-05 10:35", "2019-03-05 10:40"), encoding="utf-8")
            for _ in range(200):
                if bot.live_schedule.current.revision == 2:
                    break
                await asyncio.sleep(0.05)
            assert "10:40" in (await attendee.ask("/qcon next")).text
            file.write_text(good.partition("- id: what-lies-between")[0], encoding="utf-8")
            alert = await organiser.sees("organisers", "still using the last good version", within_s=15)
            assert "3 of 5 talks are gone" in alert.text
            health = await bot.health.readiness()
            assert health.is_ready()
            assert ["3 of 5 talks are gone" in warning for warning in health.warnings] == [True]
            assert bot.live_schedule.current.revision == 2
            assert len(bot.live_schedule.current.schedule.given) == 5
            await organiser.click(alert, "use-source")
            used = await organiser.sees("organisers", "is using the new version")
            assert f"<@{organiser.id}>" in used.text
            assert used.ts == alert.ts
            assert bot.live_schedule.current.revision == 3
            assert len(bot.live_schedule.current.schedule.given) == 2


async def test_a_rejected_version_that_the_source_no_longer_has_cannot_be_used(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        organiser = slack.person(ORGANISER.name)
        team = slack.workspace.add_conversation("organisers", "private", [organiser.id, slack.workspace.bot.id])
        async with bot_in(slack, tmp_path, organisers_channel=team.id) as world:
            conference, why = world.bot.live_schedule, "3 of 5 talks are gone."
            whole = conference.current.schedule
            number = await conference.reject(replace(whole, talks=whole.talks[:2]), why)
            await world.bot.worker.set_source_alert("schedule", why, number)
            alert = await organiser.sees("organisers", why)
            await conference.publish_source(whole)  # the file is as it was again
            await organiser.click(alert, "use-source")
            assert (await organiser.sees("organisers", "the source no longer has it")).only_to == organiser.id
            await conference.reject(replace(whole, talks=whole.talks[:2]), why)  # the source goes back and forth
            await organiser.click(alert, "use-source")
            told = await organiser.sees(
                "organisers", "this button is for an older version. The organisers' menu shows the one"
            )
            assert told.only_to == organiser.id
            assert conference.current.revision == 1


@pytest.mark.parametrize("content", ["", "talks: *none", None])
async def test_a_broken_file_at_the_start_alerts_and_the_last_accepted_version_is_served(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "schedule.yaml"
    file.write_bytes(QCON.read_bytes())
    async with SlackForTests.serving() as slack:
        organiser, attendee = slack.person(ORGANISER.name), slack.person("amara")
        team = slack.workspace.add_conversation("organisers", "private", [organiser.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(settings) as bot:
            assert bot.health.source_problems() == []
        if content is None:
            file.unlink()
        else:
            file.write_text(content, encoding="utf-8")
        async with run_single(settings) as bot:
            slack.connect(f"{bot.url}/slack/events")
            assert "Complex Event Flows" in (await attendee.ask("/qcon next")).text
            alert = await organiser.sees("organisers", "still using the last good version")
            assert str(file) in alert.text
            assert [str(file) in problem for problem in bot.health.source_problems()] == [True]
            file.write_bytes(QCON.read_bytes())
            await eventually(lambda: bot.health.source_problems() == [])
            assert bot.live_schedule.current.revision == 1
        file.write_text("", encoding="utf-8")
        async with run_single(settings):  # on the same day
            await organiser.sees("organisers", "still using the last good version", within_s=15)
            await eventually(lambda: len(team.messages) == 2)


async def test_next_years_schedule_is_used_only_if_an_organiser_confirms_it(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    this_year = QCON.read_text(encoding="utf-8")
    file.write_text(this_year, encoding="utf-8")
    async with SlackForTests.serving() as slack:
        organiser = slack.person(ORGANISER.name)
        team = slack.workspace.add_conversation("organisers", "private", [organiser.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(settings) as bot:
            slack.connect(f"{bot.url}/slack/events")
            file.write_text(this_year.replace("2019-03", "2020-03"), encoding="utf-8")
            alert = await organiser.sees("organisers", "the days are", within_s=15)
            assert bot.live_schedule.current.revision == 1
            await organiser.click(alert, "use-source")
            await organiser.sees("organisers", "is using the new version")
            assert bot.live_schedule.current.schedule.conference.days[0].year == 2020


async def test_organisers_are_alerted_to_entries_with_two_contradictory_times(tmp_path: Path) -> None:
    file = tmp_path / "schedule.xml"
    events = "".join(
        f"<event guid='g{n}'><date>2019-03-05T{n}:30:00+01:00</date><start>{n - 2}:30</start><duration>00:45</duration>"
        f"<title>Package no. {n}</title></event>"
        for n in (12, 13, 14)
    )
    zone = "<conference><title>C</title><time_zone_name>Europe/Berlin</time_zone_name></conference>"
    file.write_text(f"<schedule>{zone}<day date='2019-03-05'><room name='R'>{events}</room></day></schedule>")
    async with SlackForTests.serving() as slack:
        organiser, attendee = slack.person(ORGANISER.name), slack.person("amara")
        team = slack.workspace.add_conversation("organisers", "private", [organiser.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(settings) as bot:
            slack.connect(f"{bot.url}/slack/events")
            alert = await organiser.sees("organisers", "had to guess")
            assert "Entries with two times, 2:00 hours apart: 3 of 3" in alert.text
            assert "is at 12:30 by its date and time zone (Europe/Berlin), and at 10:30 by its start" in alert.text
            assert "12:30" in (await attendee.ask("/qcon next")).text


async def eventually(condition: Callable[[], bool], within_s: float = 15.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
