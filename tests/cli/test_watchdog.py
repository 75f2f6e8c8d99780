"""The messages to systemd: ready once the bot serves, and alive as long as its event loop runs."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from bot.cli.serve import silence_limit_s
from bot.errors import SettingsError
from tests.end_to_end.processes import environment, launch, run
from tests.fake_slack.server import SlackForTests

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is for Linux")


async def test_systemd_is_notified_once_the_bot_is_ready_and_repeatedly_that_it_is_alive(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        async with SlackForTests.serving() as slack, run(slack, tmp_path, **variables) as bot, asyncio.timeout(30):
            while heard.count(b"WATCHDOG=1") < 4 or b"READY=1" not in heard:
                heard.append(await asyncio.get_running_loop().sock_recv(listener, 100))
            assert await bot.stop() == 0


@pytest.mark.parametrize(
    "given", ["soon", "-5", "0", "1", "199999", "1e7", "\u0663\u0660\u0660\u0660\u0660\u0660\u0660"]
)
def test_an_unusable_watchdog_limit_is_an_error(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", given)
    with pytest.raises(SettingsError) as raised:
        silence_limit_s()
    assert str(raised.value).startswith(f"WATCHDOG_USEC is {given!r}")


async def test_an_unusable_watchdog_limit_ends_the_start_with_the_reason(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        process = await launch("run", environment(slack, tmp_path, WATCHDOG_USEC="199999"), tmp_path)
        assert process.stderr is not None
        said = (await process.stderr.read()).decode()
        assert await process.wait() != 0
    assert said.startswith("WATCHDOG_USEC is '199999'"), said
    assert "Traceback" not in said
