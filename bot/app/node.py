"""What all workspaces of one process share."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Patience
from bot.handlers.crowd import Crowd
from bot.telemetry.metrics import Metrics
from bot.web.doors import Doors

DRAIN_S = 6.0  # what is under way at a stop gets so long in all: an operator waits for 10, the grace in it


@dataclass(frozen=True, slots=True)
class Node:
    """One process: what it counts, how much it has under way, and whether it takes requests."""

    metrics: Metrics = field(default_factory=Metrics)
    crowd: Crowd = field(default_factory=Crowd)
    doors: Doors = field(default_factory=Doors)
    patience: Patience = field(default_factory=lambda: Patience(DRAIN_S))


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """At work while inside."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
