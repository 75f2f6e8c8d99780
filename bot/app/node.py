"""What all workspaces of one process share."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Deadline
from bot.handlers.crowd import ConcurrencyLimiter
from bot.telemetry.metrics import Metrics
from bot.web.doors import Shutdown

DRAIN_S = 6.0  # what is under way at a stop gets so long in all: an operator waits for 10, the grace in it


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what it counts, how much it has under way, and whether it takes requests."""

    metrics: Metrics = field(default_factory=Metrics)
    concurrency: ConcurrencyLimiter = field(default_factory=ConcurrencyLimiter)
    shutdown: Shutdown = field(default_factory=Shutdown)
    deadline: Deadline = field(default_factory=lambda: Deadline(DRAIN_S))


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """At work while inside."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
