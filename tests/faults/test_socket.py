"""Socket Mode in the real process: what becomes of a connection that cannot be made again."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.end_to_end.processes import run
from tests.fake_slack.server import SlackForTests
from tests.faults.health import ProcessHealth

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]


async def test_a_spent_socket_address_is_replaced_and_never_logged(tmp_path: Path) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, SLACK_APP_TOKEN=slack.app_token, SLACK_SIGNING_SECRET="") as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        await health.is_well()
        slack.sockets.refuses_handshakes = True
        slack.sockets.cut()
        assert "not connected to Slack" in await health.reports("socket", within_s=30)
        assert (await health.metric("qcon_problem"))["socket"] == 1
        await asyncio.sleep(10)
        slack.sockets.refuses_handshakes = False  # the address that the SDK goes on trying is spent
        await health.is_well(within_s=90)
        assert "Complex Event Flows" in (await slack.person("amara").ask("/qcon next")).text
        assert await bot.stop() == 0
    assert len(slack.sockets.tickets_spent) > 1
    assert not [ticket for ticket in slack.sockets.tickets_spent for line in bot.output if ticket in line]


async def test_a_socket_closed_by_slack_is_reopened_at_once(tmp_path: Path) -> None:
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, SLACK_APP_TOKEN=slack.app_token, SLACK_SIGNING_SECRET="") as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        await slack.sockets.disconnect()
        async with asyncio.timeout(30):
            while len(slack.sockets.tickets_spent) < 2 or not slack.sockets.connected:  # noqa: ASYNC110  # from outside
                await asyncio.sleep(0.1)
        await health.is_well()
        assert "Complex Event Flows" in (await slack.person("amara").ask("/qcon next", within_s=20)).text
