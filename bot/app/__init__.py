"""The only place that puts the parts together; plain constructor calls."""

from bot.app.node import DRAIN_S
from bot.app.one import RunningBot, run_single

__all__ = ("DRAIN_S", "RunningBot", "run_single")
