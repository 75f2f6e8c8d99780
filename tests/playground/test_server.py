"""Who may reach the playground's page and wire: this machine's own page, and nobody else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground.server import open_playground


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with open_playground() as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as browser:
        yield browser


async def _answer(wire: aiohttp.ClientWebSocketResponse, ask: dict[str, Any]) -> dict[str, Any]:
    await wire.send_str(json.dumps({"id": 1} | ask))
    while (told := await wire.receive_json(timeout=5)).get("id") != 1:
        pass
    return dict(told)


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


async def test_a_name_that_merely_leads_here_is_refused(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(url, headers={"Host": "rebound.example.org"}) as refused:
        assert refused.status == 403


@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1:1", "null"])
async def test_another_pages_wire_is_refused(url: str, browser: aiohttp.ClientSession, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await browser.ws_connect(f"{url}/live", origin=origin)


async def test_what_is_asked_amiss_is_answered_and_harms_nothing(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.ws_connect(f"{url}/live", origin=url) as wire:
        assert (await wire.receive_json())["type"] == "everything"
        nobody = {"do": "say", "as": "nobody", "channel": "general", "text": "x"}
        assert (await _answer(wire, nobody))["failure"] == "user_not_found"
        assert (await _answer(wire, {"do": "fly"}))["failure"] == "not_understood"
        assert (await _answer(wire, {"do": "jump", "to": "tea time"}))["failure"] == "not_understood"
        for text in ("no JSON", "[]", '"x"'):
            await wire.send_str(text)
        assert "failure" not in await _answer(wire, nobody | {"as": "amara"})


async def test_the_clock_jumps_runs_and_begins_afresh(url: str, browser: aiohttp.ClientSession) -> None:
    async with browser.ws_connect(f"{url}/live", origin=url) as wire:
        opening = await wire.receive_json()
        assert opening["clock"]["conference"].startswith("2019-03-05T10:20:0")
        await wire.send_json({"id": 1, "do": "next_session"})
        assert (await _heard(wire, "clock"))["clock"]["conference"].startswith("2019-03-05T10:25:0")
        await wire.send_json({"id": 2, "do": "run", "speed": 60})
        assert (await _heard(wire, "clock"))["clock"]["speed"] == 60
        await wire.send_json({"id": 3, "do": "jump", "to": "2019-03-04T09:00"})
        afresh = await _heard(wire, "everything")
        assert afresh["clock"]["conference"].startswith("2019-03-04T09:0")
        assert afresh["clock"]["speed"] == 60


async def _heard(wire: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while (told := await wire.receive_json(timeout=5))["type"] != kind:
        pass
    return dict(told)
