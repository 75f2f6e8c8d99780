"""The fake Slack of the tests: its calls can fail, and the bot can also connect in Socket Mode."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from bot.clock import Clock
from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import Arguments, SlackRefusal
from bot.fake_slack.delivery_to_app import Acknowledgement, Attempt, PayloadKind, Transport
from bot.fake_slack.web_api import WebApi
from bot.fake_slack.workspace import ATTENDEES, ORGANISER, FakeWorkspace, SlackConversation, SlackMessage, SlackUser
from tests.fake_slack.faults import Fault, Faults, RateLimits
from tests.fake_slack.person import Person
from tests.fake_slack.socket_transport import SocketTransport

NO_ANSWER_SECONDS = 60.0


class FaultyWebApi(WebApi):
    """The Web API with faults, rate limits, tokens that can be revoked, and the method that opens a socket."""

    def __init__(
        self, workspace: FakeWorkspace, bot_token: str, app_token: str, open_socket: Callable[[], str]
    ) -> None:
        super().__init__(workspace, bot_token)
        self.faults = Faults()
        self.rates = RateLimits()
        self.revoked = False
        self._app_token = app_token
        self._open_socket = open_socket
        self._late_calls: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request, call: Arguments) -> web.StreamResponse:
        """Answer one call, unless a fault applies to it or it exceeds a rate limit."""
        method, channel = request.match_info["method"], call.text("channel")
        fault = self.faults.next(method, channel)
        if fault is not None:
            return await self._apply_fault(fault, request, call)
        if wait := self.rates.retry_after(method, channel):
            self.workspace.journal.answers[f"{method} ratelimited"] += 1
            return _refusal("ratelimited", 429, wait)
        return await super().answer(request, call)

    def call_method(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            self.check_token(token, self._app_token)
            return {"url": self._open_socket()}
        return super().call_method(method, call, token)

    def check_token(self, token: str, expected: str) -> None:
        if token != expected and token in (self.bot_token, self._app_token):
            raise SlackRefusal("not_allowed_token_type")
        super().check_token(token, expected)
        if self.revoked:
            raise SlackRefusal("token_revoked")

    async def close(self) -> None:
        """Cancel the calls that have yet to take effect."""
        for task in tuple(self._late_calls):
            task.cancel()
        await asyncio.gather(*self._late_calls, return_exceptions=True)

    async def _apply_fault(self, fault: Fault, request: web.Request, call: Arguments) -> web.StreamResponse:
        """Let the call take effect or not, and answer as the fault says."""
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        body: dict[str, Any] = {"ok": True}
        if fault.lands and fault.late_s:
            task = asyncio.create_task(self._perform_late(fault.late_s, request, call))
            self._late_calls.add(task)
            task.add_done_callback(self._late_calls.discard)
        elif fault.lands:
            body = self.perform(request, call)
        self.workspace.journal.answers[f"{request.match_info['method']} fault"] += 1
        return await _fault_response(fault, request, body)

    async def _perform_late(self, seconds: float, request: web.Request, call: Arguments) -> None:
        await asyncio.sleep(seconds)
        self.perform(request, call)


async def _fault_response(fault: Fault, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    if fault.response == "error":
        return _refusal(fault.error)
    if fault.response == "status":
        if fault.status == 429:
            return _refusal("ratelimited", 429, fault.retry_after)
        return _refusal("internal_error", fault.status)
    if fault.response == "no_answer":
        await asyncio.sleep(NO_ANSWER_SECONDS)
    if fault.response in ("reset", "no_answer"):
        _reset_connection(request)
    return web.json_response(body)


def _refusal(error: str, status: int = 200, retry_after: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return web.json_response(SlackRefusal(error).body(), status=status, headers=headers)


def _reset_connection(request: web.Request) -> None:
    """End the connection with a TCP reset instead of closing it properly."""
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


class DoubleTransport:
    """Sends every payload twice, exactly the same."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        sending = (self._transport.send(kind, payload, attempt) for _ in range(2))
        first, _ = await asyncio.gather(*sending)
        return first


class SlackForTests(FakeSlack):
    """A fake Slack that sends payloads over sockets until `connect` gives it the bot's request URL."""

    api: FaultyWebApi

    def __init__(self, clock: Clock | None = None, people: Iterable[SlackUser] = (ORGANISER, *ATTENDEES)) -> None:
        super().__init__(clock, people)
        self._persons: dict[str, Person] = {}
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.sockets = SocketTransport(self.workspace.app_id)
        self.transport.transport = self.sockets
        self.api = FaultyWebApi(self.workspace, self.bot_token, self.app_token, self.sockets.open)
        self.faults, self.rates = self.api.faults, self.api.rates

    def person(self, name: str) -> Person:
        user = self.workspace.user(name)
        return self._persons.setdefault(user.id, Person(user, self.app))

    def deliveries(self) -> list[SlackMessage]:
        """List the messages in the workspace that have a delivery's id, oldest first."""
        conversations = self.workspace.conversations.values()
        messages = (message for conversation in conversations for message in conversation.messages.values())
        return sorted((message for message in messages if message.delivery_id), key=lambda message: message.ts)

    def application(self) -> web.Application:
        application = super().application()
        application.router.add_get("/link/", self.sockets.serve)
        return application

    async def start(self, application: web.Application | None = None) -> None:
        await super().start(application)
        self.sockets.base_url = self.url.replace("http", "ws", 1)

    async def stop(self) -> None:
        await self.api.close()
        await self.sockets.close()
        await super().stop()

    def deliver_twice(self) -> None:
        """Deliver every payload twice from now on."""
        assert self.transport.transport is not None
        self.transport.transport = DoubleTransport(self.transport.transport)

    def change_channel_id(self, conversation: SlackConversation) -> None:
        """Give a channel another id, as Slack does when it becomes shared, and tell the bot."""
        workspace, old = self.workspace, conversation.id
        conversation.id = f"C9{len(workspace.conversations):08}"
        workspace.conversations = {known.id: known for known in workspace.conversations.values()}
        for message in conversation.messages.values():
            message.channel = conversation.id
        event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": conversation.id}
        self.transport.send_event(self.payloads.event(event))
