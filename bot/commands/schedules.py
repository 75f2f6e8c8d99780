"""What needs a schedule and nothing else: asking, checking, importing."""

import json
import sys
from argparse import Namespace as Arguments
from typing import Any

from bot import settings
from bot.clock import Clock
from bot.conference import source
from bot.errors import BotError
from bot.schedule.importers.imported import summary
from bot.schedule.importers.programme import Hints
from bot.schedule.load import inspect
from bot.schedule.nodes import MOST_BYTES
from bot.schedule.report import verdict
from bot.schedule.write import as_yaml
from bot.views.spoken import Spoken


def ask(arguments: Arguments) -> int:
    """Answer a question as the bot would, without Slack."""
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


def _answered(spoken: Spoken, line: str, number: int) -> dict[str, Any]:
    """One line of a batch; raises BotError where it is not `{"id", "q"}`."""
    try:
        asked = json.loads(line)
        return {"id": asked["id"]} | spoken.answer(str(asked["q"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BotError(f'Line {number} of the batch is not like {{"id": "1", "q": "what is next?"}}.') from error


def check(arguments: Arguments) -> int:
    """Tell every problem of a schedule file; exit 0 when it is usable, 1 when not, 2 when it cannot be read."""
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


def import_(arguments: Arguments) -> int:
    """Read a schedule as conferences publish it, and write it as a schedule file to edit and to serve."""
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
