"""Commands that replace or finish a database are refused while a bot runs with it, and keep bots away meanwhile."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.postgresql import lock_alone
from tests.end_to_end.processes import command, environment, launch, run, start_unready, wait_until_ready
from tests.end_to_end.several import Installer, SlackWithWorkspaces, environment_of_many
from tests.fake_slack.server import SlackForTests
from tests.faults.health import ProcessHealth
from tests.postgresql import crash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

SAVE = "/qcon save Complex Event Flows in Distributed Systems"

REFUSED = (["restore"], ["finish", "--yes"])

HERE = re.escape(f"(qcon-bot on {socket.gethostname()})")

IN_USE = rf"A bot is running with the PostgreSQL database \w+, or a command is changing it {HERE}\. Stop it first\.\n"


def in_schema(url: str, schema: str) -> str:
    """The address of a database, for a bot that is confined to this schema of it."""
    return make_url(url).update_query_dict({"schema": schema}).render_as_string(hide_password=False)


async def test_on_postgresql_a_running_bot_refuses_them_until_it_ends(postgresql_url: str, tmp_path: Path) -> None:
    url = {"QCON_DATABASE_URL": in_schema(postgresql_url, "beta")}
    async with SlackForTests.serving() as slack:
        variables = environment(slack, tmp_path, **url)
        async with run(slack, tmp_path, **url) as bot, run(slack, tmp_path, **url) as second:
            for running in (bot, second):
                for refused in REFUSED:
                    code, said = await command(variables, tmp_path, *refused)
                    assert code == 1
                    assert re.fullmatch(IN_USE, said), said
                assert (await command(variables, tmp_path, "deliveries"))[0] == 0
                await running.stop(signal.SIGKILL)
        for allowed in REFUSED:
            assert (await command(variables, tmp_path, *allowed))[0] == 0


@pytest.mark.slow
async def test_bots_in_another_schema_refuse_nothing(postgresql_url: str, tmp_path: Path) -> None:
    other = {"QCON_DATABASE_URL": in_schema(postgresql_url, "beta")}
    async with SlackForTests.serving() as slack:
        async with run(slack, tmp_path, **other) as bot:
            assert await bot.stop() == 0
        async with run(slack, tmp_path, QCON_DATABASE_URL=postgresql_url):
            assert (await command(environment(slack, tmp_path, **other), tmp_path, "restore"))[0] == 0


@pytest.mark.slow
async def test_a_bot_has_its_lock_again_after_postgresql_was_restarted(
    crashing: tuple[Any, str], tmp_path: Path
) -> None:
    server, url = crashing
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_DATABASE_URL=url) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        crash(server)
        await health.is_well()
        code, said = await command(environment(slack, tmp_path, QCON_DATABASE_URL=url), tmp_path, "finish", "--yes")
    assert code == 1
    assert re.fullmatch(IN_USE, said), said


@asynccontextmanager
async def asking_to_finish(variables: dict[str, str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `qcon-bot finish` up to its question."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "bot", "finish"),
        env=variables,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    while b"Your backups" not in await process.stdout.readline():
        assert not process.stdout.at_eof()
    yield process
    await process.communicate(b"no\n")


async def test_a_bot_that_starts_meanwhile_waits_and_says_why(postgresql_url: str, tmp_path: Path) -> None:
    url = {"QCON_DATABASE_URL": postgresql_url}
    async with SlackForTests.serving() as slack:
        async with run(slack, tmp_path, **url) as bot:
            assert (
                "saved"
                in (
                    await slack.person("amara").ask("/qcon save Complex Event Flows in Distributed Systems")
                ).text.lower()
            )
            await bot.stop()
        async with asking_to_finish(environment(slack, tmp_path, **url), tmp_path):
            starting = start_unready(slack, tmp_path, **url)
            bot = await starting.__aenter__()
            async with ProcessHealth.of(bot.url) as health:
                assert "`qcon-bot finish` is changing it" in await health.reports("start", "changing it")
            code, said = await command(environment(slack, tmp_path, **url), tmp_path, "restore")
            assert code == 1
            assert re.fullmatch(IN_USE, said), said
        await bot.says("ready: ")
        assert await bot.stop() == 0
        await starting.__aexit__(None, None, None)


@pytest.mark.slow
async def test_a_bot_that_loses_its_connections_meanwhile_waits_too(postgresql_url: str, tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path, QCON_DATABASE_URL=postgresql_url) as bot:
        amara = slack.person("amara")
        command = Database(postgresql_url, Clock().real_now, for_command=True)
        async with ProcessHealth.of(bot.url) as health, asyncio.timeout(60):
            await health.is_well()
            while not await command.read(_cut_and_lock):  # the bot may be quicker
                pass
            assert "`qcon-bot finish` is changing it" in await health.reports("database", "changing it")
            assert "Yevgeniy Brikman" in (await amara.ask("/qcon who talks about terraform?")).text
            await command.close()
            while "can't reach my database" in (await amara.ask(SAVE)).text:  # noqa: ASYNC110  # it is asked
                await asyncio.sleep(0.5)
            await health.is_well()


async def _cut_and_lock(tx: Transaction) -> bool:
    """Cut the bot's connections, and take its lock. Return False if it has that again already."""
    others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await tx.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {others}"))
    return bool((await tx.execute(lock_alone(""))).scalar_one())


async def test_with_many_workspaces_a_second_process_and_commands_for_an_open_one_are_refused(tmp_path: Path) -> None:
    async with SlackWithWorkspaces.serving("T0OPEN") as slack:
        variables = environment_of_many(slack, tmp_path, "conferences: [{workspaces: [T0OPEN]}]")
        own = variables | {"QCON_WORKSPACE": "T0OPEN"}
        async with wait_until_ready(await launch("run", variables, tmp_path)) as bot:
            assert (await Installer(bot.url).install("T0OPEN"))[0] == 200
            code, said = await command(variables, tmp_path, "run")
            assert (code, said.partition(",")[0]) == (1, f"A bot is running with {tmp_path}/bot.sqlite3")
            assert (await command(own, tmp_path, "backup", "safe"))[0] == 0
            for refused in (*REFUSED, ["restore", "safe", "--replace"]):
                code, said = await command(own, tmp_path, *refused)
                assert (code, said.partition(".")[0]) == (1, "A bot is at work in T0OPEN")
            assert await bot.stop() == 0
        for allowed in (*REFUSED, ["restore", "safe", "--replace"]):
            assert (await command(own, tmp_path, *allowed))[0] == 0
