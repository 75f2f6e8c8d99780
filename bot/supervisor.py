"""The supervisor: runs the long-lived parts of a process, tries again after errors, and knows how each part is doing.

A part is a step that is taken again and again: after an interval, and at once when it is woken. Between two steps it
costs a timer and no task, so that thousands of them are cheap. All timers run on the monotonic clock.
"""

import asyncio
import contextvars
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot import telemetry
from bot.clock import monotonic
from bot.errors import BotError, UnavailableError
from bot.telemetry.metrics import Metrics

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0  # the delay doubles from failure to failure

STEP_LIMIT_S = 60.0  # a step that takes longer is cancelled and tried again

DEAD_AFTER_S = 300.0  # restarting the process may help a part that has not worked for this long

Step = Callable[[], Awaitable[object]]

Interval = float | Callable[[], float] | None  # in seconds; None for a part that only works when it is woken

PassingReason = Callable[[Exception], str]

_log = telemetry.logger("supervisor")


def passing_reason(error: Exception) -> str:
    """The reason in words, if the cause of an error is outside, such as the network; empty for a fault of the bot."""
    if isinstance(error, UnavailableError):
        return str(error)
    if isinstance(error, TimeoutError):
        return "there is no answer"
    return f"it cannot be reached ({type(error).__name__})" if isinstance(error, OSError) else ""


class Backoff:
    """The delays between attempts: each about twice as long as the one before."""

    def __init__(self, first_s: float = FIRST_RETRY_S, last_s: float = LAST_RETRY_S) -> None:
        self._first_s, self._last_s = first_s, last_s
        self._failures = 0

    def reset(self) -> None:
        """Begin again after a success."""
        self._failures = 0

    def next_s(self) -> float:
        """The seconds to wait after one more failure; a little random, so that processes do not keep pace."""
        delay_s = min(self._last_s, self._first_s * 2.0 ** min(self._failures, 20))
        self._failures += 1
        return delay_s * random.uniform(0.8, 1)  # noqa: S311  # no secret


class Part:
    """One part: when its step is taken next, and how the last one went."""

    def __init__(
        self,
        name: str,
        step: Step,
        interval_s: Interval = None,
        *,
        delay_s: float | None = None,
        limit_s: float = STEP_LIMIT_S,
    ) -> None:
        """Once the part is started, its step is taken every `interval_s` seconds, and whenever it is woken.

        Without an interval it is only taken when the part is woken. The first step comes after `delay_s` seconds, or
        else after the interval. A step that takes longer than `limit_s` is cancelled and tried again.
        """
        self.name = name
        self._step = step
        self._interval_s = interval_s
        self._delay_s = delay_s
        self._limit_s = limit_s
        self._supervisor: Supervisor  # from the start on
        self._backoff = Backoff()
        self._context = contextvars.copy_context()  # the log lines of a step are not those of a request that woke it
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._woken, self._started, self._stopped = False, False, False
        self._began = self._succeeded_at = monotonic()
        self._problem = ""  # the last failure, until a success
        self._broken_since: float | None = None  # since when it fails in a way that does not pass by itself

    def start(self, supervisor: "Supervisor") -> None:
        """Take steps from now on. A part that was woken before its start takes one at once, whatever its delay."""
        self._supervisor, self._started, self._stopped = supervisor, True, False
        self._began = self._succeeded_at = monotonic()
        supervisor.watch(self)
        first_s = self.next_interval_s if self._delay_s is None else self._delay_s
        if self._woken:
            first_s = 0
        if first_s is not None:
            self.begin_after(first_s)

    def wake(self) -> None:
        """Take a step at once; another one if a step is under way. After a failure, only when it is tried again."""
        self._woken = True
        if self._task is None and not self._problem:
            self.begin_after(0)

    async def stop(self) -> None:
        """Take no more steps, and cancel the one that is under way."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._started:
            self._supervisor.forget(self)

    @property
    def next_interval_s(self) -> float | None:
        """Seconds to wait for the next step, unless the part is woken."""
        return self._interval_s() if callable(self._interval_s) else self._interval_s

    @property
    def problem(self) -> str:
        """The reason why the last step failed, in words; empty after a success."""
        return self._problem

    @property
    def success_age_s(self) -> float:
        """Seconds since the last success, or since the start; 0 while there is nothing to do."""
        idle = self._task is None and self._timer is None
        return 0.0 if idle else monotonic() - self._succeeded_at

    @property
    def is_dead(self) -> bool:
        """Tell whether it has been hanging, or failing by a fault of its own, for DEAD_AFTER_S."""
        now, dead_after_s = monotonic(), self._supervisor.dead_after_s
        hangs = self._task is not None and now - self._began > self._limit_s + dead_after_s
        return hangs or (self._broken_since is not None and now - self._broken_since > dead_after_s)

    def begin_after(self, delay_s: float) -> None:
        """Take the next step after this many seconds, and not before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._started and not self._stopped:
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._begin, context=self._context)

    def _begin(self) -> None:
        self._timer, self._woken, self._began = None, False, monotonic()
        self._task = asyncio.create_task(self._take_step(), name=self.name)
        self._task.add_done_callback(self._on_ended)

    async def _take_step(self) -> None:
        async with asyncio.timeout(self._limit_s):
            await self._step()

    def _on_ended(self, task: "asyncio.Task[None]") -> None:
        """Note how the step went, and plan the next one. This is where every error of a part arrives."""
        self._task = None
        if task.cancelled() and self._stopped:
            return
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None:
            self._problem, self._broken_since, self._succeeded_at = "", None, monotonic()
            self._backoff.reset()
            delay_s = 0.0 if self._woken else self.next_interval_s
        else:
            self._fail(error)
            delay_s = self._backoff.next_s()
        if delay_s is not None:
            self.begin_after(delay_s)

    def _fail(self, error: BaseException) -> None:
        reason = self._supervisor.passing_reason(error) if isinstance(error, Exception) else ""
        self._problem = reason or (str(error) if isinstance(error, BotError) else type(error).__name__)
        self._supervisor.metrics.part_restarts.labels(self.name).inc()
        if reason:
            self._broken_since = None
            _log.warning("will be tried again", part=self.name, error=type(error).__name__)
            return
        self._broken_since = self._broken_since or monotonic()
        place, incident = telemetry.error_location(error), secrets.token_hex(4)
        _log.error("a part failed", part=self.name, incident=incident, error=type(error).__name__, where=place)


class Supervisor:
    """The parts of one process, or of one workspace in it."""

    def __init__(
        self, metrics: Metrics, passing_reason: PassingReason = passing_reason, dead_after_s: float = DEAD_AFTER_S
    ) -> None:
        """`passing_reason` tells errors whose cause is outside from faults of the bot."""
        self.metrics = metrics
        self.passing_reason = passing_reason
        self.dead_after_s = dead_after_s
        self._parts: list[Part] = []

    @property
    def parts(self) -> Sequence[Part]:
        return tuple(self._parts)

    def start(
        self,
        name: str,
        step: Callable[..., Awaitable[object]],
        *args: object,
        interval_s: Interval = None,
        delay_s: float | None = None,
        limit_s: float = STEP_LIMIT_S,
    ) -> Part:
        """Start a part that takes this step (see `Part`)."""
        part = Part(name, partial(step, *args), interval_s, delay_s=delay_s, limit_s=limit_s)
        part.start(self)
        return part

    def watch(self, part: Part) -> None:
        """Report on a part that was started."""
        self._parts.append(part)

    def forget(self, part: Part) -> None:
        """Report no more on a part that was stopped."""
        if part in self._parts:  # two may stop it
            self._parts.remove(part)

    async def stop(self) -> None:
        """Stop all parts, the newest first."""
        for part in reversed(self.parts):
            await part.stop()

    @property
    def dead(self) -> Sequence[str]:
        return [part.name for part in self._parts if part.is_dead]
