"""Setting the bot up at Slack: with questions, or the manifest alone."""

from argparse import Namespace as Arguments

from bot import settings
from bot.handlers.manifest import as_yaml
from bot.setup.terminal import set_up


def setup(arguments: Arguments) -> int:
    """Set the bot up for a conference: ask what it needs to know, try it, and write the files."""
    keys = ("name", "command", "schedule", "timezone", "organisers")
    flags = {key: getattr(arguments, key) for key in keys} | {"replace": "yes" if arguments.replace else ""}
    url = settings.read({"QCON_PUBLIC_URL": arguments.url}).public_url
    set_up(flags, settings.surroundings(), url)
    return 0


def manifest(arguments: Arguments) -> int:
    """Print the Slack app's manifest, ready to paste."""
    print(as_yaml(arguments.command or settings.read().command, arguments.url, many=arguments.many), end="")
    return 0
