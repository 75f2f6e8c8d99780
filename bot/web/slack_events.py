"""`POST /slack/events`: everything Slack sends over HTTP, handed to Bolt once its signature is checked."""

from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.clock import Clock
from bot.web.health import Shutdown
from bot.web.signed_requests import SignedRequests


class EventApp(Protocol):
    """Bolt's app, or what finds the one that a request is for."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse: ...


def event_routes(
    app: EventApp, shutdown: Shutdown, signing_secret: str, clock: Clock | None = None
) -> list[web.RouteDef]:
    """The routes for Slack's requests; Bolt sees only those that Slack signed lately and that can be read."""
    signed = SignedRequests(signing_secret, (clock or Clock()).real_now)

    async def receive(request: web.Request) -> web.Response:
        if shutdown.closed:
            raise web.HTTPServiceUnavailable(text="This process is shutting down.", headers={"Connection": "close"})
        response = await to_aiohttp_response(await app.async_dispatch(await signed.read(request)))
        if shutdown.draining:
            response.force_close()  # else a proxy sends the next request on a line that is about to be cut
        return response

    return [web.post("/slack/events", receive)]
