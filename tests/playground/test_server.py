"""The playground's page and WebSocket serve this machine's own page and nobody else."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import SettingsError
from bot.playground.server import open_playground
from bot.schedule.models import Schedule
from tests.conftest import FOSDEM


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with open_playground() as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as browser:
        yield browser


async def _answer(socket: aiohttp.ClientWebSocketResponse, request: dict[str, Any]) -> dict[str, Any]:
    await socket.send_str(json.dumps({"id": 1} | request))
    while (answer := await socket.receive_json(timeout=5)).get("id") != 1:
        pass
    return dict(answer)


async def test_the_page_may_load_nothing_from_outside(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(url) as page:
        policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_only_the_pages_own_files_are_served(url: str, browser: aiohttp.ClientSession) -> None:
    for name in ("demo.py", "..%2Fdemo.py", "page", "secret.js"):
        async with browser.get(f"{url}/{name}") as missing:
            assert missing.status == 404


async def test_a_request_with_another_host_name_is_refused(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(url, headers={"Host": "rebound.example.org"}) as refused:
        assert refused.status == 403


@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1:1", "null"])
async def test_a_socket_of_another_origin_is_refused(url: str, browser: aiohttp.ClientSession, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await browser.ws_connect(f"{url}/live", origin=origin)


async def test_an_invalid_request_is_answered_with_a_failure_and_harms_nothing(
    url: str, browser: aiohttp.ClientSession
) -> None:
    async with browser.ws_connect(f"{url}/live", origin=url) as socket:
        assert (await socket.receive_json())["type"] == "everything"
        nobody = {"do": "say", "as": "nobody", "channel": "general", "text": "x"}
        assert (await _answer(socket, nobody))["failure"] == "user_not_found"
        assert (await _answer(socket, {"do": "fly"}))["failure"] == "not_understood"
        assert (await _answer(socket, {"do": "jump", "to": "tea time"}))["failure"] == "not_understood"
        for text in ("no JSON", "[]", '"x"'):
            await socket.send_str(text)
        assert "failure" not in await _answer(socket, nobody | {"as": "amara"})


async def test_the_clock_jumps_runs_faster_and_restarts(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.ws_connect(f"{url}/live", origin=url) as socket:
        opening = await socket.receive_json()
        assert opening["clock"]["conference"].startswith("2019-03-05T10:20:0")
        await socket.send_json({"id": 1, "do": "next_session"})
        assert (await _next_of_type(socket, "clock"))["clock"]["conference"].startswith("2019-03-05T10:25:0")
        await socket.send_json({"id": 2, "do": "run", "speed": 60})
        assert (await _next_of_type(socket, "clock"))["clock"]["speed"] == 60
        await socket.send_json({"id": 3, "do": "jump", "to": "2019-03-04T09:00"})
        restarted = await _next_of_type(socket, "everything")
        assert restarted["clock"]["conference"].startswith("2019-03-04T09:0")
        assert restarted["clock"]["speed"] == 60


async def _next_of_type(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while (answer := await socket.receive_json(timeout=5))["type"] != kind:
        pass
    return dict(answer)


async def test_any_schedule_is_opened_just_before_its_first_session(
    browser: aiohttp.ClientSession, fosdem: Schedule
) -> None:
    async with open_playground(schedule=str(FOSDEM)) as url, browser.ws_connect(f"{url}/live", origin=url) as socket:
        state = await socket.receive_json()
        assert state["conference"]["name"] == fosdem.conference.name
        first = min(talk.start for talk in fosdem.talks if not talk.is_break)
        ahead = first - datetime.fromisoformat(state["clock"]["conference"])
        assert timedelta(minutes=14) < ahead <= timedelta(minutes=15)
        texts = " ".join(message["text"] for message in state["messages"])
        assert f"welcome to {fosdem.conference.name}" in texts
        assert "turned on reminders here" in texts
        assert "Terraform" not in texts


async def test_a_schedule_that_cannot_be_read_is_refused_in_plain_words() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        async with open_playground(schedule="nowhere.yaml"):
            pass
