"""The start: phases that are tried until each succeeds, while HTTP already says which one it is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from bot import telemetry
from bot.db.database import passing_reason
from bot.errors import UnavailableError
from bot.supervisor import Backoff
from bot.telemetry.metrics import Metrics

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 15.0

PHASE_LIMIT_S = 300.0  # ten thousand talks take half a minute on a small machine, as do many workspaces

P = ParamSpec("P")

T = TypeVar("T")

_log = telemetry.logger("app")


class Startup:
    """Runs the phases of a start, one after the other."""

    def __init__(self, metrics: Metrics, on_change: Callable[[str], None], *, patient: bool = True) -> None:
        """`on_change` gets the present phase, with the reason why it lasts. Without patience each phase is tried once."""
        self._metrics = metrics
        self._on_change = on_change
        self._patient = patient

    async def phase(self, name: str, step: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Try this phase until it succeeds. An error that does not pass by itself ends the start.

        Raises UnavailableError, without patience, where trying again may help.
        """
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S)
        self._on_change(name)
        while True:
            try:
                async with asyncio.timeout(PHASE_LIMIT_S):
                    return await step(*args, **kwargs)
            except Exception as error:
                reason = passing_reason(error)
                if not reason:
                    raise
                if not self._patient:
                    raise UnavailableError(f"{name}: {reason}") from error
                self._metrics.part_restarted("start")
                self._on_change(f"{name}: {reason}")
                _log.warning("the start waits", phase=name, reason=reason)
                asked_s = error.retry_after_s if isinstance(error, UnavailableError) else 0.0
            await asyncio.sleep(max(backoff.next_s(), asked_s))
