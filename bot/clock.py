"""Conference time and real time; nothing else asks what time it is."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MINIMUM_S = 0.2

_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; its monotonic clock stands still in sleep


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """A rehearsal's time: at the real time `real` it was `simulated`, and it has run `speed` times faster since."""

    real: datetime
    simulated: datetime
    speed: float = 1.0


MAX_STEP = timedelta(minutes=1)  # a machine's clock that jumps further is not followed before Slack confirms it


class Clock:
    """Tells both times, aware and in UTC. Without an anchor they are the same."""

    def __init__(self, anchor: SimulatedClock | None = None) -> None:
        self._anchors: tuple[SimulatedClock, ...] = (anchor,) if anchor else ()
        # Each is a time and the monotonic time at which it was learned.
        self._synced: tuple[datetime, float] | None = None  # the time that all processes share
        self._steady: tuple[datetime, float] | None = None  # the machine's time, when it was last believed
        self._slack: tuple[datetime, float] | None = None  # Slack's time

    @property
    def anchor(self) -> SimulatedClock | None:
        """The present anchor, if this is a rehearsal."""
        return self._anchors[-1] if self._anchors else None

    @property
    def anchors(self) -> tuple[SimulatedClock, ...]:
        """All anchors since the rehearsal began, the newest last."""
        return self._anchors

    def follow(self, *anchors: SimulatedClock) -> None:
        """Run conference time from the last of these anchors: a rehearsal jumps, or runs faster.

        The earlier ones still tell the conference time of what happened before the jump.
        """
        self._anchors = anchors

    def real_now(self) -> datetime:
        """Real time, which decides leases, settling, pacing and `Retry-After`."""
        return self._steady_now() if self._synced is None else _continued(self._synced)

    def compare(self, slack_now: datetime) -> None:
        """Note the time that Slack gives. If the machine's clock agrees with it, that clock is believed."""
        self._slack = (slack_now, monotonic())
        if abs(self.system_now() - slack_now) <= MAX_STEP:
            self._steady = (self.system_now(), monotonic())

    @property
    def behind_slack(self) -> Sequence[timedelta]:
        """The delays of real time and of the machine's clock behind Slack's time; none before Slack told it."""
        if self._slack is None:
            return ()
        slack_now = _continued(self._slack)
        return slack_now - self.real_now(), slack_now - self.system_now()

    @property
    def slack_age_s(self) -> float:
        """Seconds since Slack told its time."""
        return monotonic() - self._slack[1] if self._slack else math.inf

    def system_now(self) -> datetime:
        """The time of the machine's own clock, which may be wrong."""
        return datetime.now(UTC)

    def sync_to(self, shared_now: datetime) -> None:
        """Take real time from a clock that all processes share. It goes on steadily from there.

        So a process reminds in time even if the clock of its machine is wrong, or jumps.
        """
        self._synced = (shared_now, monotonic())

    def system_time_of(self, real: datetime) -> datetime:
        """The time that this process's own clock will show at a moment of real time; for timers of libraries."""
        return real if self._synced is None else self.system_now() + (real - self.real_now())

    def conference_now(self) -> datetime:
        """Conference time, which decides what is on, due and too late."""
        return self.conference_at(self.real_now())

    def conference_at(self, real: datetime) -> datetime:
        """The conference time at a moment of real time."""
        if not self._anchors:
            return real
        anchor = next((anchor for anchor in reversed(self._anchors) if anchor.real <= real), self._anchors[0])
        return anchor.simulated + (real - anchor.real) * anchor.speed

    def real_time_at(self, conference: datetime) -> datetime:
        """The real time at which it will be `conference`."""
        if self.anchor is None:
            return conference
        return self.anchor.real + (conference - self.anchor.simulated) / self.anchor.speed

    def conference_duration(self, real: timedelta) -> timedelta:
        """The conference time that passes in a stretch of real time."""
        return real * (self.anchor.speed if self.anchor else 1.0)

    def real_seconds(self, conference: timedelta) -> float:
        """The real seconds that a stretch of conference time takes."""
        return conference.total_seconds() / (self.anchor.speed if self.anchor else 1.0)

    def _steady_now(self) -> datetime:
        """The machine's time, but for jumps: somebody may have put its clock back."""
        system, at = self.system_now(), monotonic()
        expected = _continued(self._steady) if self._steady else system
        if abs(system - expected) > MAX_STEP:
            return expected
        self._steady = (system, at)
        return system


def _continued(earlier: tuple[datetime, float]) -> datetime:
    """The present time, from an earlier time and the monotonic time then."""
    moment, at = earlier
    return moment + timedelta(seconds=monotonic() - at)


class Deadline:
    """A number of real seconds that start at the first use."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: float | None = None

    def shorten(self, to: "Deadline") -> None:
        """End no later than another deadline."""
        seconds = to.remaining()
        self._began, self._seconds = monotonic(), min(self._seconds, seconds)

    def remaining(self) -> float:
        """The seconds that are left, and always at least a moment."""
        if self._began is None:
            self._began = monotonic()
        return max(_MINIMUM_S, self._began + self._seconds - monotonic())


def monotonic() -> float:
    """Seconds from an arbitrary moment, never going back, for durations only; a machine's sleep counts where it can."""
    return time.clock_gettime(_BOOT) if _BOOT is not None else time.monotonic()
