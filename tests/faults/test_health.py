"""The real process says within a minute what is the matter, and recovers by itself."""

import asyncio
import shutil
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.clock import monotonic
from bot.fake_slack.workspace import ORGANISER
from tests.end_to_end.processes import launch, run, wait_until_ready
from tests.end_to_end.several import Installer, SlackWithWorkspaces, environment_of_many
from tests.fake_slack import faults
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.faults.clock import ShiftedClock
from tests.faults.health import ProcessHealth, heartbeats
from tests.small_disk import full
from tests.steps import turn_on_reminders

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]

BEFORE_A_REMINDER = {"QCON_NOW": "2019-03-05T10:23:50"}  # one is due at 10:25


async def _saves(person: Person, words: str, within_s: float = 30.0) -> None:
    """Ask again and again until the bot has saved this."""
    async with asyncio.timeout(within_s):
        while "can't reach my database" in (await person.ask(f"/qcon save {words}")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.3)


async def test_a_full_disk_is_reported_in_words_and_questions_asked_meanwhile_are_counted(
    small_disk: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{small_disk}/bot.sqlite3"
    async with (
        SlackForTests.serving() as slack,
        heartbeats() as (address, beats),
        run(slack, tmp_path, QCON_DATABASE_URL=url, QCON_HEARTBEAT_URL=address, QCON_ORGANISERS=ORGANISER.id) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        amara = slack.person("amara")
        await health.is_well()
        with full(small_disk):
            await amara.ask("/qcon who talks about terraform?")
            assert await health.reports("database", "its disk is full") == "its disk is full"
            assert (await health.status("/answerz"), await health.status("/healthz")) == (200, 200)
            assert (await health.metric("qcon_problem"))["database"] == 1
            await slack.person(ORGANISER.name).sees(Person.DIRECT, "its disk is full", within_s=60)
            beats.clear()
            await amara.ask("/qcon who talks about chaos?")
        await health.is_well()
        await _saves(amara, "Complex Event Flows in Distributed Systems")
        assert await bot.stop() == 0
    with sqlite3.connect(small_disk / "bot.sqlite3") as database:
        [(questions,)] = database.execute("SELECT sum(times) FROM questions").fetchall()
    assert questions >= 2
    assert not [line for line in bot.output if '"level": "error"' in line]


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_database_whose_file_is_deleted_or_replaced_is_reported_and_nothing_seems_to_be_saved(
    replaced: bool, tmp_path: Path
) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        await health.is_well()
        database = tmp_path / "bot.sqlite3"
        replacement = tmp_path / "other.sqlite3"
        shutil.copy(database, replacement)
        other = replacement.read_bytes()
        if replaced:
            replacement.replace(database)
        else:
            database.unlink()
        await health.reports("database", "its file was deleted or replaced")
        amara = slack.person("amara")
        assert (
            "can't reach my database" in (await amara.ask("/qcon save Complex Event Flows in Distributed Systems")).text
        )
        assert "Yevgeniy Brikman" in (await amara.ask("/qcon who talks about terraform?")).text
        assert database.read_bytes() == other if replaced else not database.exists()


async def test_a_database_that_turns_read_only_is_reported_and_its_connections_are_renewed(
    crashing: tuple[Any, str], tmp_path: Path
) -> None:
    server, url = crashing
    name = make_url(url).database
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_DATABASE_URL=url) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        amara = slack.person("amara")
        await health.is_well()
        server.psql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert "it is read-only" in await health.reports("database")
        assert (
            "can't reach my database" in (await amara.ask("/qcon save Complex Event Flows in Distributed Systems")).text
        )
        assert "Yevgeniy Brikman" in (await amara.ask("/qcon who talks about terraform?")).text
        assert await health.status("/answerz") == 200
        server.psql(f"ALTER DATABASE {name} SET default_transaction_read_only = off")  # and nobody cuts connections
        await _saves(amara, "Complex Event Flows in Distributed Systems")
        await health.is_well()
    assert not [line for line in bot.output if '"level": "error"' in line]


async def test_a_clock_that_is_put_back_an_hour_is_reported_and_delays_nothing(tmp_path: Path) -> None:
    clock = ShiftedClock.create(tmp_path)
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, **BEFORE_A_REMINDER, **clock.environment) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        began = monotonic()
        await health.is_well()
        organiser = slack.person(ORGANISER.name)
        await turn_on_reminders(organiser)
        clock.set(-3600)
        assert "behind Slack's" in await health.reports("clock")
        await organiser.sees("general", "*10:35 ·", within_s=90 - (monotonic() - began))
        assert "Complex Event Flows" in (await organiser.ask("/qcon next")).text  # Slack's signatures are not too new
        clock.set(0)
        await health.is_well()


async def test_organisers_of_every_workspace_are_told_of_a_wrong_clock(tmp_path: Path) -> None:
    clock, workspaces = ShiftedClock.create(tmp_path), ("T0FIRST", "T0SECOND")
    async with SlackWithWorkspaces.serving(*workspaces) as slack:
        conferences = f"conferences: [{{organisers: [{ORGANISER.id}]}}]"
        variables = environment_of_many(slack, tmp_path, conferences, **clock.environment)
        async with (
            wait_until_ready(await launch("run", variables, tmp_path)) as bot,
            ProcessHealth.of(bot.url) as health,
        ):
            for workspace in workspaces:
                assert (await Installer(bot.url).install(workspace))[0] == 200
            await health.is_well()
            clock.set(-3600)
            assert "behind Slack's" in await health.reports("clock")
            for workspace in workspaces:
                organiser = slack.workspaces[workspace].person(ORGANISER.name)
                await organiser.sees(Person.DIRECT, "behind Slack's", within_s=60)
            clock.set(0)
            await health.is_well()


async def test_a_clock_that_is_wrong_from_the_start_is_reported(tmp_path: Path) -> None:
    clock = ShiftedClock.create(tmp_path)
    clock.set(120)
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, **clock.environment) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        assert "ahead of Slack's" in await health.reports("clock")


@pytest.mark.parametrize("error", ["no_permission", "access_denied"])
async def test_a_channel_that_may_not_be_posted_to_ends_only_its_own_reminders(error: str, tmp_path: Path) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:45", QCON_ORGANISERS=ORGANISER.id) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        closed = slack.workspace.add_conversation(
            "closed", members=[slack.workspace.bot.id, slack.person(ORGANISER.name).id]
        )
        organiser = slack.person(ORGANISER.name)
        await turn_on_reminders(organiser)
        await turn_on_reminders(organiser, "closed")
        slack.faults.add(replace(faults.refused("chat.postMessage", error, times=None), channel=closed.id))
        await organiser.sees("general", "*10:35 ·", within_s=40)
        await asyncio.sleep(15)
        assert await health.problems() == {}
        assert not (await health.metric("qcon_sending_held"))["stopped"]


async def test_a_token_that_is_revoked_is_reported_with_the_reason_and_stops_the_heartbeat(tmp_path: Path) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:50") as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        await turn_on_reminders(slack.person(ORGANISER.name))
        slack.faults.add(faults.refused("chat.postMessage", "token_revoked", times=None))
        assert "token_revoked" in await health.reports("sending")
        assert (await health.metric("qcon_problem"))["sending"] == 1
        assert await bot.stop() == 0
        slack.faults.clear()
        async with run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:50"):  # as with a new token
            await slack.person(ORGANISER.name).sees("general", "*10:35 ·", within_s=30)


async def test_due_reminders_that_are_not_sent_are_reported(tmp_path: Path) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:55") as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        organiser = slack.person(ORGANISER.name)
        await turn_on_reminders(organiser)
        slack.faults.add(faults.refused("chat.postMessage", "some_new_error", times=None))
        assert "1 due, none sent" in await health.reports("deliveries", within_s=75)
        slack.faults.clear()
        await organiser.sees("general", "*10:35 ·", within_s=90)
        await health.is_well()
