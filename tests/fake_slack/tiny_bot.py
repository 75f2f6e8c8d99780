"""A tiny Bolt app over HTTP or sockets, to test the fake Slack with the real libraries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack
from tests.fake_slack.server import SlackForTests

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "rate",
    "title": {"type": "plain_text", "text": "Rate it"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "why"},
        },
        {
            "type": "input",
            "block_id": "talk",
            "optional": True,
            "label": {"type": "plain_text", "text": "Talk"},
            "element": {"type": "external_select", "action_id": "talk", "min_query_length": 1},
        },
    ],
}


def option(text: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": text.lower()}


def buttons(text: str) -> list[dict[str, Any]]:
    label = {"type": "plain_text", "text": "Rate"}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [{"type": "button", "action_id": "rate", "text": label, "value": text}]},
    ]


def tiny_app(client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    """Build an app that echoes commands, mentions and direct messages. A button opens a modal that wants a long answer."""
    app = AsyncApp(client=client, signing_secret=signing_secret)
    _listen_to_words(app, client)
    _listen_to_modals(app, client)
    return app


def _listen_to_words(app: AsyncApp, client: AsyncWebClient) -> None:
    @app.command("/echo")
    async def echo(ack: Any, payload: dict[str, Any]) -> None:
        await ack(text=f"You said {payload['text']}", blocks=buttons(payload["text"]))

    @app.command("/later")
    async def later(ack: Any, respond: Any) -> None:
        await ack()
        await respond("A moment later.")

    @app.command("/bad")
    async def bad(ack: Any) -> None:
        await ack(text="x", blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}])

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(text=f"Heard: {event['text']}", thread_ts=event["ts"])

    @app.event("message")
    async def direct(event: dict[str, Any], say: Any) -> None:
        await say(text=f"Just us: {event['text']}")

    @app.event("member_joined_channel")
    async def joined() -> None:
        pass  # Bolt does not acknowledge events without a listener, and Slack would send them again

    @app.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": buttons("home")})


def _listen_to_modals(app: AsyncApp, client: AsyncWebClient) -> None:
    @app.action("rate")
    async def rate(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.options("talk")
    async def talks(ack: Any, payload: dict[str, Any]) -> None:
        names = [name for name in ("Terraform", "Telemetry") if name.lower().startswith(payload["value"])]
        await ack(options=[option(name) for name in names])

    @app.view("rate")
    async def rated(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if len(values["why"]["why"]["value"]) < 5:
            await ack(response_action="errors", errors={"why": "A little more, please."})
            return
        await ack()
        talk = values["talk"]["talk"]["selected_option"]
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Rated {talk['value'] if talk else 'it'}.")

    @app.shortcut("find")
    async def find(ack: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)


@asynccontextmanager
async def over_http(slack: FakeSlack) -> AsyncIterator[AsyncApp]:
    """Serve the tiny app behind a request URL that the fake Slack uses."""
    app = tiny_app(AsyncWebClient(slack.bot_token, base_url=slack.api_url), slack.signing_secret)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    routes = web.Application()
    routes.router.add_post("/slack/events", events)
    runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield app
    finally:
        await slack.transport.wait_settled()
        await runner.cleanup()


@asynccontextmanager
async def over_sockets(slack: SlackForTests) -> AsyncIterator[AsyncApp]:
    """Connect the tiny app in Socket Mode."""
    app = tiny_app(AsyncWebClient(slack.bot_token, base_url=slack.api_url), slack.signing_secret)
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    await slack.workspace.wait_until(lambda: slack.sockets.connected)
    try:
        yield app
    finally:
        await slack.transport.wait_settled()
        await handler.client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
