"""What needs a schedule and nothing else: asking, checking, importing."""

import json
import sys
from argparse import Namespace as Arguments
from typing import Any

from bot import settings
from bot.clock import Clock
from bot.conference import source
from bot.errors import BotError
from bot.schedule.importers.imported import import_summary
from bot.schedule.importers.programme import ImportHints
from bot.schedule.load import load_with_problems
from bot.schedule.nodes import MAX_BYTES
from bot.schedule.report import file_verdict
from bot.schedule.write import schedule_yaml
from bot.views.spoken import PlainTextBot


def run_ask(arguments: Arguments) -> int:
    """Answer a question as the bot would, without Slack."""
    read = settings.read_settings()
    schedule = source.read_source(arguments.schedule or read.schedule, ImportHints(read.name, read.timezone))
    spoken = PlainTextBot.for_schedule(schedule, arguments.at or Clock().conference_now(), read.command)
    if arguments.batch:
        for number, line in enumerate(filter(str.strip, sys.stdin), 1):
            print(json.dumps(_answer_batch_line(spoken, line, number), ensure_ascii=False), flush=True)
        return 0
    told = spoken.answer(" ".join(arguments.question))
    print(json.dumps(told, ensure_ascii=False) if arguments.json else told["text"])
    return 0


def _answer_batch_line(spoken: PlainTextBot, line: str, number: int) -> dict[str, Any]:
    """One line of a batch; raises BotError where it is not `{"id", "q"}`."""
    try:
        asked = json.loads(line)
        return {"id": asked["id"]} | spoken.answer(str(asked["q"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BotError(f'Line {number} of the batch is not like {{"id": "1", "q": "what is next?"}}.') from error


def run_check(arguments: Arguments) -> int:
    """Tell every problem of a schedule file; exit 0 when it is usable, 1 when not, 2 when it cannot be read."""
    name = str(arguments.file)
    try:
        with arguments.file.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        print(f"{name} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    schedule, problems = load_with_problems(data, name)
    print(*problems, file_verdict(name, schedule, problems), sep="\n")
    return 0 if schedule else 1


def run_import(arguments: Arguments) -> int:
    """Read a schedule as conferences publish it, and write it as a schedule file to edit and to serve."""
    hints = ImportHints(arguments.name, arguments.timezone)
    imported = source.import_source(arguments.source, hints, private=arguments.allow_private)
    written = schedule_yaml(imported.schedule)
    if arguments.check:
        name = arguments.output or "schedule.yaml"
        schedule, problems = load_with_problems(written, name)
        print(import_summary(imported), *problems, file_verdict(name, schedule, problems), sep="\n")
        return 0 if schedule else 1
    if arguments.output:
        source.write_file(arguments.output, written)
        print(import_summary(imported), f"Written: {arguments.output}", sep="\n")
    else:
        sys.stdout.buffer.write(written)
        print(import_summary(imported), file=sys.stderr)
    return 0
