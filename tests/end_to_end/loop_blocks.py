"""Run the bot as `python -m bot` does, and print at its end how long one callback blocked its event loop.

A process of its own measures the bot alone. The time is that of the processor, so that a busy machine does not count.
SIGUSR1 forgets what was measured so far, such as the start.
"""

import asyncio
import signal
import sys
from time import perf_counter, thread_time

from bot.cli.main import main

LONGEST = "longest block of the event loop:"


class Longest:
    """The longest of all callbacks so far, in seconds of the thread's processor time and of the wall clock."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.processor = self.wall = 0.0

    def measure(self) -> None:
        """Time every callback from now on. asyncio has no public place for this: it times callbacks only to log them."""
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            began, began_on_wall = thread_time(), perf_counter()
            run(handle)
            self.processor = max(self.processor, thread_time() - began)
            self.wall = max(self.wall, perf_counter() - began_on_wall)

        asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]


def longest_ms(output: list[str]) -> float:
    """Return the processor time that the process printed, in milliseconds. Raises StopIteration where it printed none."""
    line = next(line for line in output if LONGEST in line)
    return float(line.partition(LONGEST)[2].split()[0])


if __name__ == "__main__":
    longest = Longest()
    longest.measure()
    signal.signal(signal.SIGUSR1, lambda *_: longest.reset())
    try:
        main()
    finally:
        print(f"{LONGEST} {longest.processor * 1000:.1f} ms ({longest.wall * 1000:.1f} by the clock)", file=sys.stderr)
