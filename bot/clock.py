"""Conference time and machine time; nothing else asks what time it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_A_MOMENT_S = 0.2
_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; its monotonic clock stands still in sleep


@dataclass(frozen=True, slots=True)
class Anchor:
    """A rehearsal's tie between the two times: at `machine` it was `conference`, and time runs `speed` times faster."""

    machine: datetime
    conference: datetime
    speed: float = 1.0


class Clock:
    """Tells both times, aware and in UTC. Without an anchor they are the same."""

    def __init__(self, anchor: Anchor | None = None) -> None:
        self._anchor = anchor
        self._set: tuple[datetime, float] | None = None  # machine time as it was told, and the stopwatch then

    @property
    def anchor(self) -> Anchor | None:
        return self._anchor

    def follow(self, anchor: Anchor) -> None:
        """Tie conference time anew: a rehearsal jumps, or runs faster."""
        self._anchor = anchor

    def machine(self) -> datetime:
        """Decides leases, settling, pacing and `Retry-After`."""
        if self._set is None:
            return self.wall()
        told, at = self._set
        return told + timedelta(seconds=stopwatch() - at)

    def wall(self) -> datetime:
        """The node's own clock, which may be wrong."""
        return datetime.now(UTC)

    def set_by(self, told: datetime) -> None:
        """Machine time is now what a clock tells that all nodes share, and goes on steadily from there.

        A node whose own clock is wrong, or jumps, then still reminds in time.
        """
        self._set = (told, stopwatch())

    def wall_at(self, machine: datetime) -> datetime:
        """What the node's own clock will show at `machine`, for what goes by that one."""
        return machine if self._set is None else self.wall() + (machine - self.machine())

    def conference(self) -> datetime:
        """Decides what is on, due and too late."""
        return self.conference_at(self.machine())

    def conference_at(self, machine: datetime) -> datetime:
        """What conference time it is at `machine`."""
        if self._anchor is None:
            return machine
        return self._anchor.conference + (machine - self._anchor.machine) * self._anchor.speed

    def machine_at(self, conference: datetime) -> datetime:
        """The machine time at which it will be `conference`."""
        if self._anchor is None:
            return conference
        return self._anchor.machine + (conference - self._anchor.conference) / self._anchor.speed

    def conference_time(self, machine: timedelta) -> timedelta:
        """How much conference time passes in a stretch of machine time."""
        return machine * (self._anchor.speed if self._anchor else 1.0)

    def machine_seconds(self, conference: timedelta) -> float:
        """How many real seconds a stretch of conference time takes."""
        return conference.total_seconds() / (self._anchor.speed if self._anchor else 1.0)


class Patience:
    """So many real seconds in all, which begin when they are first asked for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: float | None = None

    def left(self) -> float:
        """What is left of them, and a moment at least."""
        if self._began is None:
            self._began = stopwatch()
        return max(_A_MOMENT_S, self._began + self._seconds - stopwatch())


def stopwatch() -> float:
    """Seconds from an arbitrary moment, never going back, for durations only; a machine's sleep counts where it can."""
    return time.clock_gettime(_BOOT) if _BOOT is not None else time.monotonic()
