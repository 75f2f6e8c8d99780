"""The command `qcon-bot`: each subcommand parses its arguments and calls one function."""

import argparse
import signal
import sys
from argparse import Namespace as Arguments
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from bot import __version__, settings
from bot.errors import BotError

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
    parser.add_argument("--version", action="version", version=f"qcon-bot {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (describe, run) in _COMMANDS.items():
        subparser = subparsers.add_parser(name, help=run.__doc__, description=run.__doc__)
        describe(subparser)
        subparser.set_defaults(run=run)
    return parser


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    """Say that a command takes no arguments and reads only the environment."""
    parser.epilog = "This command takes no arguments. Settings are environment variables; the README lists them."


def _setup_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `setup`."""
    parser.add_argument("--name", default="", help="what the conference is called")
    parser.add_argument("--command", default="", help="what people type to call the bot, like /pycon")
    parser.add_argument("--schedule", default="", help="a file, an address, or a pretalx event's address")
    parser.add_argument("--timezone", default="", help="the venue's time zone, if the schedule names none")
    parser.add_argument("--organisers", default="", help="Slack ids of people, or of one private channel")
    parser.add_argument("--replace", action="store_true", help="replace existing files without asking")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")
    parser.epilog = (
        "Each flag answers a question; the others are asked, or read from standard input, one per line. "
        "Tokens have no flags, since other people on this machine could read them: set SLACK_BOT_TOKEN, SLACK_APP_TOKEN "
        "and SLACK_SIGNING_SECRET in the environment instead."
    )


def _setup(arguments: Arguments) -> int:
    """Set the bot up for a conference: ask questions, check each answer, and write the files."""
    from bot.cli.setup_wizard import run_setup

    return run_setup(arguments)


def _run(_: Arguments) -> int:
    """Serve Slack until stopped; settings come from the environment and .env."""
    for number in (signal.SIGTERM, signal.SIGINT):  # from the first moment, also as the first process of a container
        signal.signal(number, lambda *_: sys.exit(0))
    read = settings.read_settings()
    from bot.cli.serve import run_serve

    if read.multi_workspace:
        from bot.app.multi import run_multi

        return run_serve(read, run_multi)
    from bot.app import run_single

    return run_serve(read, run_single)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `demo`."""
    parser.add_argument("--port", type=int, default=3456, help="where the page is served (default: 3456; 0 picks one)")
    parser.add_argument("--no-open", action="store_true", help="print the address only, and open no browser")
    parser.add_argument(
        "--schedule", default="", help="a file, an address or a pretalx event (default: the included schedule)"
    )


def _demo(arguments: Arguments) -> int:
    """Open a local workspace in the browser, with the bot in it."""
    from bot.cli.serve import run_playground
    from bot.playground.server import open_playground

    return run_playground(arguments, partial(open_playground, schedule=arguments.schedule))


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `ask`."""
    parser.add_argument("question", nargs="*", help="as it would be typed in Slack")
    parser.add_argument("--at", type=_venue_time, help="venue time, 2019-03-05T10:20 (default: now)")
    parser.add_argument("--schedule", default="", help="a schedule file (default: the one that is served)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument(
        "--batch", action="store_true", help='read JSON lines {"id", "q"}, with an optional "at", from standard input'
    )


def _ask(arguments: Arguments) -> int:
    """Answer a question as the bot would, without Slack."""
    from bot.cli.schedule import run_ask

    return run_ask(arguments)


def _venue_time(text: str) -> datetime:
    """`2019-03-05T10:20`"""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a time like 2019-03-05T10:20") from error


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a schedule file")


def _check(arguments: Arguments) -> int:
    """List every problem in a schedule file; exit 0 if it is usable, 1 if not, 2 if it cannot be read."""
    from bot.cli.schedule import run_check

    return run_check(arguments)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `import`."""
    parser.add_argument(
        "source", metavar="SOURCE", help="the file or address of a published schedule, or of a pretalx event"
    )
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="where to write it (default: the screen)")
    parser.add_argument("--replace", action="store_true", help="overwrite an existing file")
    parser.add_argument("--check", action="store_true", help="write nothing; show what is in it and every problem")
    parser.add_argument(
        "--timezone", default="", help="the venue's time zone, such as Europe/London, if the source names none"
    )
    parser.add_argument("--allow-private", action="store_true", help="also fetch from private network addresses")
    parser.add_argument("--name", default="", help="the conference's name, if the source has none")


def _import(arguments: Arguments) -> int:
    """Read a published schedule, and write it as a schedule file to edit and serve."""
    from bot.cli.schedule import run_import

    return run_import(arguments)


def _manifest_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `manifest`."""
    parser.add_argument("--command", default="", help="the slash command's name (default: QCON_COMMAND, or /qcon)")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")
    parser.add_argument("--many", action="store_true", help="for many workspaces that install the bot themselves")


def _manifest(arguments: Arguments) -> int:
    """Print the Slack app's manifest, ready to paste."""
    from bot.cli.setup_wizard import run_manifest

    return run_manifest(arguments)


def _deliveries_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `deliveries`."""
    parser.add_argument("id", nargs="?", default="", help="explain this delivery; the beginning of its id is enough")
    parser.add_argument(
        "--state", default="", help="only those in this state: pending, sent, unknown, dead, expired, cancelled …"
    )
    parser.add_argument("--kind", default="", help="only those of this kind: reminder, notice, announcement, digest …")
    parser.add_argument("--talk", default="", help="only those about the talk with this id")
    parser.add_argument("--to", default="", help="only those to this channel or person, by Slack's id")
    parser.add_argument("--limit", type=int, default=50, help="how many are listed (default: 50)")
    parser.add_argument("--retry", action="store_true", help="try this delivery again")
    parser.add_argument("--cancel", action="store_true", help="cancel this delivery")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _deliveries(arguments: Arguments) -> int:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    from bot.cli.operate import run_deliveries

    return run_deliveries(arguments)


def _reminders_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `reminders`."""
    parser.add_argument("--day", default="today", help="tuesday, 5 march, day 2 … (default: today)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _reminders(arguments: Arguments) -> int:
    """Show in advance what will be sent on a day."""
    from bot.cli.operate import run_reminders

    return run_reminders(arguments)


def _rehearse_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rehearse`."""
    parser.add_argument("--schedule", default="", metavar="SOURCE", help="a file or address (default: QCON_SCHEDULE's)")
    parser.add_argument("--attendees", type=_up_to(20_000), default=500, help="how many people (default: 500)")
    parser.add_argument("--saves", type=_up_to(50), default=8, help="how many talks each of them saved (default: 8)")
    parser.add_argument("--seed", type=int, default=1, help="another number picks other talks to save (default: 1)")
    parser.add_argument("--track-channels", action="store_true", help="add a channel for each track")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.epilog = "Exit code 1: a message did not arrive, arrived twice, or would be too late to be useful."


def _rehearse(arguments: Arguments) -> int:
    """Run the whole conference in advance, on this machine alone, and show who gets what and when."""
    from bot.cli.operate import run_rehearse

    return run_rehearse(arguments)


def _up_to(most: int) -> Callable[[str], int]:
    """A whole number from 0 on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text!r} isn't a number from 0 to {most}")
        return int(text)

    return number


def _folder_argument(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report`."""
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("report"), metavar="FOLDER", help="where to write (default: report)"
    )


def _report(arguments: Arguments) -> int:
    """Write a report of the conference: a page with charts, and the figures as CSV, without names."""
    from bot.cli.operate import run_report

    return run_report(arguments)


def _finish_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `finish`."""
    _folder_argument(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def _finish(arguments: Arguments) -> int:
    """Write the report and the schedule, then delete what the database holds about people; it asks first."""
    from bot.cli.operate import run_finish

    return run_finish(arguments)


def _workspaces_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `workspaces`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def _workspaces(arguments: Arguments) -> int:
    """List the workspaces that installed the bot, with the reason where it is not running."""
    from bot.cli.operate import run_workspaces

    return run_workspaces(arguments)


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `backup`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write; only its owner can read it")
    parser.add_argument("--replace", action="store_true", help="overwrite an existing file")


def _backup(arguments: Arguments) -> int:
    """Copy the SQLite database to a file; the bot may be running."""
    from bot.cli.operate import run_backup

    return run_backup(arguments)


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `restore`."""
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="a backup; leave it out if you have already restored one yourself",
    )
    parser.add_argument(
        "--replace", action="store_true", help="replace the current database; the old one is kept next to it"
    )


def _restore(arguments: Arguments) -> int:
    """Replace the SQLite database with a backup, while the bot is stopped."""
    from bot.cli.operate import run_restore

    return run_restore(arguments)


_COMMANDS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Command]] = {
    "setup": (_setup_arguments, _setup),
    "run": (_no_arguments, _run),
    "demo": (_demo_arguments, _demo),
    "ask": (_ask_arguments, _ask),
    "check": (_check_arguments, _check),
    "import": (_import_arguments, _import),
    "manifest": (_manifest_arguments, _manifest),
    "deliveries": (_deliveries_arguments, _deliveries),
    "reminders": (_reminders_arguments, _reminders),
    "rehearse": (_rehearse_arguments, _rehearse),
    "report": (_folder_argument, _report),
    "finish": (_finish_arguments, _finish),
    "workspaces": (_workspaces_arguments, _workspaces),
    "backup": (_backup_arguments, _backup),
    "restore": (_restore_arguments, _restore),
}
