"""What an import gives: the schedule, and an account of everything that was in the file."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.schedule.model import Schedule
from bot.schedule.problems import quoted
from bot.schedule.report import contents

MOST_NAMED = 8  # titles a reason


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of the file that is not in the schedule; `why` goes on from its title: `has no time yet`."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A schedule and where it came from. Each entry of the file became a talk, was merged with one, or was left out."""

    schedule: Schedule
    format: str
    version: str = ""  # the published version, as the file calls it
    entries: int = 0
    merged: int = 0  # the same break in another room
    left_out: tuple[LeftOut, ...] = ()
    guessed: tuple[str, ...] = ()  # a sentence each
    zone_is_told: bool = True  # if not, times were read as UTC for want of better


def summary(imported: Imported) -> str:
    """What was read, guessed and left out, for the organiser: a line each."""
    return "\n".join(_lines(imported))


def _lines(imported: Imported) -> Iterator[str]:
    conference = imported.schedule.conference
    version = f", version {imported.version}" if imported.version else ""
    yield f"Format: {imported.format}{version}"
    days = f"{conference.days[0]} to {conference.days[-1]}"
    yield f"Conference: {conference.name}, {days}, {conference.timezone.key}"
    yield f"Read: {contents(imported.schedule)} from {_entries(imported.entries)}"
    for guess in imported.guessed:
        yield f"Guessed: {guess}"
    if imported.merged:
        yield f"Merged: {_entries(imported.merged)}: the same break in several rooms is listed once."
    for why, titles in sorted(_by_reason(imported).items()):
        named = ", ".join(quoted(title) if title else "one without a title" for title in titles[:MOST_NAMED])
        more = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
        yield f"Left out: {_entries(len(titles))}: {why}: {named}{more}"


def _by_reason(imported: Imported) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in imported.left_out:
        reasons[item.why].append(item.title)
    return reasons


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
