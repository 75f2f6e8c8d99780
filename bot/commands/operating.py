"""Looking into the database: deliveries, reminders, the report, the end, backups."""

import asyncio
from argparse import Namespace as Arguments

from bot import settings
from bot.clock import Clock
from bot.conference.finish import finish
from bot.conference.office import opened
from bot.conference.report_files import written
from bot.errors import BotError
from bot.reminders import operators
from bot.store import backup
from bot.store.ledger import Wanted


def deliveries(arguments: Arguments) -> int:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    wanted = Wanted("", arguments.state, arguments.to, arguments.talk, arguments.kind)
    if (arguments.retry or arguments.cancel) and not arguments.id:
        raise BotError("Name the delivery: `qcon-bot deliveries` lists them, the beginning of an id is enough.")

    async def told() -> str:
        """What is printed."""
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


def reminders(arguments: Arguments) -> int:
    """Show what is going to be sent on a day, before it is."""

    async def told() -> str:
        async with opened(settings.read()) as office:
            return await operators.foreseen(office, arguments.day, as_json=arguments.json)

    print(asyncio.run(told()))
    return 0


def report(arguments: Arguments) -> int:
    """Write what the conference came to: a page with charts, and the figures as CSV; nobody is named in it."""

    async def told() -> str:
        async with opened(settings.read()) as office:
            return await written(office, arguments.output)

    print(asyncio.run(told()))
    return 0


def end(arguments: Arguments) -> int:
    """Write the report and the schedule, then delete what the database holds about people; it asks before."""

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


def back_up(arguments: Arguments) -> int:
    """Copy the SQLite database into a file, while the bot runs."""
    database = backup.file_of(settings.read().database_url)
    print(f"Backed up to {arguments.file}: {backup.back_up(database, arguments.file, replace=arguments.replace)}.")
    return 0


def put_back(arguments: Arguments) -> int:
    """Put a backup in the place of the SQLite database, while the bot does not run."""
    url, aside = settings.read().database_url, f".replaced-{Clock().wall():%Y%m%dT%H%M%SZ}"
    if arguments.file is None:
        print(f"Noted as put back: {asyncio.run(backup.marked(url))}.")
    else:
        print(backup.restore(arguments.file, backup.file_of(url), aside, replace=arguments.replace))
    print("When the bot starts, it looks in Slack for what it may have sent since, before it sends anything of it.")
    return 0
