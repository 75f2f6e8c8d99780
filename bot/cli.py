"""The command `qcon-bot`: each subcommand parses its arguments and calls one function."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.errors import BotError

Arguments = argparse.Namespace
Command = Callable[[Arguments], int]


def main() -> None:
    """Run what the command line asks for; a known error is one plain sentence and exit code 1."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except BotError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def commands() -> tuple[str, ...]:
    """The names of all subcommands."""
    return tuple(_COMMANDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qcon-bot", description="The Slack bot for the people at a conference.")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (describe, run) in _COMMANDS.items():
        subparser = subparsers.add_parser(name, help=run.__doc__, description=run.__doc__)
        describe(subparser)
        subparser.set_defaults(run=run)
    return parser


def _manifest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--command", default="/qcon", help="the slash command's name (default: /qcon)")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")


def _manifest(arguments: Arguments) -> int:
    """Print the Slack app's manifest, ready to paste."""
    from bot.handlers.manifest import as_yaml

    print(as_yaml(arguments.command, arguments.url), end="")
    return 0


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a schedule file")


def _check(arguments: Arguments) -> int:
    """Tell every problem of a schedule file; exit 0 when it is usable, 1 when not, 2 when it cannot be read."""
    from bot.schedule.load import inspect
    from bot.schedule.nodes import MOST_BYTES
    from bot.schedule.report import verdict

    name = str(arguments.file)
    try:
        with arguments.file.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        print(f"{name} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    schedule, problems = inspect(data, name)
    print(*problems, verdict(name, schedule, problems), sep="\n")
    return 0 if schedule else 1


_COMMANDS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Command]] = {
    "check": (_check_arguments, _check),
    "manifest": (_manifest_arguments, _manifest),
}
