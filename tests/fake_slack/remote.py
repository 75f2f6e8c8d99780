"""`python -m tests.fake_slack.remote`: a fake Slack in a process of its own, so that it lives on when a test kills the bot.

`ControlApi` adds HTTP endpoints below `/_control/`, and `RemoteFakeSlack` is their client.
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import aiohttp
from aiohttp import web

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.workspace import WAIT_S, SlackMessage
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests


class ControlApi:
    """The endpoints. They need no token, because the fake Slack listens on 127.0.0.1 only."""

    def __init__(self, slack: SlackForTests) -> None:
        self._slack = slack

    def add_to(self, application: web.Application) -> None:
        """Register the endpoints."""
        route = application.router
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

    async def _journal(self, request: web.Request) -> web.Response:
        """Return every posted message from the number `after` on."""
        after = int(request.query.get("after", "0"))
        return web.json_response([_as_json(message) for message in self._slack.journal.messages[after:]])

    async def _counts(self, request: web.Request) -> web.Response:
        """Return numbers only: messages posted, posts by delivery, calls, answers and open sockets."""
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
        """Return the messages that a `person` sees in a conversation, `where`."""
        person = self._slack.person(request.query["person"])
        shown = [
            {name: getattr(message, name) for name in ("ts", "user", "text", "blocks", "metadata")}
            for message in person.reads(request.query["where"])
        ]
        return web.json_response(shown)

    async def _add_fault(self, request: web.Request) -> web.Response:
        """Add a fault, given its fields."""
        self._slack.faults.add(Fault(**await request.json()))
        return web.json_response({"ok": True})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        del request
        hits = self._slack.faults.hit_count()
        self._slack.faults.clear()
        return web.json_response({"ok": True, "hits": hits})

    async def _settings(self, request: web.Request) -> web.Response:
        """Change any of `revoked`, `lag_s` and `limits`."""
        changes: dict[str, Any] = await request.json()
        slack = self._slack
        slack.api.revoked = changes.get("revoked", slack.api.revoked)
        slack.workspace.history_lag_s = changes.get("lag_s", slack.workspace.history_lag_s)
        self._limit(changes.get("limits"))
        return web.json_response({"ok": True})

    def _limit(self, limits: dict[str, list[float]] | None) -> None:
        """Replace the rate limits by `{method: [per minute, burst]}`. The name `channel` limits posts in each channel."""
        if limits is None:
            return
        self._slack.rates.remove_all()
        for method, (per_minute, burst) in limits.items():
            if method == "channel":
                self._slack.rates.limit_channels(per_minute, burst)
            else:
                self._slack.rates.limit(method, per_minute, burst)

    async def _people(self, request: web.Request) -> web.Response:
        """Add `count` people, each with a direct message to the bot. Return both ids of each."""
        count = int((await request.json())["count"])
        return web.json_response({"people": self._slack.add_people(count)})

    async def _channels(self, request: web.Request) -> web.Response:
        """Add `count` public channels with the bot in them. Return their ids."""
        count = int((await request.json())["count"])
        workspace = self._slack.workspace
        start = len(workspace.conversations)
        channels = [
            workspace.add_conversation(f"room-{start + number}", members=[workspace.bot.id]) for number in range(count)
        ]
        return web.json_response({"channels": [channel.id for channel in channels]})

    async def _delete(self, request: web.Request) -> web.Response:
        """Delete a message."""
        body = await request.json()
        conversation = self._slack.workspace.conversation(body["channel"])
        self._slack.workspace.delete(conversation.messages[body["ts"]])
        return web.json_response({"ok": True})

    async def _act(self, request: web.Request) -> web.Response:
        """Let a `person` ask `text` in `where`, as a command or a message. Return the first message that the bot shows."""
        body = await request.json()
        person = self._slack.person(body["person"])
        try:
            answer = await person.ask(body["text"], body.get("where", "general"), within_s=body.get("within_s", 5))
        except TimeoutError:
            return web.json_response({"ok": False, "error": "no_answer"})
        except SlackRefusal as refusal:
            return web.json_response(refusal.body())
        return web.json_response({"ok": True, "ts": answer.ts, "text": answer.text, "blocks": answer.blocks})


def _as_json(message: SlackMessage) -> dict[str, Any]:
    shown = {name: getattr(message, name) for name in ("ts", "channel", "delivery_id", "only_to", "text")}
    return shown | {"at": message.at.isoformat(), "real_time": message.real_time.isoformat()}


class RemoteFakeSlack:
    """A client of `ControlApi`, with the attributes of SlackForTests."""

    def __init__(self, access: dict[str, str], session: aiohttp.ClientSession) -> None:
        self.url = access["url"]
        self.api_url = access["api_url"]
        self.bot_token = access["bot_token"]
        self.app_token = access["app_token"]
        self.signing_secret = access["signing_secret"]
        self._session = session

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator["RemoteFakeSlack"]:
        """Run a fake Slack in a new process until the block ends."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fake_slack.remote", stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            access = json.loads(await process.stdout.readline())
            async with aiohttp.ClientSession() as session:
                yield cls(access, session)
        finally:
            process.terminate()
            await process.wait()

    async def posted_messages(self, after: int = 0) -> list[dict[str, Any]]:
        """Return every posted message from the number `after` on: ts, channel, delivery_id, only_to, text, at, real_time."""
        answer: list[dict[str, Any]] = await self._get("journal", after=str(after))
        return answer

    async def counts(self) -> dict[str, Any]:
        """Return `landings` (messages posted), `deliveries` (id to number of posts), `calls`, `answers` and `sockets`."""
        answer: dict[str, Any] = await self._get("tallies")
        return answer

    async def by_delivery(self) -> Counter[str]:
        """Count how often each delivery was posted."""
        return Counter((await self.counts())["deliveries"])

    async def messages(self, person: str, where: str) -> list[dict[str, Any]]:
        """Return the messages that a person sees in a conversation."""
        answer: list[dict[str, Any]] = await self._get("messages", person=person, where=where)
        return answer

    async def add_faults(self, *faults: Fault) -> None:
        for fault in faults:
            fields = {name: value for name, value in asdict(fault).items() if not name.startswith("_")}
            await self._post("faults", {name: value for name, value in fields.items() if name != "hits"})

    async def clear_faults(self) -> int:
        """Remove all faults. Return the number of calls to which they applied."""
        async with self._session.delete(f"{self.url}/_control/faults") as response:
            return int((await response.json())["hits"])

    async def settings(self, **changes: Any) -> None:
        """Change settings: revoked, lag_s, limits."""
        await self._post("settings", changes)

    async def add_people(self, count: int) -> dict[str, str]:
        """Add people. Return their ids with those of their direct messages with the bot."""
        people: dict[str, str] = (await self._post("people", {"count": count}))["people"]
        return people

    async def add_channels(self, count: int) -> list[str]:
        """Add public channels with the bot in them. Return their ids."""
        channels: list[str] = (await self._post("channels", {"count": count}))["channels"]
        return channels

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        await self._post("delete", {"channel": channel, "ts": ts})

    async def ask(self, person: str, text: str, where: str = "general", within_s: float = WAIT_S) -> dict[str, Any]:
        """Let a person ask something. Return the first answer that the bot shows: `ok`, `ts`, `text`, `blocks`."""
        return await self._post("act", {"person": person, "text": text, "where": where, "within_s": within_s})

    async def _get(self, endpoint: str, **query: str) -> Any:
        async with self._session.get(f"{self.url}/_control/{endpoint}", params=query) as response:
            response.raise_for_status()
            return await response.json()

    async def _post(self, endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{self.url}/_control/{endpoint}", json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer


def main() -> None:
    """Serve until a signal comes. The first line on standard output is JSON with the address and the tokens."""
    asyncio.run(_serve())


async def _serve() -> None:
    slack = SlackForTests()
    application = slack.application()
    ControlApi(slack).add_to(application)
    await slack.start(application)
    access = {"url": slack.url, "api_url": slack.api_url, "bot_token": slack.bot_token}
    secrets = {"app_token": slack.app_token, "signing_secret": slack.signing_secret}
    sys.stdout.write(json.dumps(access | secrets) + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await slack.stop()


if __name__ == "__main__":
    main()
