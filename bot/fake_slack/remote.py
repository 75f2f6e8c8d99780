"""Endpoints with which tests in another process steer the stand-in and read what landed: `/_control/…`, JSON.

A stand-in in a process of its own, held by a test: it outlives every bot that the test kills."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import aiohttp
from aiohttp import web

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.faults import Fault
from bot.fake_slack.server import FakeSlack


class ControlApi:
    """For the machine's own tests: it asks for no token, and the stand-in listens on 127.0.0.1 only."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    def add_to(self, application: web.Application) -> None:
        """Register the endpoints."""
        route = application.router
        route.add_get("/_control/access", self._access)
        route.add_get("/_control/journal", self._journal)
        route.add_get("/_control/messages", self._messages)
        route.add_get("/_control/tallies", self._counts)
        route.add_post("/_control/faults", self._add_fault)
        route.add_delete("/_control/faults", self._clear_faults)
        route.add_post("/_control/settings", self._settings)
        route.add_post("/_control/people", self._people)
        route.add_post("/_control/channels", self._channels)
        route.add_post("/_control/delete", self._delete)
        route.add_post("/_control/act", self._act)

    async def _access(self, request: web.Request) -> web.Response:
        """The bot's tokens and the ids of what is there."""
        del request
        slack = self._slack
        return web.json_response(
            {
                "api_url": slack.api_url,
                "bot_token": slack.bot_token,
                "app_token": slack.app_token,
                "signing_secret": slack.signing_secret,
                "users": {user.name: user.id for user in slack.workspace.users.values()},
                "channels": {one.name: one.id for one in slack.workspace.conversations.values() if one.name},
            }
        )

    async def _journal(self, request: web.Request) -> web.Response:
        """Every landing, from the `after`-th on."""
        after = int(request.query.get("after", "0"))
        return web.json_response([landing.as_json() for landing in self._slack.journal.messages[after:]])

    async def _counts(self, request: web.Request) -> web.Response:
        """Numbers only, for when there are many: landings, landings by delivery, calls, answers."""
        del request
        journal = self._slack.journal
        return web.json_response(
            {
                "landings": len(journal.messages),
                "deliveries": journal.by_delivery(),
                "calls": journal.calls,
                "answers": journal.answers,
                "sockets": self._slack.sockets.connected,
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        """What a `person` sees in `where`."""
        person = self._slack.person(request.query["person"])
        shown = [
            {"ts": one.ts, "user": one.user, "text": one.text, "blocks": one.blocks, "metadata": one.metadata}
            for one in person.reads(request.query["where"])
        ]
        return web.json_response(shown)

    async def _add_fault(self, request: web.Request) -> web.Response:
        """The fields of `Fault`."""
        self._slack.faults.add(Fault(**await request.json()))
        return web.json_response({"ok": True})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        del request
        struck = self._slack.faults.hit_count()
        self._slack.faults.clear()
        return web.json_response({"ok": True, "struck": struck})

    async def _settings(self, request: web.Request) -> web.Response:
        """Any of: `revoked`, `lag_s`, `history_most`, `twice`, `echoes`, `retry_after_s`, `limits`, `bot_urls`."""
        given: dict[str, Any] = await request.json()
        slack = self._slack
        slack.api.revoked = given.get("revoked", slack.api.revoked)
        slack.workspace.history_settings.lag_s = given.get("lag_s", slack.workspace.history_settings.lag_s)
        slack.workspace.history_settings.history_most = given.get(
            "history_most", slack.workspace.history_settings.history_most
        )
        slack.transport.twice = given.get("twice", slack.transport.twice)
        slack.actions.echoes = given.get("echoes", slack.actions.echoes)
        slack.transport.retry_after_s = tuple(given.get("retry_after_s", slack.transport.retry_after_s))
        if urls := given.get("bot_urls"):
            slack.connect(*urls)
        self._limit(given.get("limits"))
        return web.json_response({"ok": True})

    def _limit(self, limits: dict[str, list[float]] | None) -> None:
        """`{method: [per minute, burst]}`; `channel` limits posts in each channel; none at all lifts them."""
        if limits is None:
            return
        self._slack.rates.remove_all()
        for method, (per_minute, burst) in limits.items():
            if method == "channel":
                self._slack.rates.limit_channels(per_minute, burst)
            else:
                self._slack.rates.limit(method, per_minute, burst)

    async def _people(self, request: web.Request) -> web.Response:
        """`count` more people, each with a direct message open to the bot; gives their ids and its ids."""
        count = int((await request.json())["count"])
        return web.json_response({"people": self._slack.add_people(count)})

    async def _channels(self, request: web.Request) -> web.Response:
        """`count` more public channels with the bot in them; gives their ids."""
        count = int((await request.json())["count"])
        workspace = self._slack.workspace
        start = len(workspace.conversations)
        made = [
            workspace.add_conversation(f"room-{start + number}", members=[workspace.bot.id]) for number in range(count)
        ]
        return web.json_response({"channels": [one.id for one in made]})

    async def _delete(self, request: web.Request) -> web.Response:
        """A person deletes a message."""
        given = await request.json()
        conversation = self._slack.workspace.conversation(given["channel"])
        self._slack.workspace.delete(conversation.messages[given["ts"]])
        return web.json_response({"ok": True})

    async def _act(self, request: web.Request) -> web.Response:
        """`person` asks `text` in `where` (a command or a message), and gets what the bot shows first."""
        given = await request.json()
        person = self._slack.person(given["person"])
        try:
            answer = await person.ask(given["text"], given.get("where", "general"), within_s=given.get("within_s", 5))
        except TimeoutError:
            return web.json_response({"ok": False, "error": "no_answer"})
        except SlackRefusal as refusal:
            return web.json_response(refusal.body())
        return web.json_response({"ok": True, "ts": answer.ts, "text": answer.text, "blocks": answer.blocks})


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
            sys.executable, "-m", "bot.fake_slack", *arguments, stdout=asyncio.subprocess.PIPE
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
