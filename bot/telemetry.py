"""Structured logs: one line an event, with ids and never a token, a message's text or a name."""

import logging
import sys

import structlog


def start_logging(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Log to standard error: JSON lines for machines, or a console's lines where a person watches."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # What libraries say, from warnings on; they know nothing of what must not be logged, so no more than that.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines say which room of the house they come from."""
    return structlog.get_logger(room=room)  # type: ignore[no-any-return]  # structlog types this as Any
