"""Measure the memory of an import: `python -m tests.schedule.memory FILE` prints MiB above idle, then the outcome."""

import resource
import sys
from pathlib import Path

from bot.errors import BotError
from bot.live_schedule.source import read_file
from bot.schedule.importers.formats import import_schedule
from tests.conftest import ROOT


def peak() -> float:
    """The peak memory of this process in MiB. In /proc/self/status, it starts from zero when a program is started."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 2**10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def outcome(path: str) -> str:
    """Import a file, and return the number of its talks or the reason why it was refused."""
    try:
        return f"{len(import_schedule(read_file(path), path).schedule.talks)} talks"
    except BotError as error:
        return str(error).splitlines()[0][-150:]


def main(path: str) -> None:
    for sample in (ROOT / "data" / "samples").iterdir():  # load every importer first, so that its modules do not count
        outcome(str(sample))
    idle = peak()
    result = outcome(path)
    print(f"{peak() - idle:.1f}\n{result}")


if __name__ == "__main__":
    main(sys.argv[1])
