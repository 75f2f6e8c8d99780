"""Tell systemd that the process serves, and that it is alive (sd_notify(3)). Without systemd this does nothing."""

import asyncio
import os
import socket
from contextlib import suppress


def notify(state: str) -> None:
    """Send a state such as `READY=1`, if systemd asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), address)


async def keep_watchdog_quiet() -> None:
    """Say for ever that the event loop runs: twice in the time after which systemd would restart the process."""
    microseconds = int(os.environ.get("WATCHDOG_USEC") or 0)
    while microseconds:
        notify("WATCHDOG=1")
        await asyncio.sleep(microseconds / 2_000_000)
