"""The command `qcon-bot`: each subcommand parses its arguments and calls one function."""

import argparse
import gc
import os
import signal
import sys
from argparse import Namespace as Arguments
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from bot import __version__, settings
from bot.cli.stop_signals import stop_signals
from bot.errors import BotError, SettingsError

Command = Callable[[Arguments], int]


def main() -> None:
    """Run what the command line asks for; a known error is one plain sentence and exit code 1."""
    arguments = _parser().parse_args()
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
    except BotError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Stopped before the end.")
    except BrokenPipeError:  # its reader has what it wanted, such as `head`
        _fail("")
    except (ConnectionError, TimeoutError):  # of a network, so not about a file
        raise
    except OSError as error:
        _fail(f"{error.filename or 'The output'} cannot be read or written: {error.strerror or error}.")
    sys.exit(code)


def _fail(reason: str) -> NoReturn:
    """Say why the command failed, and end it without writing what is left of its output."""
    if reason:
        print(reason, file=sys.stderr, flush=True)
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


def commands() -> tuple[str, ...]:
    """The names of all subcommands."""
    return tuple(_COMMANDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qcon-bot", description="The Slack bot for the people at a conference.")
    parser.add_argument("--version", action="version", version=f"qcon-bot {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (describe, run) in _COMMANDS.items():
        subparser = subparsers.add_parser(name, help=describe.__doc__, description=describe.__doc__)
        describe(subparser)
        subparser.set_defaults(run=run)
    return parser


def _run(parser: argparse.ArgumentParser) -> None:
    """Serve Slack until stopped; settings come from the environment and .env."""
    parser.epilog = "This command takes no arguments. Settings are environment variables; the README lists them."


def _setup(parser: argparse.ArgumentParser) -> None:
    """Set the bot up for a conference: ask questions, check each answer, and write the files."""
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


def _run_bot(_: Arguments) -> int:
    # From the first moment, also as the first process of a container. An exception may be lost in an import's callback.
    for number in stop_signals():
        signal.signal(number, lambda *_: os._exit(0))
    read = settings.read_settings()
    if read.workspace:
        raise SettingsError(
            "QCON_WORKSPACE is for commands about one of many workspaces. Remove it: `run` serves them all."
        )
    gc.disable()  # modules are no garbage; run_serve goes on with collecting it (`make bench`: 0.05 s of a start)
    from bot.cli.serve import run_serve

    if read.multi_workspace:
        from bot.app.multi import run_multi

        return run_serve(read, run_multi)
    from bot.app.single import run_single

    return run_serve(read, run_single)


def _demo(parser: argparse.ArgumentParser) -> None:
    """Open a local workspace in the browser, with the bot in it."""
    parser.add_argument(
        "--port", type=_up_to(65_535), default=3456, help="where the page is served (default: 3456; 0 picks one)"
    )
    parser.add_argument("--no-open", action="store_true", help="print the address only, and open no browser")
    parser.add_argument(
        "--schedule", default="", help="a file, an address or a pretalx event (default: the included schedule)"
    )


def _run_demo(arguments: Arguments) -> int:
    from bot.cli.serve import run_playground
    from bot.playground.server import open_playground

    return run_playground(open_playground(arguments.port, arguments.schedule), opens=not arguments.no_open)


def _ask(parser: argparse.ArgumentParser) -> None:
    """Answer a question as the bot would, without Slack."""
    parser.add_argument("question", nargs="*", help="as it would be typed in Slack")
    parser.add_argument("--at", type=_venue_time, help="venue time, 2019-03-05T10:20 (default: now)")
    parser.add_argument("--schedule", default="", help="a schedule file (default: the one that is served)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument(
        "--batch", action="store_true", help='read JSON lines {"id", "q"}, with an optional "at", from standard input'
    )


def _venue_time(text: str) -> datetime:
    """`2019-03-05T10:20`"""
    with suppress(ValueError):
        if (moment := datetime.fromisoformat(text)).year in settings.POSSIBLE_YEARS:
            return moment
    raise argparse.ArgumentTypeError(f"{text!r} isn't a time like 2019-03-05T10:20")


def _check(parser: argparse.ArgumentParser) -> None:
    """List every problem in a schedule file; exit 0 if it is usable, 1 if not, 2 if it cannot be read."""
    parser.add_argument("file", metavar="FILE", help="a schedule file; `import --check` also takes an address")


def _import(parser: argparse.ArgumentParser) -> None:
    """Read a published schedule, and write it as a schedule file to edit and serve."""
    parser.add_argument(
        "source", metavar="SOURCE", help="the file or address of a published schedule, or of a pretalx event"
    )
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="where to write it (default: the screen)")
    parser.add_argument("--replace", action="store_true", help="overwrite an existing file")
    parser.add_argument("--check", action="store_true", help="write nothing; show what is in it and every problem")
    parser.add_argument(
        "--timezone", default="", help="the venue's time zone, such as Europe/London, if the source names none"
    )
    parser.add_argument("--allow-private", action="store_true", help="also fetch from addresses that aren't public")
    parser.add_argument("--name", default="", help="the conference's name, if the source has none")


def _manifest(parser: argparse.ArgumentParser) -> None:
    """Print the Slack app's manifest, ready to paste."""
    parser.add_argument("--command", default="", help="the slash command's name (default: QCON_COMMAND, or /qcon)")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")
    parser.add_argument("--many", action="store_true", help="for many workspaces that install the bot themselves")


def _deliveries(parser: argparse.ArgumentParser) -> None:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    parser.add_argument(
        "id", nargs="?", default="", help="explain this delivery: its id or the beginning of it, or its code in the log"
    )
    parser.add_argument(
        "--state", default="", help="only those in this state: pending, sent, unknown, dead, expired, cancelled …"
    )
    parser.add_argument("--kind", default="", help="only those of this kind: reminder, notice, announcement, digest …")
    parser.add_argument("--talk", default="", help="only those about the talk with this id")
    parser.add_argument("--to", default="", help="only those to this channel or person, by Slack's id")
    parser.add_argument("--limit", type=_up_to(1_000_000), default=50, help="how many are listed (default: 50)")
    parser.add_argument("--retry", action="store_true", help="try this delivery again")
    parser.add_argument("--cancel", action="store_true", help="cancel this delivery")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _reminders(parser: argparse.ArgumentParser) -> None:
    """Show in advance what will be sent on a day."""
    parser.add_argument("--day", default="today", help="tuesday, 5 march, day 2 … (default: today)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _rehearse(parser: argparse.ArgumentParser) -> None:
    """Run the whole conference in advance, on this machine alone, and show who gets what and when."""
    parser.add_argument("--schedule", default="", metavar="SOURCE", help="a file or address (default: QCON_SCHEDULE's)")
    parser.add_argument("--attendees", type=_up_to(20_000), default=500, help="how many people (default: 500)")
    parser.add_argument("--saves", type=_up_to(50), default=8, help="how many talks each of them saved (default: 8)")
    parser.add_argument("--seed", type=int, default=1, help="another number picks other talks to save (default: 1)")
    parser.add_argument("--track-channels", action="store_true", help="add a channel for each track")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.epilog = "Exit code 1: a message did not arrive, arrived twice, or would be too late to be useful."


def _up_to(most: int) -> Callable[[str], int]:
    """A whole number from 0 on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text!r} isn't a number from 0 to {most}")
        return int(text)

    return number


def _report(parser: argparse.ArgumentParser) -> None:
    """Write a report of the conference: a page with charts, and the figures as CSV, without names."""
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("report"), metavar="FOLDER", help="where to write (default: report)"
    )


def _finish(parser: argparse.ArgumentParser) -> None:
    """Write the report and the schedule, then delete what the database holds about people; it asks first."""
    _report(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def _workspaces(parser: argparse.ArgumentParser) -> None:
    """List the workspaces that installed the bot, with the reason where it is not running."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def _backup(parser: argparse.ArgumentParser) -> None:
    """Copy the SQLite database to a file; the bot may be running."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write; only its owner can read it")
    parser.add_argument("--replace", action="store_true", help="overwrite an existing file")


def _restore(parser: argparse.ArgumentParser) -> None:
    """Replace the SQLite database with a backup, while the bot is stopped."""
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


def _lazily(module: str, function: str) -> Command:
    """A command whose module is loaded only when it is called."""
    return lambda arguments: int(getattr(import_module(module), function)(arguments))


# Each command: what adds its arguments, and has its help as docstring; and what it does.
_COMMANDS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Command]] = {
    "setup": (_setup, _lazily("bot.cli.setup_wizard", "run_setup")),
    "run": (_run, _run_bot),
    "demo": (_demo, _run_demo),
    "ask": (_ask, _lazily("bot.cli.schedule", "run_ask")),
    "check": (_check, _lazily("bot.cli.schedule", "run_check")),
    "import": (_import, _lazily("bot.cli.schedule", "run_import")),
    "manifest": (_manifest, _lazily("bot.cli.setup_wizard", "run_manifest")),
    "deliveries": (_deliveries, _lazily("bot.cli.deliveries", "run_deliveries")),
    "reminders": (_reminders, _lazily("bot.cli.deliveries", "run_reminders")),
    "rehearse": (_rehearse, _lazily("bot.cli.operate", "run_rehearse")),
    "report": (_report, _lazily("bot.cli.report_files", "run_report")),
    "finish": (_finish, _lazily("bot.cli.report_files", "run_finish")),
    "workspaces": (_workspaces, _lazily("bot.cli.operate", "run_workspaces")),
    "backup": (_backup, _lazily("bot.cli.operate", "run_backup")),
    "restore": (_restore, _lazily("bot.cli.operate", "run_restore")),
}
