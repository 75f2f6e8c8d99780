"""The thread in which sources are imported one after the other, so that many at a start take little from the answers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_THREAD = ThreadPoolExecutor(1, "imports")

P = ParamSpec("P")

T = TypeVar("T")


async def import_in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do this work in the thread, after what others want done there."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, partial(work, *args, **kwargs))
