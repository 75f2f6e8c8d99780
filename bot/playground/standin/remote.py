"""A stand-in in a process of its own, held by a test: it outlives every bot that the test kills."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import aiohttp

from bot.playground.standin.faults import Fault


class RemoteFakeSlack:
    """Speaks to `bot.playground.standin.control`. Attributes as FakeSlack's."""

    def __init__(self, access: dict[str, str], session: aiohttp.ClientSession) -> None:
        self.url = access["url"]
        self.api_url = access["api_url"]
        self.bot_token = access["bot_token"]
        self.app_token = access["app_token"]
        self.signing_secret = access["signing_secret"]
        self._session = session

    @classmethod
    @asynccontextmanager
    async def serving(cls, *bot_urls: str) -> AsyncIterator["RemoteFakeSlack"]:
        """A fresh process, ended at the end."""
        arguments = [part for url in bot_urls for part in ("--bot-url", url)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.playground.standin", *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None  # noqa: S101  # it was asked for
        try:
            access = json.loads(await process.stdout.readline())
            async with aiohttp.ClientSession() as session:
                yield cls(access, session)
        finally:
            process.terminate()
            await process.wait()

    async def posted_messages(self, after: int = 0) -> list[dict[str, Any]]:
        """Every message that landed, from the `after`-th on: ts, channel, delivery_id, only_to, text, at, machine."""
        found: list[dict[str, Any]] = await self._get("journal", after=str(after))
        return found

    async def counts(self) -> dict[str, Any]:
        """`landings`, `deliveries` (id to times), `calls`, `answers`, `sockets`."""
        found: dict[str, Any] = await self._get("tallies")
        return found

    async def by_delivery(self) -> Counter[str]:
        """How often each delivery landed."""
        return Counter((await self.counts())["deliveries"])

    async def messages(self, person: str, where: str) -> list[dict[str, Any]]:
        """What a person sees in a conversation."""
        found: list[dict[str, Any]] = await self._get("messages", person=person, where=where)
        return found

    async def ids(self) -> dict[str, dict[str, str]]:
        """`users` and `channels`, by name."""
        found = await self._get("access")
        return {"users": found["users"], "channels": found["channels"]}

    async def add_faults(self, *faults: Fault) -> None:
        for fault in faults:
            fields = {name: value for name, value in asdict(fault).items() if not name.startswith("_")}
            await self._post("faults", {name: value for name, value in fields.items() if name != "struck"})

    async def clear_faults(self) -> int:
        """How many calls they had struck."""
        async with self._session.delete(f"{self.url}/_control/faults") as response:
            return int((await response.json())["struck"])

    async def settings(self, **given: Any) -> None:
        """See `ControlApi._settings`: revoked, lag_s, history_most, twice, echoes, retry_after_s, limits, bot_urls."""
        await self._post("settings", given)

    async def add_people(self, count: int) -> dict[str, str]:
        """More people; their ids and those of their direct messages with the bot."""
        people: dict[str, str] = (await self._post("people", {"count": count}))["people"]
        return people

    async def add_channels(self, count: int) -> list[str]:
        """More public channels with the bot in them."""
        channels: list[str] = (await self._post("channels", {"count": count}))["channels"]
        return channels

    async def delete(self, channel: str, ts: str) -> None:
        """A person deletes a message."""
        await self._post("delete", {"channel": channel, "ts": ts})

    async def ask(self, person: str, text: str, where: str = "general", within_s: float = 5.0) -> dict[str, Any]:
        """A person types; what the bot shows first: `ok`, `ts`, `text`, `blocks`."""
        return await self._post("act", {"person": person, "text": text, "where": where, "within_s": within_s})

    async def _get(self, what: str, **query: str) -> Any:
        async with self._session.get(f"{self.url}/_control/{what}", params=query) as response:
            response.raise_for_status()
            return await response.json()

    async def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{self.url}/_control/{what}", json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer
