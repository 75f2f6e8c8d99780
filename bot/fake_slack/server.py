"""The fake Slack, composed of its parts and served over HTTP on this machine."""

import json
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.clock import Clock
from bot.fake_slack.app import InstalledApp
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.delivery_to_app import AppTransport, HttpTransport
from bot.fake_slack.payloads import Payloads
from bot.fake_slack.user import FakeUser
from bot.fake_slack.web_api import WebApi
from bot.fake_slack.workspace import ATTENDEES, ORGANISER, FakeWorkspace, Journal, SlackUser

MAX_BODY = 8 * 1024 * 1024


class FakeSlack:
    """A workspace with the channels `general`, which the bot is in, and `random`; and a few people, or those given."""

    def __init__(self, clock: Clock | None = None, people: Iterable[SlackUser] = (ORGANISER, *ATTENDEES)) -> None:
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.url = ""  # http://127.0.0.1:port, once served
        self.workspace = FakeWorkspace(clock, people)
        self.transport = AppTransport()
        self.payloads = Payloads(self.workspace)
        self.app = InstalledApp(self.workspace, self.transport, self.payloads)
        self.api = WebApi(self.workspace, self.bot_token)
        self._people: dict[str, FakeUser] = {}
        self._session: aiohttp.ClientSession | None = None
        everyone = [user.id for user in self.workspace.users.values() if not user.is_bot]
        self.workspace.add_conversation("general", members=[*everyone, self.workspace.bot.id])
        self.workspace.add_conversation("random", members=everyone)

    @classmethod
    @asynccontextmanager
    async def serving(
        cls, clock: Clock | None = None, people: Iterable[SlackUser] = (ORGANISER, *ATTENDEES)
    ) -> AsyncIterator[Self]:
        """Serve a fake Slack until the block ends."""
        slack = cls(clock, people)
        await slack.start()
        try:
            yield slack
        finally:
            await slack.stop()

    @property
    def api_url(self) -> str:
        """Return the value for SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def journal(self) -> Journal:
        return self.workspace.journal

    def person(self, name: str) -> FakeUser:
        user = self.workspace.user(name)
        return self._people.setdefault(user.id, FakeUser(user, self.app))

    def connect(self, *urls: str) -> None:
        """From now on, send payloads to these request URLs in turn."""
        if self._session is None:
            raise RuntimeError("the fake Slack is not being served")
        self.transport.transport = HttpTransport(self._session, self.workspace.clock, self.signing_secret, urls)

    def install(self, manifest: dict[str, Any]) -> None:
        """Install an app. From now on it has the name, scopes, events and commands of its manifest only."""
        bot = self.workspace.bot
        bot.name = bot.real_name = manifest["features"]["bot_user"]["display_name"]
        self.api.scopes = frozenset(manifest["oauth_config"]["scopes"]["bot"])
        self.app.events = frozenset(manifest["settings"]["event_subscriptions"]["bot_events"])
        self.app.commands = frozenset(command["command"] for command in manifest["features"]["slash_commands"])

    def add_people(self, count: int) -> dict[str, str]:
        """Add attendees. Return their ids, with the ids of their direct messages with the bot."""
        workspace = self.workspace
        direct_messages: dict[str, str] = {}
        for number in range(len(workspace.users), len(workspace.users) + count):
            user = SlackUser(f"U1{number:08}", f"attendee{number}", f"Attendee {number}")
            workspace.users[user.id] = user
            direct_messages[user.id] = workspace.direct(workspace.bot.id, user.id).id
        return direct_messages

    def application(self) -> web.Application:
        """Return the application with its routes. Others may be added before it starts."""
        application = web.Application(client_max_size=MAX_BODY)
        application.router.add_route("*", "/api/{method}", self.api.serve)
        application.router.add_post("/respond/{ticket}", self._respond)
        return application

    async def start(self, application: web.Application | None = None) -> None:
        """Start serving on a free port of 127.0.0.1."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._runner = web.AppRunner(
            application or self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = self.payloads.base_url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop serving, and close every connection."""
        await self.transport.close()
        if self._session is not None:
            await self._session.close()
        await self._runner.cleanup()

    async def _respond(self, request: web.Request) -> web.Response:
        self.journal.calls["response_url"] += 1
        try:
            body = json.loads(await request.read())
            self.app.respond(request.match_info["ticket"], body)
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        except SlackRefusal as refusal:
            self.journal.answers[f"response_url {refusal.code}"] += 1
            gone = refusal.code in ("expired_url", "used_url")
            return web.json_response(refusal.body(), status=404 if gone else 400)
        return web.Response(text="ok")
