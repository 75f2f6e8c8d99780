"""The command `qcon-bot`: each subcommand parses its arguments and calls one function."""

import argparse
import asyncio
import gc
import json
import signal
import sys
import webbrowser
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import settings, telemetry
from bot.clock import Clock
from bot.conference import source
from bot.errors import BotError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.app import Bot
    from bot.app.many import Bots
    from bot.views.spoken import Spoken

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


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "It takes no arguments: its settings come from the environment, and the README lists them."


def _run(_: Arguments) -> int:
    """Serve Slack until stopped; settings come from the environment and .env."""
    gc.disable()  # what a start makes stays; collecting begins when it is ready
    telemetry.start_logging()
    read = settings.read()

    async def serve() -> int:
        stopped = _stop_signal()
        async with _served(read) as bot:
            print(f"serving on {bot.url}", file=sys.stderr)
            print(f"ready: {(await bot.vitals.readiness()).line}", file=sys.stderr, flush=True)
            if await stopped is signal.SIGTERM:  # a person's Ctrl-C has no load balancer behind it
                await bot.doors.close(read.grace_s)
        return 0

    return asyncio.run(serve())


def _served(read: settings.Settings) -> "AbstractAsyncContextManager[Bot | Bots]":
    if read.many:
        from bot.app.many import running_many

        return running_many(read)
    from bot.app import running

    return running(read)


def _stop_signal() -> "asyncio.Future[signal.Signals]":
    """What asks the process to stop, as soon as something does: SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[signal.Signals] = loop.create_future()

    def ask(number: int) -> None:
        if not asked.done():
            asked.set_result(signal.Signals(number))

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, _: loop.call_soon_threadsafe(ask, number))
    return asked


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=3456, help="where the page is served (default: 3456; 0 picks one)")
    parser.add_argument("--no-open", action="store_true", help="print the address only, and open no browser")


def _demo(arguments: Arguments) -> int:
    """Open a local workspace in the browser, with the bot in it."""
    from bot.playground.demo import playground

    telemetry.start_logging("WARNING")

    async def serve() -> int:
        stopped = _stop_signal()
        async with playground(arguments.port) as url:
            print(f"The playground is open at {url} (Ctrl-C closes it).", flush=True)
            if not arguments.no_open:
                await asyncio.to_thread(webbrowser.open, url)
            await stopped
        return 0

    return asyncio.run(serve())


def _manifest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--command", default="", help="the slash command's name (default: QCON_COMMAND, or /qcon)")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")
    parser.add_argument("--many", action="store_true", help="for many workspaces that install it by themselves")


def _manifest(arguments: Arguments) -> int:
    """Print the Slack app's manifest, ready to paste."""
    from bot.handlers.manifest import as_yaml

    print(as_yaml(arguments.command or settings.read().command, arguments.url, many=arguments.many), end="")
    return 0


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", help="as it would be typed in Slack")
    parser.add_argument("--at", type=_venue_time, help="venue time, 2019-03-05T10:20 (default: now)")
    parser.add_argument("--schedule", default="", help="a schedule file (default: the one that is served)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--batch", action="store_true", help='read JSON lines {"id", "q"} from standard input')


def _ask(arguments: Arguments) -> int:
    """Answer a question as the bot would, without Slack."""
    from bot.schedule.importers.programme import Hints
    from bot.views.spoken import Spoken

    read = settings.read()
    schedule = source.read(arguments.schedule or read.schedule, Hints(read.name, read.timezone))
    spoken = Spoken.about(schedule, arguments.at or Clock().conference(), read.command)
    if arguments.batch:
        for number, line in enumerate(filter(str.strip, sys.stdin), 1):
            print(json.dumps(_answered(spoken, line, number), ensure_ascii=False), flush=True)
        return 0
    told = spoken.answer(" ".join(arguments.question))
    print(json.dumps(told, ensure_ascii=False) if arguments.json else told["text"])
    return 0


def _answered(spoken: "Spoken", line: str, number: int) -> dict[str, Any]:
    """One line of a batch; raises BotError where it is not `{"id", "q"}`."""
    try:
        asked = json.loads(line)
        return {"id": asked["id"]} | spoken.answer(str(asked["q"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BotError(f'Line {number} of the batch is not like {{"id": "1", "q": "what is next?"}}.') from error


def _venue_time(text: str) -> datetime:
    """`2019-03-05T10:20`"""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time like 2019-03-05T10:20") from error


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


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="SOURCE", help="the file or address of a published schedule, or of a pretalx event"
    )
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="where to write it (default: the screen)")
    parser.add_argument("--check", action="store_true", help="write nothing: tell what is in it, and every problem")
    parser.add_argument("--timezone", default="", help="the venue's, like Europe/London, where the file tells none")
    parser.add_argument("--allow-private", action="store_true", help="fetch from within your own network, too")
    parser.add_argument("--name", default="", help="the conference's, where the file tells none")


def _import(arguments: Arguments) -> int:
    """Read a schedule as conferences publish it, and write it as a schedule file to edit and to serve."""
    from bot.schedule.importers.imported import summary
    from bot.schedule.importers.programme import Hints
    from bot.schedule.load import inspect
    from bot.schedule.report import verdict
    from bot.schedule.write import as_yaml

    hints = Hints(arguments.name, arguments.timezone)
    imported = source.imported(arguments.source, hints, private=arguments.allow_private)
    written = as_yaml(imported.schedule)
    if arguments.check:
        name = arguments.output or "schedule.yaml"
        schedule, problems = inspect(written, name)
        print(summary(imported), *problems, verdict(name, schedule, problems), sep="\n")
        return 0 if schedule else 1
    if arguments.output:
        source.write(arguments.output, written)
        print(summary(imported), f"Written: {arguments.output}", sep="\n")
    else:
        sys.stdout.buffer.write(written)
        print(summary(imported), file=sys.stderr)
    return 0


def _deliveries_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", default="", help="explain this delivery; the beginning of its id is enough")
    parser.add_argument("--state", default="", help="only those: pending, sent, unknown, dead, expired, cancelled …")
    parser.add_argument("--kind", default="", help="only those of this kind: reminder, notice, announcement, digest …")
    parser.add_argument("--talk", default="", help="only those that tell of the talk with this id")
    parser.add_argument("--to", default="", help="only those to this channel or person, by Slack's id")
    parser.add_argument("--limit", type=int, default=50, help="how many are listed (default: 50)")
    parser.add_argument("--retry", action="store_true", help="have the named delivery tried again")
    parser.add_argument("--cancel", action="store_true", help="do not send the named delivery")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _deliveries(arguments: Arguments) -> int:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    from bot.conference.office import opened
    from bot.reminders import operators
    from bot.store.ledger import Wanted

    wanted = Wanted("", arguments.state, arguments.to, arguments.talk, arguments.kind)
    if (arguments.retry or arguments.cancel) and not arguments.id:
        raise BotError("Name the delivery: `qcon-bot deliveries` lists them, the beginning of an id is enough.")

    async def told() -> str:
        async with opened(settings.read()) as office:
            if arguments.retry:
                return await operators.retried(office, arguments.id)
            if arguments.cancel:
                return await operators.cancelled(office, arguments.id)
            if arguments.id:
                return await operators.explained(office, arguments.id, as_json=arguments.json)
            return await operators.listing(office, wanted, arguments.limit, as_json=arguments.json)

    print(asyncio.run(told()))
    return 0


def _reminders_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--day", default="today", help="tuesday, 5 march, day 2 … (default: today)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _reminders(arguments: Arguments) -> int:
    """Show what is going to be sent on a day, before it is."""
    from bot.conference.office import opened
    from bot.reminders import operators

    async def told() -> str:
        async with opened(settings.read()) as office:
            return await operators.foreseen(office, arguments.day, as_json=arguments.json)

    print(asyncio.run(told()))
    return 0


def _folder_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("report"), metavar="FOLDER", help="where to (default: report)"
    )


def _report(arguments: Arguments) -> int:
    """Write what the conference came to: a page with charts, and the figures as CSV; nobody is named in it."""
    from bot.conference.office import opened
    from bot.conference.report_files import written

    async def told() -> str:
        async with opened(settings.read()) as office:
            return await written(office, arguments.output)

    print(asyncio.run(told()))
    return 0


def _finish_arguments(parser: argparse.ArgumentParser) -> None:
    _folder_argument(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def _finish(arguments: Arguments) -> int:
    """Write the report and the schedule, then delete what the database holds about people; it asks before."""
    from bot.conference.finish import finish

    def agree(question: str) -> bool:
        print(question)
        return arguments.yes or _typed("Type yes to delete it: ").strip().lower() == "yes"

    finish(settings.read(), arguments.output, agree, print)
    return 0


def _typed(prompt: str) -> str:
    """A line that somebody types; raises BotError where nobody does."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        raise BotError("Nobody answered, so nothing more was done.") from None


def _setup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="", help="what the conference is called")
    parser.add_argument("--command", default="", help="what people type to call the bot, like /pycon")
    parser.add_argument("--schedule", default="", help="a file, an address, or a pretalx event's address")
    parser.add_argument("--timezone", default="", help="the venue's, where the schedule names none")
    parser.add_argument("--organisers", default="", help="Slack ids of people, or of one private channel")
    parser.add_argument("--replace", action="store_true", help="replace what is in the files already, without asking")
    parser.add_argument("--url", default="", help="the bot's public address, for HTTP; without it, Socket Mode")
    parser.add_argument("--many", action="store_true", help="for many workspaces that install it by themselves")
    parser.epilog = (
        "Each flag answers a question; what no flag answers is asked, or read from standard input, a line each. "
        "Tokens are no flags, or everybody on this machine could read them: SLACK_BOT_TOKEN, SLACK_APP_TOKEN and "
        "SLACK_SIGNING_SECRET in the environment answer for them."
    )


def _setup(arguments: Arguments) -> int:
    """Set the bot up for a conference: ask what it needs to know, try it, and write the files."""
    from bot.setup.terminal import set_up

    keys = ("name", "command", "schedule", "timezone", "organisers")
    flags = {key: getattr(arguments, key) for key in keys} | {"replace": "yes" if arguments.replace else ""}
    url = settings.read({"QCON_PUBLIC_URL": arguments.url}).public_url
    set_up(flags, settings.surroundings(), url)
    return 0


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; it can be read by its owner only")
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")


def _backup(arguments: Arguments) -> int:
    """Copy the SQLite database into a file, while the bot runs."""
    from bot.store import backup

    database = backup.file_of(settings.read().database_url)
    print(f"Backed up to {arguments.file}: {backup.back_up(database, arguments.file, replace=arguments.replace)}.")
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a backup; none where it is put back already"
    )
    parser.add_argument("--replace", action="store_true", help="replace the present database, which is kept beside")


def _restore(arguments: Arguments) -> int:
    """Put a backup in the place of the SQLite database, while the bot does not run."""
    from bot.store import backup

    url, aside = settings.read().database_url, f".replaced-{Clock().wall():%Y%m%dT%H%M%SZ}"
    if arguments.file is None:
        print(f"Noted as put back: {asyncio.run(backup.marked(url))}.")
    else:
        print(backup.restore(arguments.file, backup.file_of(url), aside, replace=arguments.replace))
    print("When the bot starts, it looks in Slack for what it may have sent since, before it sends anything of it.")
    return 0


def _rehearse_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--schedule", default="", metavar="SOURCE", help="a file or address (default: QCON_SCHEDULE’s)")
    parser.add_argument("--attendees", type=_up_to(20_000), default=500, help="so many people (default: 500)")
    parser.add_argument("--saves", type=_up_to(50), default=8, help="talks that each of them saved (default: 8)")
    parser.add_argument("--seed", type=int, default=1, help="another number brings other favourites (default: 1)")
    parser.add_argument("--track-channels", action="store_true", help="with a channel for each track, too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.epilog = "Exit code 1: a message did not arrive, arrived twice, or would come too late to be of use."


def _rehearse(arguments: Arguments) -> int:
    """Run the whole conference before the day, on this machine alone, and tell who gets what when."""
    from bot.playground.rehearsal.supposed import Supposed
    from bot.playground.rehearsal.terminal import rehearsed

    telemetry.start_logging("WARNING")
    supposed = Supposed(arguments.attendees, arguments.saves, arguments.seed, arguments.track_channels)
    told, went_well = rehearsed(settings.read(), arguments.schedule, supposed, as_json=arguments.json)
    print(told)
    return 0 if went_well else 1


def _up_to(most: int) -> Callable[[str], int]:
    """A whole number from 0 on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {most}")
        return int(text)

    return number


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
    "backup": (_backup_arguments, _backup),
    "restore": (_restore_arguments, _restore),
}
