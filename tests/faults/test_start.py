"""The start of the real process while something that it needs is away."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from tests.end_to_end.processes import environment, launch, start_unready
from tests.fake_slack import faults
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests
from tests.faults.health import ProcessHealth
from tests.postgresql import asleep, gone

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]

NOBODY = "postgresql://bot@127.0.0.1:1/none"


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_a_starting_process_at_any_moment(
    after_s: float, number: signal.Signals, tmp_path: Path
) -> None:
    async with SlackForTests.serving() as slack:
        variables = environment(slack, tmp_path, QCON_DATABASE_URL=NOBODY)
        process = await launch("run", variables, tmp_path)
        await asyncio.sleep(after_s)
        process.send_signal(number)
        async with asyncio.timeout(10):
            _, said = await process.communicate()
    if after_s < 0.5:  # Python itself may still be starting, and is ended by the signal
        assert process.returncode in {0, 1, -number}
    else:
        assert (process.returncode, "Traceback" in said.decode()) == (0, False)


@pytest.mark.parametrize("away", [gone, asleep])
async def test_a_start_waits_for_an_unreachable_database_and_reports_it(
    crashing: tuple[Any, str], tmp_path: Path, away: Any
) -> None:
    server, url = crashing
    async with SlackForTests.serving() as slack:
        with away(server):
            starting = start_unready(slack, tmp_path, QCON_DATABASE_URL=url)
            bot = await starting.__aenter__()
            async with ProcessHealth.of(bot.url) as health:
                await health.reports("start", "database")
                assert (await health.status("/healthz"), await health.status("/answerz")) == (200, 503)
                if away is gone:
                    assert "QCON_DATABASE_URL cannot be used" in await health.reports("start", "cannot be used")
                await asyncio.sleep(3)
                assert bot.process.returncode is None
        async with ProcessHealth.of(bot.url) as health:
            await bot.says("ready: ")
            await health.is_well()
            assert await health.status("/answerz") == 200
        assert "Complex Event Flows" in (await slack.person("amara").ask("/qcon next")).text
        assert await bot.stop() == 0
        await starting.__aexit__(None, None, None)


async def test_a_missing_database_ends_the_start_with_an_explanation(crashing: tuple[Any, str], tmp_path: Path) -> None:
    missing = make_url(crashing[1]).set(database="missing").render_as_string(hide_password=False)
    async with SlackForTests.serving() as slack:
        process = await launch("run", environment(slack, tmp_path, QCON_DATABASE_URL=missing), tmp_path)
        async with asyncio.timeout(20):
            _, said = await process.communicate()
    assert process.returncode == 1
    assert 'database "missing" does not exist' in said.decode()


TROUBLE = [
    faults.rate_limited(times=None, retry_after=1),
    faults.broken(times=None, status=502),
    faults.reset(times=None, lands=False),
    faults.refused("*", "internal_error", times=None),
]


@pytest.mark.parametrize("fault", TROUBLE, ids=["429", "502", "reset", "internal_error"])
@pytest.mark.parametrize(("method", "phase"), [("auth.test", "Slack"), ("apps.connections.open", "socket")])
async def test_a_start_waits_for_a_failing_slack_and_reports_it(
    fault: Fault, method: str, phase: str, tmp_path: Path
) -> None:
    async with SlackForTests.serving() as slack:
        slack.faults.add(replace(fault, method=method))
        socket = {"SLACK_APP_TOKEN": slack.app_token, "SLACK_SIGNING_SECRET": ""} if phase == "socket" else {}
        async with start_unready(slack, tmp_path, **socket) as bot, ProcessHealth.of(bot.url) as health:
            reason = await health.reports("start", f"{phase}: Slack")
            assert "TOKEN" not in reason
            assert bot.process.returncode is None
            slack.faults.clear()
            await bot.says("ready: ")
            await health.is_well()
            assert await bot.stop() == 0
        assert slack.app_token not in "".join(bot.output)


async def test_a_start_waits_for_an_unreachable_slack(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        unreachable = start_unready(slack, tmp_path, SLACK_API_URL="http://127.0.0.1:9/api/")
        async with unreachable as bot, ProcessHealth.of(bot.url) as health:
            assert "Is the network up?" in await health.reports("start", "Slack cannot be reached")
            assert await bot.stop() == 0


async def test_a_token_refused_after_a_failed_try_ends_the_start(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        slack.faults.add(faults.broken("auth.test", times=1))
        process = await launch("run", environment(slack, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong"), tmp_path)
        async with asyncio.timeout(20):
            _, said = await process.communicate()
    assert process.returncode == 1
    assert "Slack refuses SLACK_BOT_TOKEN (invalid_auth)" in said.decode()
