"""Building what stays: trees and indexes of a whole schedule, in which nothing goes in circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pauses Python's garbage collector: looking through what grows here takes a fifth of the time, and finds nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
