"""Watchdogs: a process whose event loop hangs is ended, so that systemd, Docker or Kubernetes starts it again."""

import asyncio
import faulthandler
import os
import socket
from contextlib import suppress

HANGS_AFTER_S = 60.0  # WatchdogSec of the systemd unit is the same


def notify(state: str) -> None:
    """Send systemd a state such as `READY=1` (sd_notify(3)), if it asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), address)


async def keep_watchdogs_quiet() -> None:
    """Say for ever that the event loop runs: to systemd, and to a thread that needs nothing from Python.

    After HANGS_AFTER_S without a word, the thread prints where the process hangs, and ends it with exit code 1. The same
    happens some time after this was cancelled, which limits a stop.
    """
    systemd_s = int(os.environ.get("WATCHDOG_USEC") or 0) / 1_000_000
    while True:
        faulthandler.dump_traceback_later(HANGS_AFTER_S, exit=True)
        notify("WATCHDOG=1")
        await asyncio.sleep(min(systemd_s or HANGS_AFTER_S, HANGS_AFTER_S) / 2)
