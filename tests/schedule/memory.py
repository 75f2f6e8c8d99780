"""The memory that importing one schedule takes: `python -m tests.schedule.memory FILE` prints MiB above idle, then what came of it."""

import resource
import sys
from pathlib import Path

from bot.errors import BotError
from bot.live_schedule.source import read_file
from bot.schedule.importers.formats import import_schedule
from tests.conftest import ROOT


def peak() -> float:
    """The most MiB that this process ever had. The kernel's own figure for a process starts anew with its program."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 2**10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def outcome(path: str) -> str:
    """Import a file; why it was refused, or how many talks it has."""
    try:
        return f"{len(import_schedule(read_file(path), path).schedule.talks)} talks"
    except BotError as error:
        return str(error).splitlines()[0][-150:]


def main(path: str) -> None:
    for sample in (ROOT / "data" / "samples").iterdir():  # what every format loads once is no part of a file's memory
        outcome(str(sample))
    idle = peak()
    told = outcome(path)
    print(f"{peak() - idle:.1f}\n{told}")


if __name__ == "__main__":
    main(sys.argv[1])
