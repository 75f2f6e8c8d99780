"""Run the fake Slack as a process of its own, so that it lives on when a test kills the bot."""

import argparse
import asyncio
import json
import signal
import sys

from bot.fake_slack.remote import ControlApi
from bot.fake_slack.server import FakeSlack


def main() -> None:
    """Serve until a signal comes. The first line on standard output is JSON with the address and the tokens."""
    parser = argparse.ArgumentParser(prog="python -m bot.fake_slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--bot-url", action="append", default=[], help="a request URL of the bot; else Socket Mode")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(arguments: argparse.Namespace) -> None:
    slack = FakeSlack()
    application = slack.application()
    ControlApi(slack).add_to(application)
    await slack.start(arguments.port, application)
    if arguments.bot_url:
        slack.connect(*arguments.bot_url)
    access = {"url": slack.url, "api_url": slack.api_url, "bot_token": slack.bot_token}
    secrets = {"app_token": slack.app_token, "signing_secret": slack.signing_secret}
    sys.stdout.write(json.dumps(access | secrets) + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await slack.stop()


main()
