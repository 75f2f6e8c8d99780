"""How slow this machine is just now, so that a bound in seconds can fail for what the code does and nothing else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

IDLE_S = 0.07  # what the piece of work takes on an idle core of a server of 2024
TRIES = 5  # a shared core is twice as fast in one second as in the next


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises AssertionError where what is inside takes more processor time than that on an idle core."""
    began = time.process_time()
    yield
    hold_to(seconds, time.process_time() - began)


def hold_to(seconds: float, took: float) -> None:
    """Raises AssertionError where `took` of this machine's processor seconds are more than so many of an idle core's."""
    print(f"{took:.2f} s of processor time, of {seconds:g} s")
    if took > seconds:
        slowness = max(1.0, *(_piece_of_work() / IDLE_S for _ in range(TRIES)))
        assert took <= seconds * slowness, f"and this machine is {slowness:.1f} times as slow as an idle one"


def _piece_of_work() -> float:
    """The seconds that what Python does all day takes: numbers, strings, a dictionary, a sort."""
    began, counts = time.process_time(), dict[str, int]()
    for number in range(300_000):
        key = str(number % 5_000)
        counts[key] = counts.get(key, 0) + number
    sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return time.process_time() - began
