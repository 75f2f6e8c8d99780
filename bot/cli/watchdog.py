"""Watchdogs: a process whose event loop hangs is ended, so that systemd, Docker or Kubernetes starts it again."""

import asyncio
import faulthandler
import os
import socket
from contextlib import suppress

from bot.errors import SettingsError

HANGS_AFTER_S = 60.0  # WatchdogSec of the systemd unit is the same

SHORTEST_S = 0.2  # of a watchdog that a busy machine can still satisfy


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

    After HANGS_AFTER_S without a word, the thread prints where the process hangs, and ends it with exit code 1. The same
    happens some time after this was cancelled, which limits a stop.
    """
    while True:
        faulthandler.dump_traceback_later(HANGS_AFTER_S, exit=True)
        notify("WATCHDOG=1")
        await asyncio.sleep(silence_s / 2)
