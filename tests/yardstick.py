"""Time limits that allow for a slow machine, so that a test fails only for what the code does."""

import time
from collections.abc import Callable
from typing import TypeVar

IDLE_S = 0.07  # what `_piece_of_work` takes on an idle core of a server from 2024

TRIES = 4  # a core whose twin is busy works at half speed, and that changes from second to second

T = TypeVar("T")


def at_most(seconds: float, work: Callable[[], T]) -> T:
    """Run the work and return its result. Raise AssertionError if it takes more CPU seconds than given for an idle core."""
    for _ in range(TRIES):
        began = time.process_time()
        result = work()
        if is_within(seconds, time.process_time() - began):
            return result
    raise AssertionError(f"more than {seconds:g} s, {TRIES} times")


def is_within(seconds: float, took: float) -> bool:
    """Tell whether `took`, measured in CPU seconds just now, is within the limit for an idle core."""
    if took <= seconds:
        return True
    slowness = max(1.0, *(_piece_of_work() / IDLE_S for _ in range(3)))
    print(f"{took:.2f} s, of {seconds:g} s on an idle core; this one is {slowness:.1f} times as slow")
    return took <= seconds * slowness


def _piece_of_work() -> float:
    """The CPU seconds of some typical Python: numbers, strings, a dictionary, a sort."""
    began, counts = time.process_time(), dict[str, int]()
    for number in range(300_000):
        key = str(number % 5_000)
        counts[key] = counts.get(key, 0) + number
    sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return time.process_time() - began
