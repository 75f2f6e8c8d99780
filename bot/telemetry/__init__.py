"""Structured logs and metrics: what an operator sees of the bot, without a message's text, a name or a token."""

from bot.telemetry.logs import in_one_go, logger, start_logging, where

__all__ = ("in_one_go", "logger", "start_logging", "where")
