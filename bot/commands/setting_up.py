"""Setting the bot up at Slack: with questions, or the manifest alone."""

from argparse import Namespace as Arguments

from bot import settings
from bot.handlers.manifest import manifest_yaml
from bot.setup.terminal import run_wizard


def run_setup(arguments: Arguments) -> int:
    """Set the bot up for a conference: ask what it needs to know, try it, and write the files."""
    keys = ("name", "command", "schedule", "timezone", "organisers")
    flags = {key: getattr(arguments, key) for key in keys} | {"replace": "yes" if arguments.replace else ""}
    url = settings.read_settings({"QCON_PUBLIC_URL": arguments.url}).public_url
    run_wizard(flags, settings.environment_with_dotenv(), url)
    return 0


def run_manifest(arguments: Arguments) -> int:
    """Print the Slack app's manifest, ready to paste."""
    print(
        manifest_yaml(arguments.command or settings.read_settings().command, arguments.url, many=arguments.many), end=""
    )
    return 0
