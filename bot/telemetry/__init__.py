"""Structured logs and metrics: what an operator sees of the bot, without a message's text, a name or a token.

A log has one line an event, with ids.
"""

import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from bot.redaction import redacted

_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)-[\w-]+")

_PACKAGE = Path(__file__).parents[1]

REPEATED_AFTER_S = 10.0  # a library's line

_MAX_FRAMES = 8  # frames of an error


def start_logging(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Log to standard error: JSON lines for machines, or a console's lines where a person watches."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    renderer: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    of_libraries = logging.StreamHandler(sys.stderr)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _strip_library_record],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    of_libraries.addFilter(_RepetitionFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[of_libraries], force=True)


class _RepetitionFilter(logging.Filter):
    """Drops a library's line that repeats the one before: without free descriptors, asyncio writes hundreds a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[object, ...] = ()
        self._logged_at = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        line = (record.name, record.getMessage(), record.exc_info and record.exc_info[0])
        if line == self._last and record.created - self._logged_at < REPEATED_AFTER_S:
            return False
        self._last, self._logged_at = line, record.created
        return True


def logger(component: str) -> FilteringBoundLogger:
    """A logger whose lines name the part of the bot that they come from."""
    return structlog.get_logger(component=component)  # type: ignore[no-any-return]  # structlog types this as Any


def error_location(error: BaseException) -> str:
    """Our innermost frames of an error, and where it began; not its own words, which may quote a message."""
    steps = [
        (Path(frame.f_code.co_filename), line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    ours = [step for step in steps[:-1] if step[0].is_relative_to(_PACKAGE)]
    told = (*ours[-_MAX_FRAMES:], *steps[-1:])
    return " > ".join(f"{path.parent.name}/{path.name}:{line} {name}" for path, line, name in told)


def _strip_library_record(_: Any, __: str, line: EventDict) -> EventDict:
    """Reduce a library's record to what is needed, because libraries don't know what must not be logged.

    The first line of its message, since asyncio quotes errors in those below; no token, also none in an address; and of
    an error its kind and frames only.
    """
    line["event"] = redacted(_TOKEN.sub("x…", str(line["event"]).partition("\n")[0]))
    if error := line.pop("exc_info", None):
        line["error"], line["where"] = error[0].__name__, error_location(error[1])
    return line
