"""`POST /slack/events`: everything Slack sends over HTTP, handed to Bolt."""

import json
from json import JSONDecodeError

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp


def routes(app: AsyncApp) -> list[web.RouteDef]:
    """What Slack posts to; malformed requests get a 4xx before Bolt sees them, since Bolt would answer 500."""

    async def receive(request: web.Request) -> web.Response:
        await _refuse_malformed(request)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return [web.post("/slack/events", receive)]


async def _refuse_malformed(request: web.Request) -> None:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and "X-Slack-Signature" in request.headers):
        raise web.HTTPUnauthorized(text="This address is for Slack: the request carries no signature.")
    try:
        text = await request.text()
        if request.content_type == "application/json":
            is_object = isinstance(json.loads(text), dict)
        else:
            payload = (await request.post()).get("payload", "{}")
            is_object = isinstance(payload, str) and isinstance(json.loads(payload), dict)
    except (UnicodeDecodeError, LookupError, JSONDecodeError, RecursionError) as error:
        raise web.HTTPBadRequest(text="The body is not what Slack sends.") from error
    if not is_object:
        raise web.HTTPBadRequest(text="The body is not what Slack sends.")
