"""`POST /slack/events`: everything Slack sends over HTTP, handed to Bolt."""

import re
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.web.doors import Doors

NOT_SLACKS = "The body is not what Slack sends."
SECONDS = re.compile("[0-9]{1,12}")  # since 1970; Bolt breaks at longer numbers, and at other letters below
SIGNATURE = re.compile("v0=[0-9a-f]{64}")


class Receiving(Protocol):
    """Bolt's app, or what finds the one that a request is for."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse: ...


def routes(app: Receiving, doors: Doors) -> list[web.RouteDef]:
    """What Slack posts to; malformed requests get a 4xx before Bolt sees them, since Bolt would answer 500."""

    async def receive(request: web.Request) -> web.Response:
        if doors.shut:
            raise web.HTTPServiceUnavailable(text="This node stops.", headers={"Connection": "close"})
        response = await to_aiohttp_response(await app.async_dispatch(await _read(request)))
        if doors.closing:
            response.force_close()  # else a proxy sends the next request on a line that is about to be cut
        return response

    return [web.post("/slack/events", receive)]


async def _read(request: web.Request) -> AsyncBoltRequest:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (SECONDS.fullmatch(timestamp) and SIGNATURE.fullmatch(request.headers.get("X-Slack-Signature", ""))):
        raise web.HTTPUnauthorized(text="This address is for Slack: the request carries no signature.")
    try:
        read = await to_bolt_request(request)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:  # Bolt takes any for granted
        raise web.HTTPBadRequest(text=NOT_SLACKS) from error
    if not isinstance(read.body, dict):
        raise web.HTTPBadRequest(text=NOT_SLACKS)
    return read
