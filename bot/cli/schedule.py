"""The commands that need only a schedule: check, import, and ask, which answers as in Slack but in plain text."""

import json
import sys
from argparse import Namespace as Arguments
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import settings
from bot.blockkit.talk_text import RenderContext
from bot.cli import files
from bot.clock import Clock
from bot.errors import BotError
from bot.handlers.ask.layout import strip_mrkdwn
from bot.handlers.ask.messages import answer_message
from bot.live_schedule import source
from bot.questions.answer import answer
from bot.questions.models import Reader
from bot.questions.parse import parse
from bot.questions.results import as_json
from bot.schedule.importers.models import ImportHints, import_summary
from bot.schedule.models import Schedule
from bot.schedule.validation import file_verdict
from bot.schedule.yaml.dump import schedule_yaml
from bot.schedule.yaml.load import load_with_problems
from bot.schedule.yaml.nodes import MAX_BYTES
from bot.search.index import Index, build


@dataclass(frozen=True, slots=True)
class PlainTextBot:
    """A schedule that answers, as of one moment; each question stands alone."""

    schedule: Schedule
    index: Index
    now: datetime
    command: str

    @classmethod
    def for_schedule(cls, schedule: Schedule, at: datetime, command: str) -> "PlainTextBot":
        """`at` without a zone is the venue's wall clock."""
        return cls(schedule, build(schedule), _in_utc(at, schedule), command)

    def answer(self, text: str, at: datetime | None = None) -> dict[str, Any]:
        """`{"results", "answered", "kind", "offered", "text"}` for a reader at the venue, at this moment or another."""
        now = _in_utc(at, self.schedule) if at else self.now
        reader = Reader(self.schedule.conference.timezone, self.command)
        given = answer(parse(text, self.index.vocabulary), self.schedule, self.index, now).answer
        return as_json(given, strip_mrkdwn(answer_message(given, RenderContext(self.schedule, now, reader)).text))


def _in_utc(at: datetime, schedule: Schedule) -> datetime:
    """A moment in UTC; without a zone it is the venue's wall clock."""
    aware = at if at.tzinfo else at.replace(tzinfo=schedule.conference.timezone)
    return aware.astimezone(UTC)


def run_ask(arguments: Arguments) -> int:
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
    """Answer one line of a batch: `{"id", "q"}`, and `at` for the moment of the question.

    Raises BotError for others.
    """
    try:
        asked = json.loads(line)
        at = datetime.fromisoformat(asked["at"]) if asked.get("at") else None
        if at and at.year not in settings.POSSIBLE_YEARS:
            raise ValueError(at)
        return {"id": asked["id"]} | spoken.answer(str(asked["q"]), at)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BotError(f'Line {number} of the batch should be like {{"id": "1", "q": "what is next?"}}.') from error


def run_check(arguments: Arguments) -> int:
    name: str = arguments.file
    if source.is_address(name):
        print(f"This command reads a file. For an address: qcon-bot import --check {name}", file=sys.stderr)
        return 2
    try:
        with open(name, "rb") as file:  # noqa: PTH123  # a Path would take an empty name for this folder
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        print(f"{name or 'A file without a name'} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    schedule, problems = load_with_problems(data, name)
    print(*problems, file_verdict(name, schedule, problems), sep="\n")
    return 0 if schedule else 1


def run_import(arguments: Arguments) -> int:
    """Read a published schedule, and write it as a schedule file to edit and serve.

    Raises BotError if the file exists and `--replace` is not given: somebody may have edited it.
    """
    if arguments.output and not (arguments.check or arguments.replace) and Path(arguments.output).is_file():
        raise BotError(f"{arguments.output} already exists. Choose another file, or add --replace.")
    hints = ImportHints(arguments.name, arguments.timezone)
    imported = source.import_source(arguments.source, hints, private=arguments.allow_private)
    written = schedule_yaml(imported.schedule)
    if arguments.check:
        name = arguments.output or "schedule.yaml"
        schedule, problems = load_with_problems(written, name)
        print(import_summary(imported), *problems, file_verdict(name, schedule, problems), sep="\n")
        return 0 if schedule else 1
    if arguments.output:
        files.write_file(arguments.output, written)
        print(import_summary(imported), f"Written: {arguments.output}", sep="\n")
    else:
        sys.stdout.buffer.write(written)
        print(import_summary(imported), file=sys.stderr)
    return 0
