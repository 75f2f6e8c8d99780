"""Serving until somebody stops it: Slack, or a browser in the playground.

A process whose event loop hangs is ended by a watchdog, so that systemd, Docker or Kubernetes starts it again.
"""

import asyncio
import faulthandler
import gc
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from bot import telemetry
from bot.cli.stop_signals import stop_signals
from bot.db.lock import lock_while_serving
from bot.errors import SettingsError
from bot.live_schedule.version_cache import share_one_arena
from bot.settings import Settings
from bot.telemetry.background_stream import background_stderr, open_unblocked_stderr
from bot.web.health import HealthChecks, Shutdown

LIVENESS_INTERVAL_S = 5.0  # how often the process looks whether a part stays dead

HANGS_AFTER_S = 60.0  # WatchdogSec of the systemd unit is the same

SHORTEST_S = 0.2  # of a watchdog that a busy machine can still satisfy


class ServingBot(Protocol):
    """A running bot, with one workspace or many."""

    @property
    def health(self) -> HealthChecks: ...

    @property
    def shutdown(self) -> Shutdown: ...


class RunBot(Protocol):
    """Runs a bot until the block ends, which begins when the bot is ready."""

    def __call__(
        self, settings: Settings, *, on_serving: Callable[[str], None]
    ) -> AbstractAsyncContextManager[ServingBot]: ...


def run_serve(settings: Settings, run_bot: RunBot) -> int:
    """Serve Slack until stopped, and say when it is ready. A stop also ends a start.

    Raises SettingsError, or DatabaseInUse where another bot runs with the same SQLite database.
    """
    silence_s = silence_limit_s()
    with lock_while_serving(settings.database_url), background_stderr():
        return _run_serve(settings, run_bot, silence_s)


def _run_serve(settings: Settings, run_bot: RunBot, silence_s: float) -> int:
    telemetry.start_logging()
    share_one_arena()
    gc.freeze()  # the modules: searching them for garbage would hold the event loop for 50 ms (`make fuzz-http`)
    gc.enable()
    if settings.multi_workspace:
        # With the usual thresholds the search took half of the CPU with 200 workspaces (`make bench-workspaces`).
        gc.set_threshold(10_000, 20, 20)

    async def until_stopped() -> int:
        stopped, ready = _stop_signal(), asyncio.Event()
        serving = asyncio.create_task(_serve(settings, run_bot, ready, stopped, silence_s))
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            serving.cancel()
        with suppress(asyncio.CancelledError):
            return await serving
        return 0

    return asyncio.run(until_stopped())


async def _serve(
    settings: Settings,
    run_bot: RunBot,
    ready: asyncio.Event,
    stopped: "asyncio.Future[signal.Signals]",
    silence_s: float,
) -> int:
    """Serve until stopped, or until a part stays dead. Return the exit code."""
    watching = asyncio.create_task(keep_watchdogs_quiet(silence_s))
    async with run_bot(settings, on_serving=_print_address) as bot:
        ready.set()
        for problem in bot.health.source_problems():
            print(f"{problem}\nThe last good version of the schedule is served.", file=sys.stderr)
        print(f"ready: {(await bot.health.readiness()).line}", file=sys.stderr, flush=True)
        while not (stopped.done() or bot.health.dead()):
            await asyncio.wait((stopped,), timeout=LIVENESS_INTERVAL_S)
        if not stopped.done():
            dead = ", ".join(bot.health.dead())
            print(f"Not working for minutes: {dead}. The process stops so that it can be restarted.", file=sys.stderr)
            watching.cancel()  # so the stop is limited: a part that hangs does not heed it
            return 1
        if stopped.result() is signal.SIGTERM:  # a person's Ctrl-C has no load balancer behind it
            await bot.shutdown.drain(settings.grace_s)
    return 0


def _print_address(url: str) -> None:
    print(f"serving on {url}", file=sys.stderr, flush=True)
    notify("READY=1")


def run_playground(playground: AbstractAsyncContextManager[str], *, opens: bool) -> int:
    """Keep the playground open until stopped, and show it in a browser if `opens` is set."""
    telemetry.start_logging("WARNING")

    async def until_stopped() -> int:
        stopped = _stop_signal()
        async with playground as url:
            print(f"The playground is open at {url} (Ctrl-C closes it).", flush=True)
            if opens:
                await asyncio.to_thread(webbrowser.open, url)
            await stopped
        return 0

    return asyncio.run(until_stopped())


def _stop_signal() -> "asyncio.Future[signal.Signals]":
    """A future that gets the signal that asks the process to stop."""
    loop = asyncio.get_running_loop()
    signalled: asyncio.Future[signal.Signals] = loop.create_future()

    def ask(number: int) -> None:
        if not signalled.done():
            signalled.set_result(signal.Signals(number))

    for number in stop_signals():
        signal.signal(number, lambda number, _: loop.call_soon_threadsafe(ask, number))
    return signalled


def notify(state: str) -> None:
    """Send systemd a state such as `READY=1` (sd_notify(3)), if it asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), address)


def silence_limit_s() -> float:
    """The seconds after which systemd, or the watchdog of this process, takes a silent process for a hanging one.

    Raises SettingsError if systemd's limit is no number of microseconds, or too short.
    """
    given = os.environ.get("WATCHDOG_USEC", "")
    if not given:
        return HANGS_AFTER_S
    if not (given.isascii() and given.isdigit() and int(given) >= SHORTEST_S * 1_000_000):
        raise SettingsError(
            f"WATCHDOG_USEC is {given[:40]!r}, but should be a number of microseconds, at least {SHORTEST_S:g} seconds. "
            "systemd sets it from WatchdogSec in the unit; 60 is a good value."
        )
    return min(int(given) / 1_000_000, HANGS_AFTER_S)


async def keep_watchdogs_quiet(silence_s: float) -> None:
    """Say for ever that the event loop runs: to systemd, and to a thread that needs nothing from Python.

    After HANGS_AFTER_S without a word, the thread prints where the process hangs, also if nobody reads it, and ends it
    with exit code 1. The same happens some time after this was cancelled, which limits a stop.
    """
    stderr = open_unblocked_stderr()
    while True:
        faulthandler.dump_traceback_later(HANGS_AFTER_S, exit=True, file=stderr)
        notify("WATCHDOG=1")
        await asyncio.sleep(silence_s / 2)
