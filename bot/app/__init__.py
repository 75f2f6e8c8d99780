"""The only place that puts the parts together; plain constructor calls."""

from bot.app.process import DRAIN_S
from bot.app.single import RunningBot, run_single

__all__ = ("DRAIN_S", "RunningBot", "run_single")
