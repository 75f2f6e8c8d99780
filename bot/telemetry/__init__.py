"""Structured logs and metrics: what an operator sees of the bot, without a message's text, a name or a token."""

from bot.telemetry.logging import buffered, error_location, logger, start_logging

__all__ = ("buffered", "error_location", "logger", "start_logging")
