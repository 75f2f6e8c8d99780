"""A bare Bolt app whose handlers do nothing, on the bot's own HTTP server, to compare the bot with.

`python -m tests.benchmarks.bare` serves it and prints its address and `ready:`, as `qcon-bot run` does. It reads the
same environment variables.
"""

import asyncio
import os
import re
import sys

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bot.web.health import Shutdown
from bot.web.server import run_server
from bot.web.slack_events import event_routes


async def acknowledged(args: AsyncArgs) -> None:
    """Answer a slash command with nothing."""
    await args.ack()


async def answered(args: AsyncArgs) -> None:
    """Answer a mention with one post, the least that an answer takes."""
    await args.client.chat_postMessage(channel=args.payload["channel"], thread_ts=args.payload["ts"], text="…")


async def suggested(args: AsyncArgs) -> None:
    """Answer typing in a menu with no options."""
    await args.ack(options=[])


async def serve() -> None:
    """Serve until killed."""
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    anything = re.compile("")
    app.command(anything)(acknowledged)
    app.event("app_mention")(answered)
    app.options(anything)(suggested)
    async with run_server("127.0.0.1", 0, event_routes(app, Shutdown(), os.environ["SLACK_SIGNING_SECRET"])) as url:
        print(f"serving on {url}\nready: a bare app", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
